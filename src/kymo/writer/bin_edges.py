"""The edges of the bins that values are counted in."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from kymo.writer.bad_input import shown
from kymo.writer.flat_values import is_tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_BINS = 1 << 20
_RULES = ("auto", "doane", "fd", "rice", "scott", "sqrt", "stone", "sturges")
_RULES_OF_QUARTILES = ("auto", "fd")  # whose bins may be any number, by how far the ends are from the quartiles


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


def even_edges(extent: Floats, count: int) -> Floats:
    """Edges of bins of one width, as `numpy.histogram` has them.

    Where there are fewer floats between the ends than edges are asked for, there are fewer bins.

    Args:
        extent: The least value and the greatest; float64 of shape (2,), or of shape (0,) where there is none.
        count: How many bins.

    Example:
        >>> even_edges(np.array([1.0, 3.0]), 4)
        array([1. , 1.5, 2. , 2.5, 3. ])
        >>> len(even_edges(np.array([1.0, np.nextafter(1.0, 2.0)]), 4))
        2
    """
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            edges = np.histogram_bin_edges(extent, count)
    except ValueError:
        edges = np.full(1, np.nan)
    if np.isfinite(edges).all() and (edges[:-1] < edges[1:]).all():
        return edges
    low, high = extent
    if low == high:
        return np.sort([high, np.nextafter(high, 0.0)])
    # The difference of the quarters is finite, whatever the ends are.
    between = 4 * np.linspace(low / 4, high / 4, count + 1)[1:-1]
    return np.unique(np.concatenate([[low], np.clip(between, low, high), [high]]))


def edges_by_rule(tag: str, values: NDArray[np.floating], rule: str) -> Floats | None:
    """The edges that a rule of `numpy.histogram_bin_edges` finds for finite values.

    Returns:
        None where it finds none, or far too many: for some rules, a single value far from the others is enough.

    Raises:
        ValueError: There is no such rule.
    """
    if rule not in _RULES:
        raise ValueError(
            f"bins {rule!r} for tag {tag!r} is no rule for bins: pass 'tensorflow', one of {', '.join(_RULES)}, how "
            "many bins, or their edges"
        )
    wide = values.astype(np.float64)
    try:
        with np.errstate(all="ignore"):
            if rule in _RULES_OF_QUARTILES and _is_too_wide(wide):
                return None
            edges = np.histogram_bin_edges(wide, bins=rule)
    except (ValueError, OverflowError):
        return None
    is_usable = len(edges) <= MOST_BINS + 1 and np.isfinite(edges).all() and (edges[:-1] <= edges[1:]).all()
    return edges if is_usable else None


def _is_too_wide(values: Floats) -> bool:
    """Whether Freedman's and Diaconis' rule has more bins for the values than memory should be taken for."""
    if not len(values):
        return False
    upper, lower = np.percentile(values, [75, 25])
    width = 2 * (upper - lower) / len(values) ** (1 / 3)
    return bool(0 < MOST_BINS * width < values.max() - values.min())


def checked_edges(tag: str, bins: Any) -> Floats:
    """Edges as they were given; float64 of shape (n + 1,).

    Raises:
        TypeError: They are no real numbers.
        ValueError: There are fewer than two, they do not ascend, or one is not finite.
    """
    try:
        edges = np.asarray(bins.detach().cpu() if is_tensor(bins) else bins)
    except (TypeError, ValueError, RuntimeError):
        edges = np.empty(0, object)
    if edges.dtype.kind not in "fiub":
        raise TypeError(f"bins {shown(bins)} for tag {tag!r} are no real numbers: pass the edges of the bins")
    edges = edges.astype(np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not (np.isfinite(edges).all() and (edges[:-1] <= edges[1:]).all()):
        raise ValueError(
            f"bins {shown(bins)} for tag {tag!r} are no edges of bins: pass two or more finite, ascending numbers"
        )
    return edges


def checked_count(tag: str, name: str, count: Any) -> int:
    """A number of bins as it was given, whatever kind of integer it is.

    Raises:
        TypeError: It is no integer.
        ValueError: It is less than one, or more than can be stored.
    """
    try:
        number = None if isinstance(count, (bool, np.bool_)) else operator.index(count)
    except TypeError:  # torch says the same of a tensor that is no integer
        number = None
    if number is None:
        raise TypeError(f"{name} {shown(count)} for tag {tag!r} is no number of bins: pass an integer")
    if not 1 <= number <= MOST_BINS:
        raise ValueError(f"{name} {shown(count)} for tag {tag!r} is out of range: pass 1 to {MOST_BINS}")
    return number
