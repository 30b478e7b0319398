"""Files that are written anew as a whole: whoever reads one sees either what was there before or all that came."""

import contextlib
import os
import secrets
from collections.abc import Callable
from typing import BinaryIO

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def replace_file(directory: int, name: str, write: Callable[[BinaryIO], object]) -> None:
    """Writes a file anew in an open directory, onto the disk: not even the machine's crash leaves half of it.

    Args:
        directory: The open directory.
        name: The file's name in it.
        write: Is handed the file to write to. What it raises leaves the old file as it was.

    Raises:
        OSError: The directory cannot be written to.
    """
    part = f"{part_prefix(name)}{secrets.token_hex(8)}"
    fd = os.open(part, _FLAGS, 0o666, dir_fd=directory)
    try:
        with os.fdopen(fd, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(fd)
        os.replace(part, name, src_dir_fd=directory, dst_dir_fd=directory)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part, dir_fd=directory)
        raise
    sync_directory(directory)


def part_prefix(name: str) -> str:
    """What the name of a file begins with that is not yet whole: hidden, and left over only by a crash."""
    return f".{name}."


def sync_directory(directory: int) -> None:
    """Has the names in an open directory outlive the machine's crash, where its file system can promise that."""
    with contextlib.suppress(OSError):
        os.fsync(directory)
