"""The checkpoints of a run: when they are saved, and how a resumed one goes on exactly where it was."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kymo.format.file_names import LAST_FILE
from kymo.train.checkpoints.best_model import BestModel
from kymo.train.checkpoints.errors import CheckpointError
from kymo.train.checkpoints.kept_models import free_path, link_over
from kymo.train.checkpoints.last_checkpoint import LastCheckpoint, Stateful
from kymo.train.checkpoints.rng import restore_rng, rng_state
from kymo.train.checkpoints.saver import Saver
from kymo.train.loader_state import LoaderState
from kymo.train.place import Place
from kymo.train.stopping.outcome import Best

if TYPE_CHECKING:
    from torch import nn

_logger = logging.getLogger("kymo")


class RunCheckpoints:
    """Saves the best models and `last.pth` of one run directory.

    Args:
        directory: The run directory.
        keep: The best models to keep.
        resume: Whether to go on from what is there.
        save_seconds: How often `last.pth` is saved within an epoch.

    Attributes:
        place: Where the training stands.
        saved_step: The step that `last.pth` was saved at, or that it was resumed from; -1 before.

    Raises:
        ValueError: Two of the best models have the same file.
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
        self._told: set[str] = set()
        self._loaders: dict[int, LoaderState] = {}  # of the loops of the epoch that goes on, by their number
        # Where the run was interrupted: the generators' states, how the loop had begun that it was in, and the loaders.
        self._interrupted: Mapping[str, Any] | None = None
        self._loop_began: Mapping[str, Any] | None = None
        self._left_loaders: Mapping[str, Any] = {}
        paths = [best.path for best in keep]
        if twice := [path for path in paths if paths.count(path) > 1]:
            raise ValueError(f"keep has two BestModel with the path {str(twice[0])!r}: give each a path of its own.")

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
        if model is not None:
            for best in self._keep:
                best.take_up(model)
        position = self._last.restore(other=next((best.path for best in self._keep), None))
        if position is None:
            _logger.warning("%s is not there: the run begins.", self._path)
            return
        self.place = Place(position.epoch, position.step, position.extra["loop"], position.batch)
        self.saved_step = position.step
        self._interrupted = rng_state()
        self._loop_began = position.extra["loop_began"]
        self._left_loaders = position.extra["loaders"]

    def begin_epoch(self) -> None:
        """A run that was interrupted between two epochs goes on drawing random numbers where it was."""
        if not self.place.batch:
            self._go_on()

    def draw(self, loader: Iterable[Any], loop: int) -> Iterator[Any]:
        """The loader's batches from the present place on, as they would have come without an interruption.

        Args:
            loader: The loader.
            loop: Which loop of the epoch it is, from 0 on.

        Raises:
            CheckpointError: The loader gives fewer batches than it did before the run was interrupted.
        """
        state = self._loaders[loop] = LoaderState(loader)
        done = 0
        if self._interrupted is not None and self.place.batch and self._loop_began is not None:
            done = self.place.batch
            state.restore(self._loop_began["loader"])
            restore_rng(self._loop_began["rng"])
        else:
            if (left := self._left_loaders.get(str(loop))) is not None:
                state.restore(left)
            self._go_on()
            self._loop_began = {"rng": rng_state(), "loader": state.state()}
        self._left_loaders = {}
        batches = iter(loader)
        for number in range(done):
            try:
                next(batches)
            except StopIteration:
                raise CheckpointError(
                    f"{self._path} was saved after batch {done} of an epoch, and the loader gives only {number}: "
                    "resume with the same data, or start anew."
                ) from None
        self._go_on()
        return batches

    def _go_on(self) -> None:
        if self._interrupted is not None:
            restore_rng(self._interrupted)
            self._interrupted = None

    def is_due(self) -> bool:
        """Whether `last.pth` is old enough to be saved within an epoch."""
        return self._last is not None and time.monotonic() - self._saved_at >= self._save_seconds

    def save(self) -> None:
        """Saves `last.pth`. That of an earlier run, which this one does not go on with, is put aside."""
        self._saved_at = time.monotonic()
        if self._last is None:
            return
        if self.saved_step < 0:
            self._put_aside()
        self.saved_step = self.place.step
        loaders = {str(loop): state.state() for loop, state in self._loaders.items()}
        extra = {"loop": self.place.loop, "loop_began": self._loop_began, "loaders": loaders}
        self._last.save(epoch=self.place.epoch, step=self.place.step, batch=self.place.batch, extra=extra)

    def _put_aside(self) -> None:
        if not self._path.exists():
            return
        try:
            aside = free_path(self._path)
            link_over(self._path, aside)
            _logger.warning("%s is of an earlier run: it is kept as %s.", self._path, aside.name)
        except OSError as error:
            _logger.warning("%s of an earlier run cannot be kept: %s.", self._path, error.strerror or error)

    def keep_best(self, metrics: Mapping[str, Any], epoch: int) -> list[Best]:
        """Keeps the model if one of these metrics, which an epoch has come to, is the best so far.

        A model that cannot be kept costs a warning.

        Returns:
            The results that are better than before.
        """
        better: list[Best] = []
        if self._model is None:
            return better
        for best in self._keep:
            if best.monitor not in metrics:
                continue
            try:
                is_best = best.update(metrics[best.monitor], self._model, epoch=epoch, step=self.place.step)
                if is_best and best.result is not None:
                    better.append(best.result)
            except Exception as error:  # what a model's state may hold, nobody knows
                self._tell(f"{best.path} is not saved: {error}.")
        return better

    def check_kept(self, metrics: Mapping[str, Any]) -> None:
        """Tells of best models that cannot be known, once an epoch is complete."""
        for best in self._keep:
            if self._model is None:
                self._tell(f"{best.path} is not saved, since no model is known: call run.watch(model).")
            elif best.monitor not in metrics and best.best is None:
                there = ", ".join(map(repr, metrics)) or "none"
                self._tell(f"{best.path} is not saved: the epoch has no {best.monitor!r}; its metrics are {there}.")

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            _logger.warning("%s", text)

    def results(self) -> list[Best]:
        """The best scores so far."""
        return [result for best in self._keep if (result := best.result) is not None]

    @property
    def is_written(self) -> bool | None:
        """Whether `last.pth` is on the disk as it was last saved; None while it is being written."""
        return self._saver.is_written(self._path)

    def monitors(self) -> dict[str, str]:
        """The metrics that best models are known by, and whether "min" or "max" is better."""
        return {best.monitor: best.mode for best in self._keep}

    def wait(self) -> bool:
        """Waits until all is written; returns whether it is on the disk."""
        return self._saver.wait()
