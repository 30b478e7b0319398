"""Counting values for a histogram."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from kymo._core import Bins
from kymo.writer.bad_input import shown
from kymo.writer.device_counts import device_counts
from kymo.writer.flat_values import flat_array, flat_tensor, is_tensor
from kymo.writer.histogram import Histogram

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_logger = logging.getLogger("kymo")
_MOST_BINS = 1 << 20
_RULES = ("auto", "doane", "fd", "rice", "scott", "sqrt", "stone", "sturges")


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
        self._told: set[str] = set()

    def count(self, tag: str, values: Any, bins: Any = "tensorflow", max_bins: Any = None) -> Histogram:
        """The histogram of some values.

        Values on a device are counted there, and only the counts leave it, unless the bins are to be found by one of
        NumPy's rules, which need the values.

        Args:
            tag: What they are called in errors.
            values: Real numbers: an array, a tensor on any device, a list.
            bins: "tensorflow" for TensorBoard's, which grow by a tenth from one to the next; how many, of one width;
                the name of a rule of `numpy.histogram_bin_edges`; or the edges.
            max_bins: At most so many.

        Raises:
            TypeError: The values are no real numbers, or `bins` or `max_bins` is none of these.
            ValueError: `bins` or `max_bins` is out of range.
        """
        _check_count(tag, "max_bins", max_bins, is_optional=True)
        is_apart = is_tensor(values) and values.device.type != "cpu"
        if is_apart and not (isinstance(bins, str) and bins != "tensorflow"):
            tensor = flat_tensor(tag, values)
            if not isinstance(bins, str) and np.ndim(bins) == 0:
                extent = tensor[tensor.isfinite()] if tensor.numel() else tensor
                values = [] if not extent.numel() else [extent.min().item(), extent.max().item()]
                edges = self._edges_of(tag, np.array(values, np.float64), bins)
            else:
                edges = self._edges_of(tag, np.empty(0), bins)
            return Histogram.of(edges, device_counts(tensor, edges), max_bins)
        array = flat_array(tag, values)
        edges = self._edges_of(tag, array, bins)
        counted = self._default_bins() if edges is self._edges else Bins(edges)
        return Histogram.of(edges, counted.count(array), max_bins)

    def tell_not_finite(self, tag: str, step: int, histogram: Histogram) -> None:
        """Says once of each tag that it has values that are not finite."""
        if not histogram.not_finite or tag in self._told:
            return
        self._told.add(tag)
        infinite = histogram.positive_infinity + histogram.negative_infinity
        _logger.warning(
            "The values for tag %r at step %d are not all finite: %d NaN and %d infinite of %d. The histogram is of "
            "the others and says how many there are.",
            *(tag, step, histogram.nan, infinite, histogram.num + histogram.not_finite),
        )

    def _default_bins(self) -> Bins:
        if self._bins is None:
            self._bins = Bins(self._default_edges())
        return self._bins

    def _default_edges(self) -> Floats:
        if self._edges is None:
            self._edges = default_edges()
        return self._edges

    def _edges_of(self, tag: str, values: NDArray[np.floating], bins: Any) -> Floats:
        if isinstance(bins, str):
            return self._default_edges() if bins == "tensorflow" else _edges_by_rule(tag, values, bins)
        if np.ndim(bins) == 0:
            _check_count(tag, "bins", bins)
            finite = _finite(values)
            # As float64, as torch does, whatever the values are.
            extent = np.array([finite.min(), finite.max()] if len(finite) else [], np.float64)
            return np.histogram_bin_edges(extent, int(bins))
        return _checked_edges(tag, bins)


def default_edges() -> Floats:
    """TensorBoard's: 0, and the powers of 1.1 from 1e-12 to 1e20, with either sign; float64 of shape (1549,).

    Example:
        >>> edges = default_edges()
        >>> len(edges), float(edges[774]), float(edges[775])
        (1549, 0.0, 1e-12)
    """
    edges = []
    edge = 1e-12
    while edge < 1e20:
        edges.append(edge)
        edge *= 1.1
    return np.array([*(-edge for edge in reversed(edges)), 0.0, *edges])


def _finite(values: NDArray[np.floating]) -> NDArray[np.floating]:
    is_finite = np.isfinite(values)
    return values if is_finite.all() else values[is_finite]


def _edges_by_rule(tag: str, values: NDArray[np.floating], rule: str) -> Floats:
    if rule not in _RULES:
        raise ValueError(
            f"bins {rule!r} for tag {tag!r} is no rule for bins: pass 'tensorflow', one of {', '.join(_RULES)}, how "
            "many bins, or their edges"
        )
    try:
        return np.histogram_bin_edges(_finite(values).astype(np.float64), bins=rule)
    except (ValueError, MemoryError) as error:
        raise ValueError(f"bins {rule!r} for tag {tag!r} cannot be found: {error}; pass how many bins") from error


def _checked_edges(tag: str, bins: Any) -> Floats:
    try:
        edges = np.asarray(bins.detach().cpu() if is_tensor(bins) else bins, np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"bins {shown(bins)} for tag {tag!r} are no numbers: pass the edges of the bins") from None
    if edges.ndim != 1 or len(edges) < 2 or not (np.isfinite(edges).all() and (edges[:-1] <= edges[1:]).all()):
        raise ValueError(
            f"bins {shown(bins)} for tag {tag!r} are no edges of bins: pass two or more finite, ascending numbers"
        )
    return edges


def _check_count(tag: str, name: str, count: Any, *, is_optional: bool = False) -> None:
    if count is None and is_optional:
        return
    if isinstance(count, (bool, np.bool_)) or not isinstance(count, (int, np.integer)):
        raise TypeError(f"{name} {shown(count)} for tag {tag!r} is no number of bins: pass an integer")
    if not 1 <= count <= _MOST_BINS:
        raise ValueError(f"{name} {shown(count)} for tag {tag!r} is out of range: pass 1 to {_MOST_BINS}")
