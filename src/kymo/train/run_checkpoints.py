"""The checkpoints of a run: when they are saved, and how a resumed one goes on exactly where it was."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kymo.format.file_names import LAST_FILE
from kymo.train.checkpoints.best_model import BestModel
from kymo.train.checkpoints.last_checkpoint import LastCheckpoint, Stateful
from kymo.train.checkpoints.rng import restore_rng, rng_state
from kymo.train.checkpoints.saver import Saver
from kymo.train.place import Place
from kymo.train.stopping.outcome import Best

if TYPE_CHECKING:
    from torch import nn


class RunCheckpoints:
    """Saves the best models and `last.pth` of one run directory.

    Args:
        directory: The run directory.
        keep: The best models to keep.
        resume: Whether to go on from what is there.
        save_seconds: How often `last.pth` is saved within an epoch.

    Attributes:
        place: Where the training stands.
        saved_step: The step that `last.pth` was saved at; -1 before.
    """

    def __init__(self, directory: Path, keep: Sequence[BestModel], *, resume: bool, save_seconds: float) -> None:
        self.place = Place()
        self.saved_step = -1
        self._path = directory / LAST_FILE
        self._keep = keep
        self._resume = resume
        self._save_seconds = save_seconds
        self._saved_at = time.monotonic()
        self._saver = Saver()
        self._last: LastCheckpoint | None = None
        self._model: nn.Module | None = None
        # The generators' states where the run was interrupted, and where the loop began that it was in.
        self._interrupted: Mapping[str, Any] | None = None
        self._loop_began: Mapping[str, Any] | None = None

    def begin(self) -> None:
        """Takes up or puts aside the best models of earlier runs."""
        for best in self._keep:
            best.move_into(self._path.parent, self._saver, anew=not self._resume)

    def watch(self, model: nn.Module | None, parts: Mapping[str, Stateful]) -> None:
        """Says what is saved, and restores it where the run is resumed.

        Raises:
            CheckpointError: The checkpoint that is to be resumed from does not fit.
        """
        self._model = model
        self._last = LastCheckpoint(self._path, saver=self._saver, **parts)
        if not self._resume:
            return
        position = self._last.restore(other=next((best.path for best in self._keep), None))
        if position is None:
            logging.getLogger("kymo").warning("%s is not there: the run begins.", self._path)
            return
        self.place = Place(position.epoch, position.step, position.extra["loop"], position.batch)
        self.saved_step = position.step
        self._interrupted = rng_state()
        self._loop_began = position.extra["loop_began"]

    def begin_epoch(self) -> None:
        """A run that was interrupted between two epochs goes on drawing random numbers where it was."""
        if not self.place.batch:
            self._go_on()

    def draw(self, loader: Iterable[Any]) -> Iterator[Any]:
        """The loader's batches from the present place on, as they would have come without an interruption."""
        if self.place.batch and self._loop_began is not None:
            restore_rng(self._loop_began)
        else:
            self._loop_began = rng_state()
        batches = iter(loader)
        for _ in range(self.place.batch):
            next(batches)
        self._go_on()
        return batches

    def _go_on(self) -> None:
        if self._interrupted is not None:
            restore_rng(self._interrupted)
            self._interrupted = None

    def save(self, *, if_due: bool = False) -> None:
        """Saves `last.pth`; with `if_due`, only if it is old enough."""
        now = time.monotonic()
        if self._last is None or (if_due and now - self._saved_at < self._save_seconds):
            return
        self._saved_at = now
        self.saved_step = self.place.step
        self._last.save(
            epoch=self.place.epoch,
            step=self.place.step,
            batch=self.place.batch,
            extra={"loop": self.place.loop, "loop_began": self._loop_began},
        )

    def keep_best(self, metrics: Mapping[str, Any], epoch: int) -> None:
        """Keeps the model if one of these metrics, which an epoch has come to, is the best so far."""
        if self._model is None:
            return
        for best in self._keep:
            if best.monitor in metrics:
                best.update(metrics[best.monitor], self._model, epoch=epoch, step=self.place.step)

    def results(self) -> list[Best]:
        """The best scores so far."""
        return [result for best in self._keep if (result := best.result) is not None]

    def wait(self) -> bool:
        """Waits until all is written; returns whether it is on the disk."""
        return self._saver.wait()
