"""Directories of a log directory, opened without following a link, and held against other viewers while they change."""

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kymo.format.open_directory import FLAGS
from kymo.store.edits.refusal import Refusal

# Whoever holds a directory moves some files in it: far longer is somebody else's business.
HELD_SECONDS = 10.0
_LOOK_SECONDS = 0.01


@contextmanager
def open_below(root: int, relative: str, *, make: bool = False) -> Iterator[int]:
    """A directory below an open one; "." is that one itself.

    Args:
        root: The open directory.
        relative: The path below it.
        make: Whether to make what is missing.

    Raises:
        Refusal: The path leads out of the directory, or through a link.
        OSError: It cannot be opened.
    """
    parts = [] if relative == "." else relative.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise Refusal(f"{relative!r} is no path below the log directory.")
    fd = os.dup(root)
    try:
        for part in parts:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=fd)
            following = _open(part, fd)
            os.close(fd)
            fd = following
        yield fd
    finally:
        os.close(fd)


def _open(name: str, dir_fd: int) -> int:
    try:
        return os.open(name, FLAGS | os.O_NOFOLLOW, dir_fd=dir_fd)
    except OSError:
        if is_link(name, dir_fd):
            raise Refusal(f"It is reached through {name!r}, which is a link: change it where it lies.") from None
        raise


def is_link(name: str, dir_fd: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=dir_fd, follow_symlinks=False).st_mode)
    except OSError:
        return False


@contextmanager
def held(directory: int) -> Iterator[None]:
    """Keeps out every other viewer that would hold this open directory, of any process of this machine.

    A file system that has no locks for directories goes without: what is done under it is safe all the same, but two
    viewers that change the same at the same moment may each undo the other's.

    Raises:
        Refusal: Another one has held it for too long.
    """
    until = time.monotonic() + HELD_SECONDS
    while True:
        try:
            fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise Refusal("Another program holds the directory: try again.") from None
            time.sleep(_LOOK_SECONDS)
            continue
        except OSError:
            yield
            return
        break
    try:
        yield
    finally:
        fcntl.flock(directory, fcntl.LOCK_UN)
