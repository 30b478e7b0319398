"""Why the disk would not do what a route asked of it."""

from __future__ import annotations

import errno

from fastapi import HTTPException

_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL = {errno.ENOSPC, errno.EDQUOT}


def reason(error: OSError) -> str:
    """The system's reason and the remedy, as a sentence."""
    said = error.strerror or str(error)
    if error.errno in _DENIED:
        return f"The log directory cannot be written to ({said}): let the user that kymo runs as write there."
    if error.errno in _FULL:
        return f"The disk is full ({said}): make room first."
    return f"The system refused it ({said})."


def failure(what: str, error: OSError) -> HTTPException:
    """The answer to a request that failed so."""
    status = 403 if error.errno in _DENIED else 507 if error.errno in _FULL else 500
    return HTTPException(status, f"{what}. {reason(error)}")
