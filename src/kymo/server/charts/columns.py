"""The route that charts are drawn from: one tag of many runs, reduced to what the pixels can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from kymo.server.binary import BinaryAnswer, BinaryResponse, responses
from kymo.server.charts.axis import check_question, checked_bounds, placed
from kymo.server.charts.models import ColumnsHeader, ColumnsRequest, Missing, SeriesColumns
from kymo.server.charts.restarts import restarts
from kymo.server.site import Site, SiteOf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Arrays = dict[str, NDArray[np.generic]]

router = APIRouter()

# Runs whose points are chosen together; between two lots the size is looked at.
_LOT = 32


@router.post("/api/columns", response_class=BinaryResponse, responses=responses(ColumnsHeader))
def columns(site: SiteOf, request: ColumnsRequest) -> BinaryResponse:
    """One tag of many runs, reduced to what the pixels can show, in binary."""
    check_question(request)
    checked_bounds(request.range)
    version = site.logs.version
    series: list[SeriesColumns] = []
    with BinaryAnswer(site.allowance) as answer:
        for begin in range(0, len(request.runs), _LOT):
            lot = request.runs[begin : begin + _LOT]
            for drawn, arrays in site.workers.map(lambda name: _choose(site, name, request), lot):
                series.append(drawn.model_copy(update={"arrays": answer.add(arrays)}))
            answer.settle(
                f"The points of the first {len(series)} of {len(request.runs)} runs at {request.pixels} pixels",
                "fewer runs, fewer pixels or a shorter range",
            )
        return answer.response(ColumnsHeader(version=version, tag=request.tag, x=request.x, series=series))


def _choose(site: Site, name: str, request: ColumnsRequest) -> tuple[SeriesColumns, _Arrays]:
    """What to draw of one run; where the arrays lie in the answer is known only when all runs have theirs."""
    found = placed(site, name, request)
    if isinstance(found, str):
        return _empty(name, found), {}
    low, high = checked_bounds(request.range)
    view = found.series.viewport(low=low, high=high, pixels=request.pixels, **found.line)
    arrays: _Arrays = {"x": view.x, "value": view.value}
    if view.smoothed is not None:
        arrays["smoothed"] = view.smoothed
    if request.x != "step":
        arrays["step"] = view.steps
    if request.x != "wall":
        arrays["wall_time"] = view.wall_times
    arrays |= {"mark_x": view.mark_x, "mark_kind": view.mark_kind}
    drawn = SeriesColumns(
        run=name,
        status="ok",
        points=len(found.series),
        in_view=view.points_in_view,
        not_positive=view.not_positive,
        downsampled=view.downsampled,
        superseded=found.series.superseded_count,
        arrays={},
        restarts=restarts(found).tolist(),
    )
    return drawn, arrays


def _empty(name: str, status: Missing) -> SeriesColumns:
    return SeriesColumns(
        run=name,
        status=status,
        points=0,
        in_view=0,
        not_positive=0,
        downsampled=False,
        superseded=0,
        arrays={},
        restarts=[],
    )
