"""Where a run stands in its training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Place:
    """Counts of what is complete.

    Attributes:
        epoch: Epochs.
        step: Batches, over all epochs.
        loop: Loops over batches, of the epoch that goes on.
        batch: Batches, of the loop that goes on.
        batches: How many that loop has, where its loader knows.
        planned: Epochs that there shall be; None where only a stop condition ends the run.
    """

    epoch: int = 0
    step: int = 0
    loop: int = 0
    batch: int = 0
    batches: int | None = None
    planned: int | None = None

    def begin_loop(self, loop: int, batches: int | None = None) -> None:
        """Another loop over batches begins, if it is another; the one before may have been left early."""
        if loop > self.loop:
            self.loop, self.batch = loop, 0
        self.batches = batches

    @property
    def epochs_done(self) -> float:
        """Epochs, and what of the one that goes on is known to be done."""
        return self.epoch + (min(1.0, self.batch / self.batches) if self.batches else 0.0)

    def end_batch(self) -> None:
        """A batch is complete."""
        self.step += 1
        self.batch += 1

    def end_loop(self) -> None:
        """A loop over batches is complete."""
        self.loop += 1
        self.batch = 0

    def end_epoch(self) -> None:
        """An epoch is complete."""
        self.epoch += 1
        self.loop = self.batch = 0
