"""Histograms as a page of a given width shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kymo.store.histograms import Histograms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Those of a normal distribution at half standard deviations, as TensorBoard draws them.
PERCENTILES = (0.0, 6.68, 15.87, 30.85, 50.0, 69.15, 84.13, 93.32, 100.0)


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


def columns_of(histograms: Histograms, most: int) -> HistogramColumns:
    """Adds up neighbours where there are more histograms than columns.

    The bins of a sum lie between all ends of the bins that are added up, and values are shared out among them by width,
    so none is moved out of the bin that it was stored in.

    Args:
        histograms: In the order in which they are shown.
        most: At most so many columns.

    Example:
        >>> one = [np.array([0.0]), np.array([2.0]), np.array([4.0])]
        >>> two = [np.array([1.0]), np.array([2.0]), np.array([6.0])]
        >>> from kymo.store.decoded_histogram import DecodedHistogram
        >>> both = [DecodedHistogram(*one, (4, 0, 2, 4, 5, 0, 0, 0)), DecodedHistogram(*two, (6, 1, 2, 9, 14, 0, 0, 0))]
        >>> columns = columns_of(Histograms.of(both, [(1, 10.0, False), (2, 20.0, False)]), 1)
        >>> columns.histograms.left, columns.histograms.counts, columns.merged
        (array([0., 1.]), array([2., 8.]), array([2]))
    """
    count = len(histograms)
    starts = np.arange(count) if count <= most else np.linspace(0, count, most, endpoint=False).astype(np.int64)
    ends = np.append(starts[1:], count)[: len(starts)]
    shown = histograms if count <= most else _added_up(histograms, starts, ends)
    percentiles = np.array([_percentiles(shown, column) for column in range(len(shown))]).reshape(
        len(shown), len(PERCENTILES)
    )
    return HistogramColumns(shown, histograms.steps[ends - 1], ends - starts, percentiles)


def _added_up(histograms: Histograms, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Histograms:
    parts = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        bins = slice(int(histograms.offsets[start]), int(histograms.offsets[end]))
        parts.append(_sum_of_bins(histograms.left[bins], histograms.right[bins], histograms.counts[bins]))
    sizes = [len(counts) for _, _, counts in parts]
    left, right, counts = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Histograms(
        histograms.steps[starts],
        histograms.wall_times[starts],
        histograms.superseded[starts],
        np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]),
        left,
        right,
        counts,
        np.array([_sum_of_figures(histograms.figures[a:b]) for a, b in zip(starts, ends, strict=True)]),
    )


def _sum_of_bins(left: Floats, right: Floats, counts: Floats) -> tuple[Floats, Floats, Floats]:
    wide = right > left
    edges = np.unique(np.concatenate([left[wide], right[wide]]))
    # Each bin raises the density from its lower end to its upper one.
    begin, end = np.searchsorted(edges, left[wide]), np.searchsorted(edges, right[wide])
    density = counts[wide] / (right[wide] - left[wide])
    rise, cover = np.zeros(len(edges) + 1), np.zeros(len(edges) + 1, np.int64)
    np.add.at(rise, begin, density)
    np.subtract.at(rise, end, density)
    np.add.at(cover, begin, 1)
    np.subtract.at(cover, end, 1)
    # Between bins nothing is left but what rounding left.
    filled = np.flatnonzero(np.cumsum(cover)[: max(0, len(edges) - 1)])
    widths = edges[filled + 1] - edges[filled]
    between = np.maximum(0.0, np.cumsum(rise)[filled] * widths)
    places, which = np.unique(left[~wide], return_inverse=True)
    spikes = np.bincount(which, counts[~wide], len(places))
    lower = np.concatenate([edges[filled], places])
    upper = np.concatenate([edges[filled + 1], places])
    order = np.lexsort((upper, lower))
    return lower[order], upper[order], np.concatenate([between, spikes])[order]


def _sum_of_figures(figures: Floats) -> Floats:
    total: Floats = figures.sum(axis=0)
    known = figures[figures[:, 0] > 0]
    total[1] = known[:, 1].min() if len(known) else 0.0
    total[2] = known[:, 2].max() if len(known) else 0.0
    return total


def _percentiles(histograms: Histograms, at: int) -> Floats:
    bins = slice(int(histograms.offsets[at]), int(histograms.offsets[at + 1]))
    left, right, counts = histograms.left[bins], histograms.right[bins], histograms.counts[bins]
    if not len(counts):
        return np.full(len(PERCENTILES), np.nan)
    passed = np.cumsum(counts)
    shares = np.column_stack([passed - counts, passed]).ravel()
    values = np.column_stack([left, right]).ravel()
    found: Floats = np.interp(np.array(PERCENTILES) / 100 * passed[-1], shares, values)
    low, high = histograms.figures[at, 1:3]
    if low <= high:
        np.clip(found, low, high, out=found)
    return found
