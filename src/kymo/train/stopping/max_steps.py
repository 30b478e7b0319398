"""Stopping after a number of steps."""

from kymo.train.stopping.condition import UNTOLD, Progress
from kymo.train.stopping.count_limit import CountLimit
from kymo.train.stopping.fired import Fired


class MaxSteps(CountLimit):
    """Ends the training as completed after a number of steps, that is, batches.

    Args:
        limit: Steps, over all processes that a run is continued in.

    Raises:
        TypeError: The limit is no integer.
        ValueError: It is below 1.

    Example:
        >>> from kymo import MaxSteps
        >>> limit = MaxSteps(3)
        >>> [limit.after_batch() is not None for _ in range(3)]
        [False, False, True]
    """

    unit = "step"

    def before_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether they are done already."""
        return self._reached(at.step, 0)

    def after_batch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether they are done; a step that is not told is one more."""
        return self._reached(at.step, 1)

    def after_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether they are done."""
        return self._reached(at.step, 0)
