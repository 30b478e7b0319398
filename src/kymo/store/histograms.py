"""Histograms that were logged, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kymo.store.decoded_histogram import DecodedHistogram

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Histograms:
    """The histograms of one tag, in the order in which they were written.

    Each has some bins, which are those that were stored, without the empty ones; those of all lie one after the other.

    Attributes:
        steps: int64 of shape (n,).
        wall_times: When each was logged, in seconds since the epoch; float64 of shape (n,).
        superseded: Whether a restart has replaced it; bool of shape (n,).
        offsets: Bins `offsets[i]` to `offsets[i + 1]` are those of histogram `i`; int64 of shape (n + 1,).
        left: The lower end of each bin; float64 of shape (m,).
        right: The upper end of each bin, which is no less; float64 of shape (m,).
        counts: How many values lie in it; float64 of shape (m,).
        figures: What is told of the values of each: how many are finite, the least, the greatest (both NaN where there
            is none), their sum, that of their squares, and how many more were NaN, infinite and negative infinite;
            float64 of shape (n, 8).
    """

    steps: NDArray[np.int64]
    wall_times: Floats
    superseded: NDArray[np.bool_]
    offsets: NDArray[np.int64]
    left: Floats
    right: Floats
    counts: Floats
    figures: Floats

    def __len__(self) -> int:
        return len(self.steps)

    def between(self, begin: int, end: int) -> Histograms:
        """Those from `begin` up to `end`, as of a slice."""
        bins = slice(int(self.offsets[begin]), int(self.offsets[end]))
        return Histograms(
            self.steps[begin:end],
            self.wall_times[begin:end],
            self.superseded[begin:end],
            self.offsets[begin : end + 1] - self.offsets[begin],
            self.left[bins],
            self.right[bins],
            self.counts[bins],
            self.figures[begin:end],
        )

    @classmethod
    def of(cls, decoded: Sequence[DecodedHistogram], where: Sequence[tuple[int, float, bool]]) -> Histograms:
        """Puts histograms together.

        Args:
            decoded: Each of them.
            where: Step, wall time, and whether a restart has replaced it, of each.
        """
        sizes = [len(each.counts) for each in decoded]
        columns = list(zip(*where, strict=True)) or [(), (), ()]
        return cls(
            np.array(columns[0], np.int64),
            np.array(columns[1], np.float64),
            np.array(columns[2], np.bool_),
            np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64),
            _joined([each.left for each in decoded]),
            _joined([each.right for each in decoded]),
            _joined([each.counts for each in decoded]),
            np.array([each.figures for each in decoded], np.float64).reshape(len(decoded), 8),
        )


def _joined(arrays: list[Floats]) -> Floats:
    return np.concatenate(arrays) if arrays else np.empty(0)
