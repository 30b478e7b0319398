"""Counting values for a histogram."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from kymo._core import Bins
from kymo.writer.bin_edges import checked_count, checked_edges, default_edges, edges_by_rule, even_edges
from kymo.writer.device_counts import device_counts, device_extent
from kymo.writer.flat_values import flat_array, flat_tensor, is_tensor
from kymo.writer.histogram import Histogram

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_logger = logging.getLogger("kymo")


class HistogramCounter:
    """Counts values between the edges that torch counts them between.

    Example:
        >>> counter = HistogramCounter()
        >>> histogram = counter.count("weights", [1, 2, 2, 3, float("nan")], bins=2)
        >>> histogram.limits, histogram.counts, histogram.num, histogram.nan
        (array([1., 2., 3.]), array([0., 1., 3.]), 4, 1)
    """

    def __init__(self) -> None:
        self._edges: Floats | None = None
        self._bins: Bins | None = None
        self._told: set[tuple[str, str]] = set()

    def count(self, tag: str, values: Any, bins: Any = "tensorflow", max_bins: Any = None) -> Histogram:
        """The histogram of some values.

        Values on a device are counted there, and only the counts leave it, unless the bins are to be found by one of
        NumPy's rules, which need the values.

        Args:
            tag: What they are called in errors.
            values: Real numbers: an array, a tensor on any device, a list.
            bins: "tensorflow" for TensorBoard's, which grow by a tenth from one to the next; how many, of one width;
                the name of a rule of `numpy.histogram_bin_edges`; or the edges.
            max_bins: As `Histogram.of` takes it.

        Raises:
            TypeError: The values are no real numbers, or `bins` or `max_bins` is none of these.
            ValueError: `bins` or `max_bins` is out of range, or the values of a tensor cannot be read.
        """
        most = None if max_bins is None else checked_count(tag, "max_bins", max_bins)
        needs_values = isinstance(bins, str) and bins != "tensorflow"
        if is_tensor(values) and values.device.type != "cpu" and not needs_values:
            tensor = flat_tensor(tag, values)
            edges = self._edges_of(tag, bins, lambda: device_extent(tensor))
            return Histogram.of(edges, device_counts(tensor, edges), most)
        array = flat_array(tag, values)
        edges = self._edges_of(tag, bins, lambda: _finite(array))
        counted = self._default_bins() if edges is self._edges else Bins(edges)
        return Histogram.of(edges, counted.count(array), most)

    def tell_not_finite(self, tag: str, step: int, histogram: Histogram) -> None:
        """Says once of each tag that it has values that are not finite."""
        if not histogram.not_finite or not self._is_first((tag, "not finite")):
            return
        infinite = histogram.positive_infinity + histogram.negative_infinity
        _logger.warning(
            "The values for tag %r at step %d are not all finite: %d NaN and %d infinite of %d. The histogram is of "
            "the others and says how many there are.",
            *(tag, step, histogram.nan, infinite, histogram.num + histogram.not_finite),
        )

    def _is_first(self, notice: tuple[str, str]) -> bool:
        is_first = notice not in self._told
        self._told.add(notice)
        return is_first

    def _default_bins(self) -> Bins:
        if self._bins is None:
            self._bins = Bins(self._default_edges())
        return self._bins

    def _default_edges(self) -> Floats:
        if self._edges is None:
            self._edges = default_edges()
        return self._edges

    def _edges_of(self, tag: str, bins: Any, finite: Callable[[], NDArray[np.floating]]) -> Floats:
        """The edges for `bins`; `finite` gives the finite values, or their extremes where those are enough."""
        if isinstance(bins, str) and bins == "tensorflow":
            return self._default_edges()
        if isinstance(bins, str):
            return self._edges_by_rule(tag, bins, finite())
        if bins is None or np.ndim(bins) == 0:
            count = checked_count(tag, "bins", bins)
            return even_edges(_extent(finite()), count)
        return checked_edges(tag, bins)

    def _edges_by_rule(self, tag: str, rule: str, values: NDArray[np.floating]) -> Floats:
        edges = edges_by_rule(tag, values, rule)
        if edges is not None:
            return edges
        # As many as Sturges' rule has, which looks at nothing but the number of values.
        count = math.ceil(math.log2(len(values)) + 1)
        if self._is_first((tag, "rule")):
            _logger.warning(
                "The rule %r finds no bins for the values for tag %r, which lie too far apart: they are counted in "
                "%d bins of one width. Pass how many bins there shall be, or 'tensorflow'.",
                *(rule, tag, count),
            )
        return even_edges(_extent(values), count)


def _finite(values: NDArray[np.floating]) -> NDArray[np.floating]:
    is_finite = np.isfinite(values)
    return values if is_finite.all() else values[is_finite]


def _extent(values: NDArray[np.floating]) -> Floats:
    # As float64, as torch does, whatever the values are.
    return np.array([values.min(), values.max()] if len(values) else [], np.float64)
