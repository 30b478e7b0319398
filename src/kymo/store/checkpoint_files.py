"""The checkpoints in a run directory, as files."""

import os
import stat
from typing import NamedTuple

from kymo.format.file_names import BEST_FILE, LAST_FILE
from kymo.format.open_directory import listed

_SUFFIX = ".pth"


class CheckpointFile(NamedTuple):
    """A checkpoint.

    Attributes:
        name: The file's name.
        bytes: Its size.
        at: When it was written, in seconds since the epoch.
    """

    name: str
    bytes: int
    at: float


def checkpoint_files(directory: int, most: int) -> list[CheckpointFile]:
    """The checkpoints in an open run directory: the best one, the last one, then others, the newest first.

    Args:
        directory: The open directory.
        most: How many at the most.
    """
    found = []
    for name in listed(directory):
        if name.endswith(_SUFFIX) and not name.startswith("."):
            try:
                status = os.stat(name, dir_fd=directory, follow_symlinks=False)
            except OSError:
                continue  # replaced at this moment, or gone
            if stat.S_ISREG(status.st_mode):
                found.append(CheckpointFile(name, status.st_size, status.st_mtime))
    first = (BEST_FILE, LAST_FILE)
    found.sort(key=lambda file: (first.index(file.name) if file.name in first else len(first), -file.at))
    return found[:most]
