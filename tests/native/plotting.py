"""Points that are drawn without a log, and what is drawn of them point by point."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kymo import _core

Floats = NDArray[np.float64]


def plotter(
    steps: NDArray[Any], wall_times: NDArray[Any], values: NDArray[Any], superseded_mask: NDArray[Any] | None = None
) -> _core.Plotter:
    made = _core.Plotter()
    made.append(steps, wall_times, values, superseded_mask)
    return made


def plot_points(
    steps: NDArray[Any],
    wall_times: NDArray[Any],
    values: NDArray[Any],
    superseded_mask: NDArray[Any] | None = None,
    **query: Any,
) -> _core.Viewport:
    return plotter(steps, wall_times, values, superseded_mask).viewport(**query)


def drawn_line(series: Any, **query: Any) -> tuple[Floats, Floats]:
    """Every finite point of a line in drawing order, x and y, as a viewport shows them that leaves none out."""
    view = series.viewport(pixels=1 << 20, **query)
    assert not view.downsampled
    return view.x, view.value if view.smoothed is None else view.smoothed


def line_in(x: Floats, y: Floats, low: float, high: float, place: float) -> tuple[float, float, float]:
    """Mean, least and greatest of a line's points in [low, high]; the line at the place where it has none."""
    inside = y[(x >= low) & (x <= high)]
    if len(inside):
        return math.fsum(inside / len(inside)), inside.min(), inside.max()
    before, behind = np.flatnonzero(x < low), np.flatnonzero(x > high)
    if not len(before) or not len(behind):
        return math.nan, math.nan, math.nan
    first, last = before[-1], behind[0]
    share = (place - x[first]) / (x[last] - x[first])
    at = float(y[first] * (1 - share) + y[last] * share)
    return at, at, at
