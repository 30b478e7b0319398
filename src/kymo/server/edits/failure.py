"""Why a change was not made."""

from __future__ import annotations

import errno

from fastapi import HTTPException

from kymo.store.edits.refusal import Refusal

_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL = {errno.ENOSPC, errno.EDQUOT}


def reason(error: Refusal | OSError) -> str:
    """The reason and the remedy, as a sentence."""
    if isinstance(error, Refusal):
        return str(error)
    said = error.strerror or str(error)
    if error.errno in _DENIED:
        return f"The user that kymo runs as may not write there ({said}): give it access to the log directory."
    if error.errno in _FULL:
        return f"The disk is full ({said}): make room first."
    return f"The system refused it ({said})."


def failure(what: str, error: Refusal | OSError) -> HTTPException:
    """The answer to a request that failed so."""
    number = None if isinstance(error, Refusal) else error.errno
    status = 409 if isinstance(error, Refusal) else 403 if number in _DENIED else 507 if number in _FULL else 500
    return HTTPException(status, f"{what}. {reason(error)}")
