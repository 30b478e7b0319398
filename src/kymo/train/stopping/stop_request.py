"""What a STOP file asks for."""

import os
import stat
from typing import Literal, NamedTuple

from kymo.format.owner import user_name

After = Literal["batch", "epoch"]

_MOST_BYTES = 64  # the longest word that is understood has five


class StopRequest(NamedTuple):
    """A request to stop, made by putting a file.

    Attributes:
        after: What is to be finished first: the batch or the epoch.
        by: The name of the user who owns the file, or the user's number.
        at: When the file was last written, in seconds since the epoch, by the clock of its file system.
        content: What the file holds, if that is not understood.

    Example:
        >>> StopRequest("epoch", "ada", 1795000000.0).after
        'epoch'
    """

    after: After
    by: str
    at: float
    content: str | None = None


class Identity(NamedTuple):
    """Tells one file from another under the same name."""

    inode: int
    written: int

    @classmethod
    def of(cls, found: os.stat_result) -> "Identity":
        return cls(found.st_ino, found.st_mtime_ns)


def read_request(path: str, found: os.stat_result) -> StopRequest:
    """Reads the request in a file; what cannot be read asks for a stop after the batch, as an empty file does."""
    content = _content(path) if stat.S_ISREG(found.st_mode) else ""
    word = content.strip().lower()
    known = word in ("", "batch", "epoch")
    after: After = "epoch" if word == "epoch" else "batch"
    return StopRequest(after, user_name(found.st_uid), found.st_mtime, None if known else content)


def _content(path: str) -> str:
    try:
        # Without waiting, should it have become a pipe meanwhile.
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return os.read(fd, _MOST_BYTES).decode("utf-8", "backslashreplace")
        finally:
            os.close(fd)
    except OSError:
        return ""
