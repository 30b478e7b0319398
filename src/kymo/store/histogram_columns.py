"""Histograms as a page of a given width shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from kymo.store.histogram_sum import histogram_sum
from kymo.store.histograms import Histograms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Those of a normal distribution at half standard deviations, as TensorBoard draws them.
PERCENTILES = (0.0, 6.68, 15.87, 30.85, 50.0, 69.15, 84.13, 93.32, 100.0)


class TooManyBinsError(ValueError):
    """The histograms have more bins than can be shown at once."""


@dataclass(frozen=True, eq=False)
class HistogramColumns:
    """Columns of histograms, the oldest first: one each, or of many steps several added up in each.

    Attributes:
        histograms: What each column shows; its step and time are those of the first that it stands for.
        last_steps: The step of the last that it stands for; int64 of shape (n,).
        merged: How many it stands for; int64 of shape (n,).
        percentiles: The values that so many of a hundred do not exceed, for each of `PERCENTILES`, if values lie
            evenly in their bins; NaN where there is none; float64 of shape (n, 9).
    """

    histograms: Histograms
    last_steps: NDArray[np.int64]
    merged: NDArray[np.int64]
    percentiles: Floats


def columns_of(
    read: Callable[[int, int], Histograms], count: int, most: int, most_bins: int | None = None
) -> HistogramColumns:
    """Adds up neighbours where there are more histograms than columns; see `histogram_sum`.

    Args:
        read: Gives those from one up to another. They are read column by column, so that never all of them need be in
            memory; it may leave some out.
        count: How many there are.
        most: At most so many columns.
        most_bins: At most so many bins in all of them together.

    Raises:
        TooManyBinsError: They have more.

    Example:
        >>> from kymo.store.decoded_histogram import DecodedHistogram
        >>> bins = [np.array([0.0, 1.0]), np.array([1.0, 2.0]), np.array([4.0, 6.0])]
        >>> one = DecodedHistogram(*bins, (10, 0, 2, 11, 15, 0, 0, 0))
        >>> three = Histograms.of([one] * 3, [(step, 10.0 * step, False) for step in range(3)])
        >>> columns = columns_of(three.between, 3, 2)
        >>> columns.histograms.steps, columns.merged, columns.histograms.counts
        (array([0, 1]), array([1, 2]), array([ 4.,  6.,  8., 12.]))
    """
    parts, last_steps, merged = [], [], []
    bounds = np.linspace(0, count, min(count, most) + 1).astype(np.int64).tolist()
    bins = 0
    for begin, end in pairwise(bounds):
        histograms = read(begin, end)
        if len(histograms):
            parts.append(histogram_sum(histograms))
            last_steps.append(int(histograms.steps[-1]))
            merged.append(len(histograms))
            bins += len(parts[-1].counts)
            if most_bins is not None and bins > most_bins:
                raise TooManyBinsError(f"The first {len(parts)} columns have {bins} bins, and may have {most_bins}")
    shown = _joined(parts)
    percentiles = [_percentiles(part) for part in parts]
    return HistogramColumns(
        shown,
        np.array(last_steps, np.int64),
        np.array(merged, np.int64),
        np.array(percentiles, np.float64).reshape(len(parts), len(PERCENTILES)),
    )


def _joined(parts: list[Histograms]) -> Histograms:
    """Histograms one after the other."""
    if not parts:
        return Histograms.of([], [])
    ends = np.cumsum([len(part.counts) for part in parts], dtype=np.int64)
    return Histograms(
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.wall_times for part in parts]),
        np.concatenate([part.superseded for part in parts]),
        np.append(np.int64(0), ends),
        np.concatenate([part.left for part in parts]),
        np.concatenate([part.right for part in parts]),
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.figures for part in parts]),
    )


def _percentiles(histogram: Histograms) -> Floats:
    """Those of one histogram."""
    counts = histogram.counts
    if not len(counts):
        return np.full(len(PERCENTILES), np.nan)
    passed = np.cumsum(counts)
    shares = np.column_stack([np.append(0.0, passed[:-1]), passed]).ravel()
    values = np.column_stack([histogram.left, histogram.right]).ravel()
    found: Floats = np.interp(np.array(PERCENTILES) / 100 * passed[-1], shares, values)
    low, high = histogram.figures[0, 1:3]
    if low <= high:
        np.clip(found, low, high, out=found)
        # The outermost bins reach beyond the values, or not as far as what was counted apart from them.
        found[0], found[-1] = low, high
    return found
