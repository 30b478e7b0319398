"""The route that tells what the points in a part of x come to."""

from __future__ import annotations

import math

import numpy as np
from fastapi import APIRouter

from kymo.server.axis import check_question, checked_bounds, placed
from kymo.server.chart_models import Missing, PlacedPoint, RunStatistics, Statistics, StatisticsRequest
from kymo.server.models import number
from kymo.server.site import Site, SiteOf

router = APIRouter()


@router.post("/api/statistics")
def statistics(site: SiteOf, request: StatisticsRequest) -> Statistics:
    """What every point of some runs in a part of x comes to."""
    check_question(request)
    checked_bounds(request.range)
    version = site.logs.version
    runs = list(site.workers.map(lambda name: _of_run(site, name, request), request.runs))
    return Statistics(version=version, x=request.x, runs=runs)


def _of_run(site: Site, name: str, request: StatisticsRequest) -> RunStatistics:
    found = placed(site, name, request)
    if isinstance(found, str):
        return _empty(name, found)
    low, high = checked_bounds(request.range)
    view = found.series.viewport(pixels=1 << 20, low=low, high=high, **found.line)
    rows = np.flatnonzero((view.x >= low) & (view.x <= high))

    def point(row: int) -> PlacedPoint:
        return PlacedPoint(
            x=number(float(view.x[row])),
            step=int(view.steps[row]),
            wall_time=number(float(view.wall_times[row])),
            value=number(float(view.value[row])),
        )

    if not len(rows):
        return _empty(name, "ok").model_copy(update={"points": view.points_in_view})
    values = view.value[rows]
    return RunStatistics(
        run=name,
        status="ok",
        points=view.points_in_view,
        finite=len(rows),
        minimum=point(rows[values.argmin()]),
        maximum=point(rows[values.argmax()]),
        first=point(rows[0]),
        last=point(rows[-1]),
        mean=number(math.fsum(values) / len(values)),
        deviation=number(float(values.std())),
    )


def _empty(name: str, status: Missing | str) -> RunStatistics:
    return RunStatistics.model_validate(
        {
            "run": name,
            "status": status,
            "points": 0,
            "finite": 0,
            "minimum": None,
            "maximum": None,
            "first": None,
            "last": None,
            "mean": None,
            "deviation": None,
        }
    )
