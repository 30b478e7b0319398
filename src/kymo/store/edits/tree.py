"""What lies below a directory: counted, looked through and erased, never through a link."""

import os
import stat
from contextlib import suppress
from typing import NamedTuple

from kymo.format.event_files import is_event_file
from kymo.format.trash_record import TRASH_DIRECTORY


class Size(NamedTuple):
    """What regular files take."""

    bytes: int = 0
    files: int = 0

    def plus(self, other: "Size") -> "Size":
        return Size(self.bytes + other.bytes, self.files + other.files)


def size_of(name: str, dir_fd: int) -> Size:
    """What a directory and all below it take. What vanishes meanwhile is passed over."""
    total = Size()
    with suppress(FileNotFoundError):
        for _, _, files, fd in os.fwalk(name, dir_fd=dir_fd):
            for file in files:
                total = total.plus(_taken(file, fd))
    return total


def is_shared(directory: int) -> bool:
    """Whether more than one run lies in an open directory: below it another run, another trash, another file system."""
    device = os.fstat(directory).st_dev
    for path, directories, files, fd in os.fwalk(".", dir_fd=directory):
        if TRASH_DIRECTORY in directories or os.fstat(fd).st_dev != device:
            return True
        if path != "." and any(map(is_event_file, files)):
            return True
    return False


def erase(name: str, dir_fd: int) -> Size:
    """Removes a directory and all below it; returns what that took. What another removes meanwhile is passed over.

    Raises:
        OSError: Something cannot be removed, or belongs to another file system; what was removed until then is gone.
    """
    total = Size()
    with suppress(FileNotFoundError):
        device = os.stat(name, dir_fd=dir_fd, follow_symlinks=False).st_dev
        for path, directories, files, fd in os.fwalk(name, topdown=False, dir_fd=dir_fd):
            if os.fstat(fd).st_dev != device:
                raise OSError(f"another file system is mounted at {path!r}")
            for file in files:
                taken = _taken(file, fd)
                with suppress(FileNotFoundError):
                    os.unlink(file, dir_fd=fd)
                    total = total.plus(taken)
            for directory in directories:
                with suppress(FileNotFoundError):
                    _remove_directory(directory, fd)
        os.rmdir(name, dir_fd=dir_fd)
    return total


def _remove_directory(name: str, dir_fd: int) -> None:
    """A link to a directory counts as one where it is listed."""
    if stat.S_ISLNK(os.stat(name, dir_fd=dir_fd, follow_symlinks=False).st_mode):
        os.unlink(name, dir_fd=dir_fd)
    else:
        os.rmdir(name, dir_fd=dir_fd)


def _taken(name: str, dir_fd: int) -> Size:
    with suppress(FileNotFoundError):
        status = os.stat(name, dir_fd=dir_fd, follow_symlinks=False)
        if stat.S_ISREG(status.st_mode):
            return Size(status.st_size, 1)
    return Size()
