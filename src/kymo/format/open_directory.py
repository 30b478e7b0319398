"""Directories that are held open, so that what is done in them is done there, whatever their path leads to later."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@contextmanager
def open_directory(path: str | Path) -> Iterator[int]:
    """An open directory, which may be reached through a link.

    Raises:
        OSError: It cannot be opened.
    """
    fd = os.open(path, FLAGS)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def open_inside(directory: int, name: str, *, make: bool = False) -> Iterator[int]:
    """A directory inside an open one; a link is not followed.

    Args:
        directory: The open directory.
        name: The name in it.
        make: Whether to make what is missing.

    Raises:
        OSError: It cannot be opened, or is a link.
    """
    if make:
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=directory)
    fd = os.open(name, FLAGS | os.O_NOFOLLOW, dir_fd=directory)
    try:
        yield fd
    finally:
        os.close(fd)


def listed(directory: int) -> list[str]:
    """The names in an open directory."""
    with os.scandir(directory) as found:
        return sorted(entry.name for entry in found)
