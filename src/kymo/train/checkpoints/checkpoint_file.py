"""One checkpoint on the disk: written whole, read with care."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kymo.format.whole_file import part_prefix, replace_file
from kymo.train.checkpoints.errors import CheckpointError

# Says that kymo wrote the file, and how it is laid out.
FORMAT = "kymo_format"
_VERSION = 1


def write_checkpoint(path: Path, content: Mapping[str, Any]) -> None:
    """Replaces the file; at every instant, a crash included, it is either the old or the new one.

    Args:
        path: The file. Its directory is made where it is missing.
        content: Tensors, numbers, texts, and dicts, lists and tuples of these: what `torch.load` reads with
            `weights_only=True`.

    Raises:
        OSError: The disk would not take it.
    """
    import torch

    path.parent.mkdir(parents=True, exist_ok=True)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _remove_leftovers(directory, path.name)
        replace_file(directory, path.name, lambda stream: torch.save({FORMAT: _VERSION, **content}, stream))
    finally:
        os.close(directory)


def _remove_leftovers(directory: int, name: str) -> None:
    """What a process left behind that was killed while it wrote: as large as the checkpoint itself."""
    for entry in os.listdir(directory):
        if entry.startswith(part_prefix(name)):
            os.unlink(entry, dir_fd=directory)


def read_checkpoint(path: str | Path, *, other: str | Path | None = None) -> dict[str, Any]:
    """Reads a checkpoint, its tensors into the host's memory.

    Nothing in the file is executed (`weights_only=True`).

    Args:
        path: The file.
        other: A checkpoint that can be used in its place, which an error then offers.

    Raises:
        FileNotFoundError: There is no such file.
        CheckpointError: It is damaged, or was not written by kymo.
    """
    import torch

    remedy = f"Use {other} instead, or delete it." if other is not None and Path(other).exists() else "Delete it."
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise
    except Exception as error:  # torch raises many kinds: RuntimeError, UnpicklingError, EOFError, KeyError, OSError, …
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise CheckpointError(f"{path} is damaged or no checkpoint ({reason}). {remedy}") from error
    if not isinstance(content, dict) or FORMAT not in content:
        raise CheckpointError(f"{path} is no checkpoint that kymo wrote. Load it yourself, or use another path.")
    if content[FORMAT] != _VERSION:
        raise CheckpointError(f"{path} has format {content[FORMAT]}, and this kymo reads {_VERSION}: update kymo.")
    return content
