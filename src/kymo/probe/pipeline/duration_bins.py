"""How often durations of each length came, in bins that are the finer the shorter the durations are."""

from __future__ import annotations

from collections.abc import Sequence

_PARTS_BITS = 3  # each doubling is cut into 8 parts
_SHORTEST_BITS = 10  # what takes less than a microsecond is in the first bin
_DOUBLINGS = 32  # up to more than an hour
BINS = _DOUBLINGS << _PARTS_BITS


def bin_of(duration: int) -> int:
    """The bin that a duration belongs to.

    Args:
        duration: Nanoseconds.

    Example:
        >>> bin_of(0), bin_of(1024), bin_of(2047), bin_of(2048), bin_of(10**30) == BINS - 1
        (0, 0, 7, 8, True)
    """
    doublings = duration.bit_length() - 1
    if doublings < _SHORTEST_BITS:
        return 0
    part = (duration >> (doublings - _PARTS_BITS)) - (1 << _PARTS_BITS)
    return min(BINS - 1, ((doublings - _SHORTEST_BITS) << _PARTS_BITS) + part)


def quantile(counts: Sequence[int], share: float) -> float:
    """The duration that a share of all is not above, within an eighth; those in one bin are taken to be spread evenly.

    Args:
        counts: How many are in each bin, at least one in all.
        share: From 0 to 1; 0.5 is the median.

    Returns:
        Nanoseconds.

    Example:
        >>> counts = [0] * BINS
        >>> for milliseconds in range(1, 101):
        ...     counts[bin_of(milliseconds * 1_000_000)] += 1
        >>> round(quantile(counts, 0.5) / 1e6), round(quantile(counts, 0.95) / 1e6)
        (50, 95)
    """
    left = share * sum(counts)
    last = 0.0
    for number, count in enumerate(counts):
        if count:
            start, end = _start(number), _start(number + 1)
            if count >= left:
                return start + (end - start) * left / count
            left, last = left - count, end
    return last


def _start(number: int) -> float:
    doublings, part = divmod(number, 1 << _PARTS_BITS)
    return float((part + (1 << _PARTS_BITS)) << (doublings + _SHORTEST_BITS - _PARTS_BITS))
