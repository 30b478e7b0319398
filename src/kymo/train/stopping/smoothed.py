"""The exponential mean of a noisy value."""

from typing import Any

from kymo.writer.bad_input import shown


class Smoothed:
    """An exponential moving mean without the bias of its start, as a chart draws it.

    The mean is `m = w m + (1 - w) x`, beginning at 0, and what is given is `m / (1 - w^n)` after n values: the
    correction for the start at 0 of Kingma & Ba, "Adam: a method for stochastic optimization" (2015), section 3.

    Args:
        weight: Of the past, in [0, 1): 0 smooths nothing, 0.9 is about the mean of the last ten values.

    Raises:
        ValueError: The weight is out of its range.

    Example:
        >>> smoothed = Smoothed(0.5)
        >>> [round(smoothed.add(value), 3) for value in (1.0, 0.0, 0.0)]
        [1.0, 0.333, 0.143]
    """

    def __init__(self, weight: float) -> None:
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < 1:
            raise ValueError(f"smoothing {shown(weight)} is out of its range: pass a weight from 0 to below 1")
        self.weight = weight
        self._mean, self._count = 0.0, 0

    def add(self, value: float) -> float:
        """Takes the next value in and gives the mean."""
        if not self.weight:
            return value
        self._count += 1
        self._mean = self.weight * self._mean + (1 - self.weight) * value
        return self._mean / (1.0 - self.weight**self._count)

    def state_dict(self) -> dict[str, Any]:
        """What going on needs."""
        return {"mean": self._mean, "count": self._count}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self._mean, self._count = state["mean"], state["count"]
