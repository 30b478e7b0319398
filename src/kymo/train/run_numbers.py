"""What a run measures: logged, averaged over the epoch, and shown to its stop conditions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kymo.format.event_kinds import EventKind, event_tag
from kymo.train.epoch_means import EpochMeans
from kymo.train.run_log import RunLog
from kymo.writer import SummaryWriter

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class RunNumbers:
    """The numbers and the events of one run.

    Args:
        directory: The run directory.
        keep_batch: Whether `end_batch` is asked for what a batch has logged.

    Attributes:
        means: What the batches of the epoch that goes on come to.
    """

    def __init__(self, directory: Path, *, keep_batch: bool) -> None:
        self.means = EpochMeans()
        self._keep_batch = keep_batch
        self._directory = directory
        self._writer: SummaryWriter | None = None
        self._log: RunLog | None = None
        self._of_batch: Mapping[str, Any] = _NOTHING
        self._of_epoch: dict[str, Any] = {}

    def open(self, step: int) -> bool:
        """Opens the log, once: what an earlier run has logged after this step counts no more.

        Returns:
            Whether it was closed before.
        """
        if self._writer is not None:
            return False
        self._writer = SummaryWriter(self._directory, purge_step=step + 1 if step else None)
        self._log = RunLog(self._writer, self.means)
        return True

    @property
    def writer(self) -> SummaryWriter:
        """The run's writer; one that was not opened is."""
        self.open(0)
        assert self._writer is not None
        return self._writer

    def log(self, values: Mapping[str, Any], step: int, *, in_batch: bool) -> None:
        """Logs numbers; those of a batch count for the means, and are what stop conditions are shown after it."""
        assert self._log is not None
        self._log.log(values, step, in_batch=in_batch)
        if in_batch and self._keep_batch:
            self._of_batch = {**self._of_batch, **values} if self._of_batch else values

    def event(self, kind: EventKind, text: str, step: int) -> None:
        """Logs what has happened, for the run's timeline."""
        self.writer.add_text(event_tag(kind), printable(text), step)

    def add_to_epoch(self, values: Mapping[str, Any]) -> None:
        """Takes in what was measured of the epoch as a whole."""
        self._of_epoch.update(values)

    def end_batch(self) -> Mapping[str, Any]:
        """What the batch has logged; the next one begins."""
        of_batch, self._of_batch = self._of_batch, _NOTHING
        return of_batch

    def end_epoch(self) -> tuple[dict[str, float], dict[str, Any]]:
        """The means of the epoch, and what was measured of it as a whole; the next one begins."""
        self.settle()
        means, of_epoch = self.means.values(), self._of_epoch
        self.means.clear()
        self._of_epoch = {}
        return means, of_epoch

    def settle(self) -> None:
        """Waits for what is on its way from a device."""
        if self._log is not None:
            self._log.settle()


def printable(text: str) -> str:
    """What no encoding refuses."""
    return text.encode("utf-8", "backslashreplace").decode()
