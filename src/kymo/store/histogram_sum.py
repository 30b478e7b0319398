"""Several histograms added up to one."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from kymo.store.histograms import Histograms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# More places than a screen has pixels for the height of a chart.
_MOST_BINS = 700
_WIDE = 4e307


def histogram_sum(histograms: Histograms, most: int = _MOST_BINS) -> Histograms:
    """One histogram of the values of all of them, with the step and the time of the first.

    Its bins lie between all ends of theirs, and the values of each bin are shared out by width among those that it is
    divided into. Values whose bin has no width stay in one that has none. Where there would be more than `most` bins,
    some neighbours are joined, never over a gap or a bin without width.

    Args:
        histograms: At least one.
        most: The number of bins from which on neighbours are joined.

    Example:
        >>> from kymo.store.decoded_histogram import DecodedHistogram
        >>> figures = (4.0, 0.0, 2.0, 4.0, 5.0, 0.0, 0.0, 0.0)
        >>> one = DecodedHistogram(np.array([0.0]), np.array([2.0]), np.array([4.0]), figures)
        >>> two = DecodedHistogram(np.array([1.0]), np.array([2.0]), np.array([4.0]), figures)
        >>> both = histogram_sum(Histograms.of([one, two], [(1, 10.0, False), (2, 20.0, False)]))
        >>> both.left, both.right, both.counts
        (array([0., 1.]), array([1., 2.]), array([2., 6.]))
    """
    if len(histograms) == 1:
        return histograms
    left, right, counts = _sum_of_bins(histograms, most)
    return Histograms(
        histograms.steps[:1],
        histograms.wall_times[:1],
        histograms.superseded[:1],
        np.array([0, len(counts)], np.int64),
        left,
        right,
        counts,
        _sum_of_figures(histograms.figures)[np.newaxis],
    )


def _sum_of_bins(histograms: Histograms, most: int) -> tuple[Floats, Floats, Floats]:
    wide = histograms.right > histograms.left
    left, right, counts = histograms.left[wide], histograms.right[wide], histograms.counts[wide]
    places, which = np.unique(histograms.left[~wide], return_inverse=True)
    points = np.bincount(which, histograms.counts[~wide], len(places))
    edges = _edges(left, right, places, most)
    # How many of the bins that have a width are those of the histograms before.
    before = np.append(0, np.cumsum(wide))[histograms.offsets]
    shared = _shared_out(left, right, counts, before.tolist(), edges)
    filled = np.flatnonzero(shared)
    lower = np.concatenate([edges[filled], places])
    upper = np.concatenate([edges[filled + 1], places])
    order = np.lexsort((upper, lower))
    return lower[order], upper[order], np.concatenate([shared[filled], points])[order]


def _edges(left: Floats, right: Floats, places: Floats, most: int) -> Floats:
    edges: Floats = np.unique(np.concatenate([left, right, places]))
    if len(edges) - 1 <= most:
        return edges
    begin = np.bincount(np.searchsorted(edges, left), minlength=len(edges))
    end = np.bincount(np.searchsorted(edges, right), minlength=len(edges))
    gap = np.cumsum(begin - end) == 0
    kept = np.arange(len(edges)) % -(-(len(edges) - 1) // most) == 0
    kept |= gap | np.append(True, gap[:-1])
    kept[np.searchsorted(edges, places)] = True
    chosen: Floats = edges[kept]
    return chosen


def _shared_out(left: Floats, right: Floats, counts: Floats, offsets: list[int], edges: Floats) -> Floats:
    """How many values lie between each two edges; `offsets`: where the bins of each histogram begin."""
    if len(edges) < 2:
        return np.empty(0)
    # A quarter of the largest width is still a float64.
    scale = 0.25 if max(-edges[0], edges[-1]) > _WIDE else 1.0
    passed = np.cumsum(counts)
    ends, shares = np.empty(2 * len(counts)), np.empty(2 * len(counts))
    ends[::2], ends[1::2] = scale * left, scale * right
    shares[::2], shares[1::2] = np.append(0.0, passed[:-1]), passed
    places, reached = scale * edges, np.zeros(len(edges))
    # Where a bin is so narrow that its slope is infinite, what lies within is bounded by what comes after.
    with np.errstate(over="ignore", invalid="ignore"):
        for begin, end in pairwise(offsets):
            if begin < end:
                one = np.interp(places, ends[2 * begin : 2 * end], shares[2 * begin : 2 * end])
                reached += np.minimum.accumulate(one[::-1])[::-1]
    return np.maximum(np.diff(reached), 0.0)


def _sum_of_figures(figures: Floats) -> Floats:
    # Some may be near to the largest float64.
    with np.errstate(over="ignore"):
        total: Floats = figures.sum(axis=0)
    known = figures[figures[:, 0] > 0]
    total[1] = known[:, 1].min() if len(known) else np.nan
    total[2] = known[:, 2].max() if len(known) else np.nan
    return total
