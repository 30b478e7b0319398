"""All that a training needs to go on as if it had never stopped, in `last.pth`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from kymo.format.file_names import LAST_FILE
from kymo.train.checkpoints.architecture import check_same, describe, unwrapped
from kymo.train.checkpoints.checkpoint_file import read_checkpoint
from kymo.train.checkpoints.errors import CheckpointError
from kymo.train.checkpoints.host_copy import host_copy
from kymo.train.checkpoints.rng import restore_rng, rng_state
from kymo.train.checkpoints.saver import Saver

if TYPE_CHECKING:
    from torch import nn


@runtime_checkable
class Stateful(Protocol):
    """What can say all of its state and take it up again: modules, optimizers, schedulers, scalers, stop conditions."""

    def state_dict(self) -> Mapping[str, Any]:
        """The state."""

    def load_state_dict(self, state_dict: Any, /) -> Any:
        """Takes up a state."""


class Position(NamedTuple):
    """Where a training stands.

    Attributes:
        epoch: Epochs that are complete.
        step: Batches that are complete, of all epochs.
        batch: Batches that are complete of the epoch that has begun.
        extra: What the loop noted besides.
    """

    epoch: int
    step: int
    batch: int
    extra: Mapping[str, Any]


class LastCheckpoint:
    """Saves and restores the parts of a training, and with them every random number generator.

    The file is replaced as a whole and written in the background, as that of `BestModel`; `torch.load` reads it with
    `weights_only=True`, part by part as `model_state_dict`, `optimizer_state_dict` and so on.

    Args:
        path: The file.
        saver: Writes the file; by default one of its own.
        parts: What to save, by name: `model=…, optimizer=…, scheduler=…`, and anything else with `state_dict()` and
            `load_state_dict()`, such as a gradient scaler, averaged weights or a stop condition.

    Raises:
        TypeError: A part has no `state_dict()`.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> import torch
        >>> def parts():
        ...     model = torch.nn.Linear(2, 1)
        ...     return {"model": model, "optimizer": torch.optim.Adam(model.parameters())}
        >>> with TemporaryDirectory() as directory:
        ...     last = LastCheckpoint(f"{directory}/last.pth", **parts())
        ...     last.save(epoch=3, step=1200)
        ...     last.wait()
        ...     position = LastCheckpoint(f"{directory}/last.pth", **parts()).restore()
        ...     position.epoch, position.step
        True
        (3, 1200)
    """

    def __init__(self, path: str | Path = LAST_FILE, *, saver: Saver | None = None, **parts: Stateful) -> None:
        for name, part in parts.items():
            if not isinstance(part, Stateful):
                raise TypeError(f"{name} is a {type(part).__name__}, which has no state_dict(): leave it out.")
        self.path = Path(path)
        self._parts = {name: _unwrapped(part) for name, part in parts.items()}
        self._saver = saver or Saver()
        self._left_out: set[str] = set()

    def save(self, *, epoch: int, step: int, batch: int = 0, extra: Mapping[str, Any] | None = None) -> None:
        """Copies the state of all parts, and has it written.

        Args:
            epoch: Epochs that are complete.
            step: Batches that are complete, of all epochs.
            batch: Batches that are complete of the epoch that has begun.
            extra: Anything else to find again: numbers, texts and tensors.
        """
        states = {name: state for name, part in self._parts.items() if (state := self._copied(name, part)) is not None}
        content = {
            **{f"{name}_state_dict": state for name, state in states.items()},
            "architectures": {name: describe(module) for name, module in self._modules().items()},
            "rng": host_copy(rng_state()),
            "epoch": epoch,
            "step": step,
            "batch": batch,
            "extra": host_copy(extra or {}),
        }
        self._saver.save(self.path, content)

    def wait(self) -> bool:
        """Waits until the newest state has been written; returns whether it is on the disk."""
        return self._saver.wait()

    def restore(self, *, other: str | Path | None = None) -> Position | None:
        """Puts the saved state into all parts, and the random number generators back to where they were.

        Args:
            other: A checkpoint that an error about a damaged file offers in its place.

        Returns:
            Where the training stood; None where there is no file.

        Raises:
            CheckpointError: The file is damaged, of another architecture, or lacks one of the parts; then nothing has
                been changed.
        """
        try:
            saved = read_checkpoint(self.path, other=other)
        except FileNotFoundError:
            return None
        for name, module in self._modules().items():
            check_same(self.path, saved["architectures"].get(name, {}), module)
        missing = [name for name in self._parts if f"{name}_state_dict" not in saved]
        if missing:
            raise CheckpointError(f"{self.path} holds no state of {', '.join(missing)}: leave it out, or start anew.")
        for name, part in self._parts.items():
            part.load_state_dict(saved[f"{name}_state_dict"])
        restore_rng(saved["rng"])
        return Position(saved["epoch"], saved["step"], saved["batch"], saved["extra"])

    def _modules(self) -> dict[str, nn.Module]:
        from torch import nn

        return {name: part for name, part in self._parts.items() if isinstance(part, nn.Module)}

    def _copied(self, name: str, part: Stateful) -> Any:
        """The part's state, or None where it cannot be kept: training goes on without."""
        try:
            return host_copy(part.state_dict())
        except Exception as error:  # a state may be anything, and so may be what keeps it from being copied
            if name not in self._left_out:
                self._left_out.add(name)
                logging.getLogger("kymo").warning(
                    "%s is without the state of %s, so a resumed training will not go on exactly: %s, and only "
                    "numbers, texts and tensors can be read back safely.",
                    self.path,
                    name,
                    error,
                )
            return None


def _unwrapped(part: Stateful) -> Stateful:
    from torch import nn

    return unwrapped(part) if isinstance(part, nn.Module) else part
