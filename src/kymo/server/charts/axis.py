"""What x is: how the points of a run are placed on the axis that a chart asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from fastapi import HTTPException

from kymo.server.charts.models import AxisName, Bounds, LineQuestion, Missing, SeriesQuestion
from kymo.server.site import Site

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.store import Run, Series
    from kymo.store.series import Axis, LineOptions

# The series that lets any other be drawn over epochs: its value at a step is the epoch reached by then.
EPOCH_TAG = "epoch"
_AXES: dict[AxisName, Axis] = {
    "step": "step",
    "wall": "wall_time",
    "relative": "relative_time",
    "epoch": "mapped",
    "series": "mapped",
}


def check_question(question: SeriesQuestion) -> None:
    """Refuses what the types allow and the axis or the smoothing does not."""
    if question.x == "series" and question.x_tag is None:
        raise HTTPException(422, "x_tag is missing: give the scalar tag that x is the value of.")
    if question.x != "series" and question.x_tag is not None:
        raise HTTPException(
            422, f'x_tag is {question.x_tag[:200]!r} and x is {question.x!r}: x_tag goes with "series".'
        )
    smoothing = question.smoothing if isinstance(question, LineQuestion) else None
    if smoothing is not None and smoothing.kind == "exponential" and smoothing.amount >= 1:
        raise HTTPException(422, f"smoothing.amount is {smoothing.amount:g}: an exponential weight is below 1.")


def checked_bounds(bounds: Bounds) -> tuple[float, float]:
    """The least and the greatest x that are asked about."""
    first, second = bounds if bounds is not None else (None, None)
    low, high = -math.inf if first is None else first, math.inf if second is None else second
    if math.isnan(low) or math.isnan(high) or low > high:
        raise HTTPException(422, f"range is [{low:g}, {high:g}]: its first number must not be above its second.")
    return low, high


@dataclass(frozen=True)
class PlacedSeries:
    """A series of a run, and what its x is.

    Attributes:
        line: What to ask the series for.
    """

    run: Run
    series: Series
    line: LineOptions

    def positions(self, steps: NDArray[np.int64], wall_times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where on x something lies that is not of the series."""
        axis = self.line["axis"]
        if axis == "wall_time":
            return wall_times
        if axis == "relative_time":
            return wall_times - self.line["origin"]
        mapping = self.line["mapping"]
        return steps.astype(np.float64) if mapping is None else mapping.at_steps(steps)


def placed(site: Site, name: str, question: SeriesQuestion) -> PlacedSeries | Missing:
    """The series of one run with its x, or why there is none."""
    run = site.logs.get(name)
    series = run.get(question.tag) if run is not None else None
    if run is None or series is None:
        return "no_series"
    x_tag = EPOCH_TAG if question.x == "epoch" else question.x_tag
    mapping = run.get(x_tag) if x_tag is not None else None
    if x_tag is not None and mapping is None:
        return "no_epoch" if question.x == "epoch" else "no_x_tag"
    smoothing, log_x = (question.smoothing, question.log_x) if isinstance(question, LineQuestion) else (None, False)
    return PlacedSeries(
        run,
        series,
        {
            "axis": _AXES[question.x],
            "origin": run.started or 0.0,
            "mapping": mapping,
            "smoothing": "none" if smoothing is None else smoothing.kind,
            "amount": 0.0 if smoothing is None else smoothing.amount,
            "superseded": question.superseded,
            "log_x": log_x,
        },
    )
