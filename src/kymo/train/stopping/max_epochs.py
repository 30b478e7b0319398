"""Stopping after a number of epochs."""

from kymo.train.stopping.condition import UNTOLD, Progress
from kymo.train.stopping.count_limit import CountLimit
from kymo.train.stopping.fired import Fired


class MaxEpochs(CountLimit):
    """Ends the training as completed after a number of epochs.

    Args:
        limit: Epochs, over all processes that a run is continued in.

    Raises:
        TypeError: The limit is no integer.
        ValueError: It is below 1.

    Example:
        >>> from kymo import MaxEpochs
        >>> limit = MaxEpochs(2)
        >>> limit.after_epoch() is None, limit.after_epoch().text, limit.closeness().text
        (True, 'All 2 epochs are done.', 'epoch 2 of 2')
    """

    unit = "epoch"

    def before_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether they are done already, for a run that is resumed at its end."""
        return self._reached(at.epoch, 0)

    def after_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether they are done; an epoch that is not told is one more."""
        return self._reached(at.epoch, 1)
