"""The best model so far, in a file that a worse one never replaces."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING

from kymo.format.file_names import BEST_FILE
from kymo.train.checkpoints.architecture import check_same, describe, unwrapped
from kymo.train.checkpoints.checkpoint_file import read_checkpoint
from kymo.train.checkpoints.errors import CheckpointError
from kymo.train.checkpoints.host_copy import host_copy
from kymo.train.checkpoints.kept_models import KeptModel, KeptModels, free_path, link_over
from kymo.train.checkpoints.saver import Saver
from kymo.train.stopping.metric_mode import mode_of
from kymo.train.stopping.outcome import Best
from kymo.writer.scalar import to_float

if TYPE_CHECKING:
    from torch import Tensor, nn


class BestModel:
    """Keeps the model with the best score in `bestmodel.pth`.

    It is saved only when the score improves: of equal scores the older model is kept, and a score that is not finite
    is never better. The file is replaced as a whole, so at every instant it holds the best model or the one before.
    Training stands still while the model is copied to the host, and not while it is written.

    A file that an earlier session left counts: its score is to be beaten. One whose score cannot be compared (another
    monitor, another architecture, a damaged file) is kept as `bestmodel.1.pth` when the first model takes its place.

    Args:
        monitor: The metric's name.
        mode: "min" where less is better, "max" where more is; "auto" tells by the metric's name where that leaves no
            doubt.
        path: The file.
        top_k: How many of the best to keep. With more than one, each has a file such as `bestmodel-step000120.pth`,
            and `path` is another name of the best of them.
        saver: Writes the files; by default one of its own.

    Raises:
        ValueError: `mode` or `top_k` is something else.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> import torch
        >>> with TemporaryDirectory() as directory:
        ...     best = BestModel("val/accuracy", "max", path=f"{directory}/bestmodel.pth")
        ...     model = torch.nn.Linear(2, 1)
        ...     [best.update(score, model, epoch=epoch) for epoch, score in enumerate([0.5, 0.4, 0.7, 0.7])]
        ...     best.wait()
        ...     saved = torch.load(best.path, weights_only=True)
        ...     saved["score"], saved["epoch"], list(saved["model_state_dict"])
        [True, False, True, False]
        True
        (0.7, 2, ['weight', 'bias'])
    """

    def __init__(
        self,
        monitor: str,
        mode: str = "auto",
        *,
        path: str | Path = BEST_FILE,
        top_k: int = 1,
        saver: Saver | None = None,
    ) -> None:
        if top_k < 1:
            raise ValueError(f"top_k is {top_k}: give 1 or more.")
        self.monitor = monitor
        self.mode = mode_of(monitor, mode)
        self.path = self._given = Path(path)
        self._saver = saver or Saver()
        self._top_k = top_k
        self._models = KeptModels(self.path, top_k, self._beats)
        self._is_fresh = True

    def move_into(self, directory: Path, saver: Saver, *, anew: bool) -> None:
        """Has the files in a run directory, unless their path is absolute, and written by its saver.

        Args:
            directory: The run directory.
            saver: Writes the files.
            anew: Whether what earlier runs left is kept aside, rather than to be beaten.
        """
        self.path = directory / self._given
        self._saver = saver
        self._is_fresh = True
        self._models = KeptModels(self.path, self._top_k, self._beats)
        if anew:
            for path in self._models.files():
                path.rename(free_path(path))
            self._is_fresh = False

    @property
    def best(self) -> KeptModel | None:
        """The best model's score, epoch and step; None before the first."""
        return self._models.best

    @property
    def result(self) -> Best | None:
        """The best score, where it is and in which file, as an `Outcome` tells it; None before the first."""
        best = self.best
        if best is None:
            return None
        return Best(self.monitor, best.score, best.epoch, best.step, str(self.path))

    def update(
        self, score: float | Tensor, model: nn.Module, *, epoch: int | None = None, step: int | None = None
    ) -> bool:
        """Takes in a score, and keeps the model if it is among the best.

        Args:
            score: The metric's value: a number, or a tensor of one element.
            model: The model that has it; its `state_dict()` is copied before this returns.
            epoch: The epoch that is complete.
            step: The global step.

        Returns:
            Whether it is the best so far.
        """
        self.take_up(model)
        score = to_float(self.monitor, score)
        if not (math.isfinite(score) and self._models.wants(score)):
            return False
        kept = KeptModel(score, epoch, step, self._models.path_for(step))
        content = {
            "model_state_dict": host_copy(unwrapped(model).state_dict()),
            "monitor": self.monitor,
            "mode": self.mode,
            "score": score,
            "epoch": epoch,
            "step": step,
            "architectures": {"model": describe(model)},
        }
        self._models.add(kept)
        self._saver.save(kept.path, content, lambda: self._models.finish(kept))
        return self._models.best is kept

    def wait(self) -> bool:
        """Waits until the best model has been written; returns whether it is on the disk."""
        return self._saver.wait()

    def load(self, model: nn.Module) -> None:
        """Puts the best model's state into a model.

        Raises:
            FileNotFoundError: No model was kept yet.
            CheckpointError: The file is damaged, or of another architecture; the layers that differ are named.
        """
        self.wait()
        load_model(self.path, model)

    def _beats(self, score: float, other: float) -> bool:
        return score < other if self.mode == "min" else score > other

    def take_up(self, model: nn.Module) -> None:
        """Counts what earlier sessions have left; `update` does it by itself.

        Args:
            model: The model whose scores are compared.
        """
        if not self._is_fresh:
            return
        self._is_fresh = False
        for path in self._models.files():
            try:
                self._models.add(self._left(path, model))
            except (CheckpointError, OSError) as error:
                aside = free_path(path)
                link_over(path, aside)
                logging.getLogger("kymo").warning("%s It is kept as %s.", error, aside.name)

    def _left(self, path: Path, model: nn.Module) -> KeptModel:
        saved = read_checkpoint(path)
        by, mode = saved.get("monitor"), saved.get("mode")
        if (by, mode) != (self.monitor, self.mode):
            raise CheckpointError(f"{path} is the best by {by!r} ({mode}), not by {self.monitor!r} ({self.mode}).")
        check_same(path, saved["architectures"]["model"], model)
        return KeptModel(saved["score"], saved["epoch"], saved["step"], path, written=True)


def load_model(path: str | Path, model: nn.Module) -> None:
    """Puts the state that a checkpoint holds into a model: that of `bestmodel.pth` or of `last.pth`.

    Args:
        path: The checkpoint.
        model: A model of the same architecture, on any device.

    Raises:
        FileNotFoundError: There is no such file.
        CheckpointError: It is damaged, or of another architecture; the layers that differ are named.
    """
    saved = read_checkpoint(path)
    check_same(path, saved["architectures"]["model"], model)
    unwrapped(model).load_state_dict(saved["model_state_dict"])
