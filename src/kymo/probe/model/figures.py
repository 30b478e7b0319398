"""What counts of values come to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.probe.model.counted import Counts

# Half precision: what is less rounds to a number with fewer bits than it has left or to 0, what is greater to infinity.
_LEAST_HALF, _GREATEST_HALF = 2.0**-24, 2.0**16


def norm(counts: Counts) -> float:
    """The Euclidean norm of the finite values."""
    return math.sqrt(counts.sum_squares)


def mean(counts: Counts) -> float:
    """NaN where there is none."""
    return counts.sum / counts.finite if counts.finite else math.nan


def std(counts: Counts) -> float:
    """The standard deviation of the finite values; NaN where there is none."""
    if not counts.finite:
        return math.nan
    return math.sqrt(max(0.0, counts.sum_squares / counts.finite - mean(counts) ** 2))


def zeros(counts: Counts) -> float:
    """In percent of all values."""
    return _percent(counts, counts.zeros)


def nonfinite(counts: Counts) -> float:
    """In percent of all values."""
    return _percent(counts, counts.nan + counts.positive_infinity + counts.negative_infinity)


def fp16_underflow(counts: Counts, edges: NDArray[np.float64]) -> float:
    """Values that are not 0 and nearer to it than half precision's least number, in percent of all values."""
    low, high = np.searchsorted(edges, [-_LEAST_HALF, _LEAST_HALF])
    return _percent(counts, int(counts.bins[low:high].sum()) - counts.zeros)


def fp16_overflow(counts: Counts, edges: NDArray[np.float64]) -> float:
    """Finite values beyond half precision's greatest number, in percent of all values."""
    low, high = np.searchsorted(edges, [-_GREATEST_HALF, _GREATEST_HALF])
    outside = int(counts.bins[:low].sum() + counts.bins[high:].sum()) + counts.below + counts.above
    return _percent(counts, outside)


def _percent(counts: Counts, part: int) -> float:
    whole = counts.finite + counts.nan + counts.positive_infinity + counts.negative_infinity
    return 100 * part / whole if whole else 0.0
