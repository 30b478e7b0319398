"""Moving what lies in one open directory to another, so that nothing is ever overwritten."""

import os
import stat
from collections.abc import Sequence
from contextlib import suppress


def exists(path: str, dir_fd: int) -> bool:
    """Whether there is anything of this name, be it a link that leads nowhere."""
    try:
        os.stat(path, dir_fd=dir_fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def is_directory(path: str, dir_fd: int) -> bool:
    """Whether there is a directory of this name; a link to one is none."""
    try:
        return stat.S_ISDIR(os.stat(path, dir_fd=dir_fd, follow_symlinks=False).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def is_moved(name: str, source: int, target: int) -> bool:
    """Whether both directories hold the same file, as they do where a move has ended halfway."""
    with suppress(FileNotFoundError):
        return os.path.samestat(*(os.stat(name, dir_fd=fd, follow_symlinks=False) for fd in (source, target)))
    return False


def move(name: str, source: int, target: int) -> None:
    """Moves a file or a directory; one that was moved halfway is moved to the end.

    Raises:
        FileExistsError: Something else of this name is there.
        OSError: It cannot be moved.
    """
    if is_directory(name, source) or not _is_linked(name, source, target):
        if exists(name, target):
            raise FileExistsError(f"there is a {name!r} already")
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
    else:
        os.unlink(name, dir_fd=source)


def move_all(names: Sequence[str], source: int, target: int) -> None:
    """Moves files, all or none of them.

    Raises:
        OSError: One cannot be moved; the others are where they were.
    """
    moved: list[str] = []
    try:
        for name in names:
            move(name, source, target)
            moved.append(name)
    except OSError:
        for name in moved:
            move(name, target, source)
        raise


def _is_linked(name: str, source: int, target: int) -> bool:
    """Gives a file its name in the target as well, which fails where that is taken: a rename would not. False on file
    systems without hard links."""
    if is_moved(name, source, target):
        return True
    try:
        os.link(name, name, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True
