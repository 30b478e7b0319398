"""Runs that tests put into the trash of a log directory."""

from __future__ import annotations

import os
from pathlib import Path

from kymo.store.edits.trash import Trash

NOW = 2e9
Files = dict[str, bytes]


def fill(directory: Path, *names: str) -> None:
    for name in names:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"content of {path}".encode())
        os.utime(path, (1e9, 1e9))


def files(directory: Path) -> Files:
    """Everything below the directory that is no directory, by path; links by their targets."""
    return {
        str(path.relative_to(directory)): os.readlink(path).encode() if path.is_symlink() else path.read_bytes()  # noqa: PTH115 - as text
        for path in directory.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


def entry_of(trash: Trash) -> str:
    (entry,) = trash.entries()
    return entry.id
