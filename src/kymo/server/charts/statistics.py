"""The route that tells what the points in a part of x come to."""

from __future__ import annotations

from fastapi import APIRouter

from kymo.server.charts.axis import check_question, checked_bounds, placed
from kymo.server.charts.models import PlacedPoint, RunStatistics, Statistics, StatisticsRequest
from kymo.server.models import Number, number
from kymo.server.site import Site, SiteOf

router = APIRouter()


@router.post("/api/statistics")
def statistics(site: SiteOf, request: StatisticsRequest) -> Statistics:
    """What every point of some runs in a part of x comes to."""
    check_question(request)
    low, high = checked_bounds(request.range)
    version = site.logs.version
    parts = site.share_out(request.runs, lambda names: [_of_run(site, name, request, low, high) for name in names])
    return Statistics(version=version, x=request.x, runs=[run for part in parts for run in part])


def _of_run(site: Site, name: str, request: StatisticsRequest, low: float, high: float) -> RunStatistics:
    found = placed(site, name, request)
    if isinstance(found, str):
        return RunStatistics(
            run=name,
            status=found,
            points=0,
            finite=0,
            minimum=None,
            maximum=None,
            first=None,
            last=None,
            mean=None,
            deviation=None,
        )
    told = found.series.statistics(low=low, high=high, **found.line)
    return RunStatistics(
        run=name,
        status="ok",
        points=told.points,
        finite=told.finite,
        minimum=_point(told.minimum),
        maximum=_point(told.maximum),
        first=_point(told.first),
        last=_point(told.last),
        mean=_number(told.mean),
        deviation=_number(told.deviation),
    )


def _point(point: tuple[float, int, float, float] | None) -> PlacedPoint | None:
    if point is None:
        return None
    x, step, wall_time, value = point
    return PlacedPoint(x=number(x), step=step, wall_time=number(wall_time), value=number(value))


def _number(value: float | None) -> Number | None:
    return None if value is None else number(value)
