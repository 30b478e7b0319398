"""Intervals of x in which lines are compared, each at one place in it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Intervals(NamedTuple):
    """One element an interval; both of its ends belong to it."""

    low: Floats
    high: Floats
    place: Floats

    @classmethod
    def at(cls, places: Floats) -> Intervals:
        """Of no width: just these places."""
        return cls(places, places, places)

    @classmethod
    def dividing(cls, low: float, high: float, count: int, *, geometric: bool) -> Intervals:
        """Buckets of equal width, or of equal ratio, with their centres.

        >>> [column.tolist() for column in Intervals.dividing(0, 4, 2, geometric=False)]
        [[0.0, 2.0], [1.9999999999999998, 4.0], [1.0, 3.0]]
        """
        first, last = (math.log(low), math.log(high)) if geometric else (low, high)
        # Each end is divided first: the extent between two huge ones overflows.
        edges = first + np.arange(count + 1, dtype=np.float64) * (last / count - first / count)
        centres = edges[:-1] / 2 + edges[1:] / 2
        if geometric:
            edges, centres = np.exp(edges), np.exp(centres)
        edges[0], edges[-1] = low, high
        # Rounding must not carry an edge beyond the range, or behind another.
        edges = np.maximum.accumulate(np.minimum(edges, high))
        ends = np.nextafter(edges[1:], -math.inf)
        ends[-1] = high
        return cls(edges[:-1], ends, centres)
