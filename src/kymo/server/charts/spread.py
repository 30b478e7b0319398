"""The mean of several lines with its spread, one place after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kymo import _core

    Floats = NDArray[np.float64]


@dataclass
class Spread:
    """What lines come to at the same places: one element for each.

    Attributes:
        count: How many lines take part. Where none does, all else means nothing.
        mean: Of the lines.
        squares: The sum of the squares of their distances from the mean.
        low: The least of their points.
        high: The greatest of their points.
    """

    count: Floats
    mean: Floats
    squares: Floats
    low: Floats
    high: Floats

    @classmethod
    def of(cls, lines: Sequence[_core.Buckets]) -> Spread:
        """Of some lines, NaN where one takes no part."""
        means = np.stack([line.mean for line in lines])
        missing = np.isnan(means)
        count = len(lines) - missing.sum(0, dtype=np.float64)
        # Each is divided before it is added: the sum of huge numbers overflows.
        shares = means / np.maximum(count, 1)
        shares[missing] = 0
        mean = shares.sum(0)
        with np.errstate(over="ignore"):
            distances = means - mean
            distances[missing] = 0
            squares = np.square(distances, out=distances).sum(0)
        low = np.fmin.reduce([line.low for line in lines])
        high = np.fmax.reduce([line.high for line in lines])
        return cls(count, mean, squares, low, high)

    @classmethod
    def of_nothing(cls) -> Spread:
        """Of no line, at no place."""
        return cls(*(np.empty(0) for _ in range(5)))

    def add(self, other: Spread) -> None:
        """Takes in what other lines come to at the same places (Chan, Golub and LeVeque's update)."""
        count = self.count + other.count
        share = other.count / np.maximum(count, 1)
        with np.errstate(over="ignore"):
            distance = other.mean - self.mean
            self.squares += other.squares + np.square(distance) * (self.count * share)
        self.mean += distance * share
        self.low = np.fmin(self.low, other.low)
        self.high = np.fmax(self.high, other.high)
        self.count = count

    def arrays(self, places: Floats) -> dict[str, NDArray[np.generic]]:
        """What is drawn, without the places where no line takes part."""
        taking_part = self.count > 0
        count, low, high = self.count[taking_part], self.low[taking_part], self.high[taking_part]
        return {
            "x": places[taking_part],
            # Rounding must not carry a mean beyond what it is the mean of.
            "mean": np.clip(self.mean[taking_part], low, high),
            "low": low,
            "high": high,
            "deviation": np.sqrt(self.squares[taking_part] / count),
            "count": count,
        }
