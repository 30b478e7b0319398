"""A histogram as event files hold it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kymo.writer.bad_input import shown
from kymo.writer.flat_values import flat_array
from kymo.writer.scalar import to_float

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Self

    from numpy.typing import NDArray

    from kymo._core import ValueCounts
    from kymo.writer.device_counts import DeviceCounts

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Histogram:
    """How often values came in each of some buckets. All but the counts of NaN and infinities is of the finite values.

    Attributes:
        limits: The upper end of each bucket, ascending; float64 of shape (n,). The first bucket is empty where others
            are not: its limit is the lower end of the second one.
        counts: How many values lie in each bucket; float64 of shape (n,).
        num: How many values there are.
        min: The least; 0 where there is none.
        max: The greatest; 0 where there is none.
        sum: Their sum.
        sum_squares: The sum of their squares.
        nan: How many values are NaN.
        positive_infinity: How many are infinite.
        negative_infinity: How many are negative infinite.
    """

    limits: Floats
    counts: Floats
    num: float
    min: float
    max: float
    sum: float
    sum_squares: float
    nan: float = 0.0
    positive_infinity: float = 0.0
    negative_infinity: float = 0.0

    @property
    def not_finite(self) -> float:
        """How many values are NaN or infinite."""
        return self.nan + self.positive_infinity + self.negative_infinity

    @classmethod
    def of(cls, edges: Floats, counted: ValueCounts | DeviceCounts, max_bins: int | None = None) -> Self:
        """What was counted between some edges.

        Values beyond the edges have a bucket of their own, which ends at the outermost of them; buckets that are empty
        on the outside are left out.

        Args:
            edges: Ascending; float64 of shape (n + 1,).
            counted: What `Bins(edges)` has counted.
            max_bins: Where there are n times as many bins, and less than n + 1 times, each n neighbours are joined.
        """
        counts = counted.bins.astype(np.float64)
        if max_bins is not None:
            edges, counts = _joined(edges, counts, max_bins)
        if counted.below:
            edges, counts = np.concatenate([[counted.min], edges]), np.concatenate([[counted.below], counts])
        if counted.above:
            edges, counts = np.concatenate([edges, [counted.max]]), np.concatenate([counts, [counted.above]])
        limits, counts = buckets_of(edges, counts)
        return cls(
            limits,
            counts,
            counted.finite,
            counted.min if counted.finite else 0.0,
            counted.max if counted.finite else 0.0,
            counted.sum,
            counted.sum_squares,
            counted.nan,
            counted.positive_infinity,
            counted.negative_infinity,
        )


def without_gaps(histogram: Histogram) -> Histogram:
    """The same, with each run of empty buckets as a single one: all that readers know of them is where they end.

    Example:
        >>> gaps = Histogram(np.arange(5.0), np.array([0.0, 1.0, 0.0, 0.0, 2.0]), 3, 0.5, 4.0, 9.0, 30.0)
        >>> without_gaps(gaps).limits, without_gaps(gaps).counts
        (array([0., 1., 3., 4.]), array([0., 1., 0., 2.]))
    """
    is_empty = histogram.counts == 0
    is_last = np.append(~(is_empty[:-1] & is_empty[1:]), True) if len(is_empty) else is_empty
    return replace(histogram, limits=histogram.limits[is_last], counts=histogram.counts[is_last])


def raw_histogram(tag: str, figures: Sequence[Any], bucket_limits: Any, bucket_counts: Any) -> Histogram:
    """A histogram that was counted elsewhere.

    Args:
        tag: What it is called in errors.
        figures: The least value, the greatest, how many there are, their sum, and that of their squares.
        bucket_limits: The upper end of each bucket.
        bucket_counts: How many values lie in each bucket.

    Raises:
        TypeError: One of them is no number, or no list of numbers.
        ValueError: There is not a limit for each count, limits do not ascend, or counts are negative.
    """
    low, high, num, total, squares = (to_float(tag, figure) for figure in figures)
    limits = flat_array(tag, bucket_limits, "bucket_limits").astype(np.float64)
    counts = flat_array(tag, bucket_counts, "bucket_counts").astype(np.float64)
    if len(limits) != len(counts):
        raise ValueError(f"tag {tag!r} has {len(limits)} bucket_limits and {len(counts)} bucket_counts: pass as many")
    if not (limits[:-1] <= limits[1:]).all() or np.isnan(limits).any():
        raise ValueError(f"bucket_limits {shown(bucket_limits)} for tag {tag!r} do not ascend: sort them")
    if not (np.isfinite(counts).all() and (counts >= 0).all()):
        raise ValueError(f"bucket_counts {shown(bucket_counts)} for tag {tag!r} are no counts: pass 0 or more of each")
    return Histogram(limits, counts, num, low, high, total, squares)


def buckets_of(edges: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """The upper ends and the counts of buckets, without those that are empty on the outside.

    A bucket is known by its upper end alone, so one that is empty comes first, to say where the next one begins.

    Args:
        edges: Ascending; float64 of shape (n + 1,).
        counts: How many values lie between each two edges; float64 of shape (n,).

    Example:
        >>> buckets_of(np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([0.0, 5.0, 7.0, 0.0]))
        (array([1., 2., 3.]), array([0., 5., 7.]))
    """
    filled = np.flatnonzero(counts)
    if not len(filled):
        return np.empty(0), np.empty(0)
    first, last = filled[0], filled[-1] + 1
    return edges[first : last + 1], np.concatenate([[0.0], counts[first:last]])


def _joined(edges: Floats, counts: Floats, most: int) -> tuple[Floats, Floats]:
    each = max(1, len(counts) // most)
    starts = np.arange(0, len(counts), each)
    return np.append(edges[starts], edges[-1]), np.add.reduceat(counts, starts)


def histogram_summary(tag: str, histogram: Histogram) -> bytes:
    """An encoded Summary that holds one histogram, as torch writes it."""
    from kymo.format.messages import HistogramProto, Summary

    message = HistogramProto(
        min=histogram.min,
        max=histogram.max,
        num=histogram.num,
        sum=histogram.sum,
        sum_squares=histogram.sum_squares,
        bucket_limit=histogram.limits.tolist(),
        bucket=histogram.counts.tolist(),
        nan=histogram.nan,
        positive_infinity=histogram.positive_infinity,
        negative_infinity=histogram.negative_infinity,
    )
    serialized: bytes = Summary(value=[Summary.Value(tag=tag, histo=message)]).SerializeToString()
    return serialized
