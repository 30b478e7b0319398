"""What one step of a training took."""

from __future__ import annotations

from typing import NamedTuple


class ModelTimes(NamedTuple):
    """What a model took in one step, as the host sees it, in nanoseconds."""

    forward: int
    backward: int
    optimizer: int


class TimedStep(NamedTuple):
    """What one step took, in nanoseconds; its four phases are all the time from asking for one batch to the next.

    Attributes:
        data_wait: Waiting for its batch.
        copy: Moving that to its device.
        body: The body of the loop, but for logging.
        logging: `run.log`, and what a run does between two batches.
        model: Parts of the body; None where no model is known.
        ready: How many batches lay ready when its own was asked for; None where that is not known.

    Example:
        >>> TimedStep(3, 0, 6, 1).whole
        10
    """

    data_wait: int
    copy: int
    body: int
    logging: int
    model: ModelTimes | None = None
    ready: int | None = None

    @property
    def whole(self) -> int:
        """All of it."""
        return self.data_wait + self.copy + self.body + self.logging
