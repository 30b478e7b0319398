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
    """

    epoch: int = 0
    step: int = 0
    loop: int = 0
    batch: int = 0

    def begin_loop(self, loop: int) -> None:
        """Another loop over batches begins, if it is another; the one before may have been left early."""
        if loop > self.loop:
            self.loop, self.batch = loop, 0

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
