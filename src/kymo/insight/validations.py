"""The values of a metric, cleaned for judging where their curve leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MOST = 200  # values; more of them are averaged
_NEAR = 5  # values that make a level
_OUTLIER = 4.0  # standard deviations of the noise
_NORMAL = 1.4826  # the standard deviation of a normal distribution by its median absolute deviation


@dataclass(frozen=True)
class Validations:
    """Values of which higher is better, in order, with what is known of their noise.

    Attributes:
        epochs: When each was measured; float64 of shape (m,), m at most 200.
        values: The values, or means of several; float64 of shape (m,).
        count: How many validations there were.
        noise: The standard deviation of a value around the curve.
        levels: The mean of the values around each.
    """

    epochs: Floats
    values: Floats
    count: int
    noise: float
    levels: Floats

    @classmethod
    def of(cls, epochs: Floats, values: Floats, *, is_lower_better: bool) -> Validations:
        """Leaves out what is not finite, tames outliers, and averages very many values."""
        holds = np.isfinite(values) & np.isfinite(epochs)
        epochs, values = epochs[holds], values[holds] * (-1.0 if is_lower_better else 1.0)
        count = len(values)
        if count > _MOST:
            parts = np.array_split(np.arange(count), _MOST)
            epochs = np.array([epochs[part].mean() for part in parts])
            values = np.array([np.median(values[part]) for part in parts])
        if count < 3:
            return cls(epochs, values, count, 0.0, values)
        # Differences of neighbours know little of the trend.
        noise = float(_NORMAL * np.median(np.abs(np.diff(values, 2))) / np.sqrt(6))
        middles = _running(values, np.median)
        tame = np.clip(values, middles - _OUTLIER * noise, middles + _OUTLIER * noise) if noise > 0 else values
        return cls(epochs, tame, count, noise, _running(tame, np.mean))

    @property
    def natural_step(self) -> float:
        """About a quarter of the epochs so far, as a round number, at least 5."""
        span = float(self.epochs[-1] - self.epochs[0]) if len(self.epochs) else 0.0
        wanted = max(5.0, span / 4)
        size = float(10 ** np.floor(np.log10(wanted)))
        return min((size * step for step in (1, 2, 5, 10)), key=lambda step: abs(step - wanted))

    def until(self, end: int) -> Validations:
        """The first few of them, as they were known then."""
        return Validations(self.epochs[:end], self.values[:end], end, self.noise, self.levels[:end])

    @property
    def resolution(self) -> float:
        """The least step between two different values: an accuracy counts samples."""
        steps = np.abs(np.diff(np.unique(self.values)))
        return float(np.quantile(steps, 0.1)) if len(steps) else 0.0

    @property
    def level_error(self) -> float:
        """The standard error of a level."""
        return self.noise / float(np.sqrt(min(_NEAR, len(self.values))))

    @property
    def best_level(self) -> float:
        """The best level so far; that of its neighbours is known to differ by luck only."""
        return float(self.levels.max())

    @property
    def best_epoch(self) -> float:
        """When the level was best."""
        return float(self.epochs[int(self.levels.argmax())])

    @property
    def brought(self) -> float:
        """What the training has brought so far: from the first value to the best level."""
        return self.best_level - float(self.values[0])


def _running(values: Floats, middle: Callable[[Floats], np.float64]) -> Floats:
    """Of each value and its neighbours, fewer at the ends."""
    reach = _NEAR // 2
    found = [middle(values[max(0, at - reach) : at + reach + 1]) for at in range(len(values))]
    return np.array(found, np.float64)
