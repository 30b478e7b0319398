"""Log directories as they were named on the command line."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from kymo.cli.misuse import misuse


def checked_directories(given: Iterable[str]) -> list[Path]:
    """The directories, each once; one that does not exist yet is as good as any. Anything else is misuse."""
    names = dict.fromkeys(given)
    if not names:
        misuse("No log directory was given: say which, as in `kymo serve runs`.")
    return [_checked(name) for name in names]


def _checked(name: str) -> Path:
    if not name:
        misuse("The log directory '' is empty text: name a directory, '.' for the current one.")
    if "://" in name:
        misuse(f"{name!r} is not on this machine: mount it or copy it, and give the directory that it is in then.")
    try:
        path = Path(name).expanduser()
        mode = path.stat().st_mode
    except FileNotFoundError:
        return path
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "there is no such home directory"
        misuse(f"{name!r} cannot be used as a log directory ({reason}): name another one.")
    if stat.S_ISREG(mode):
        misuse(f"{name!r} is a file: give the log directory that it is in.")
    if not stat.S_ISDIR(mode):
        misuse(f"{name!r} is not a directory: give the directory that holds the runs.")
    if not os.access(path, os.R_OK | os.X_OK):
        misuse(f"{name!r} may not be read by you: ask for access to it, or name another log directory.")
    return path
