"""The route that charts are drawn from: one tag of many runs each, reduced to what the pixels can show."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException

from kymo.server.binary import BinaryAnswer, BinaryParts, Finished, responses
from kymo.server.charts.axis import check_question, checked_bounds, placed
from kymo.server.charts.events import events
from kymo.server.charts.models import (
    ColumnsHeader,
    ColumnsQuestion,
    ColumnsRefusal,
    ColumnsRequest,
    Missing,
    SeriesColumns,
)
from kymo.server.charts.restarts import restarts
from kymo.server.models import MAX_RUNS
from kymo.server.site import Site, SiteOf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Arrays = dict[str, NDArray[np.generic]]
    _Drawn = tuple[SeriesColumns, _Arrays]

router = APIRouter()
_log = logging.getLogger("kymo.server")

# Runs whose points are chosen together; between two lots the size is looked at.
_LOT = 32
# To choose from so few points takes less time than to hand them to the workers and to wait for these.
_FEW_POINTS = 100_000
_PARTS = (
    "For each question, as soon as it is answered: two little-endian uint32, its place among the questions and the "
    "length of its answer. An answer: "
)


@router.post("/api/columns", response_class=BinaryParts, responses=responses(ColumnsHeader, _PARTS))
def columns(site: SiteOf, request: ColumnsRequest) -> BinaryParts:
    """What charts draw: of each one tag of many runs, reduced to what the pixels can show, in binary."""
    asked = sum(len(question.runs) for question in request.questions)
    if asked > MAX_RUNS:
        raise HTTPException(
            422, f"questions has {asked} runs in all, and may have {MAX_RUNS}: ask in several requests."
        )
    sized = [(_points(site, question), place) for place, question in enumerate(request.questions)]
    # A chart of long series keeps no small one waiting.
    return BinaryParts(
        (place, partial(_answer, site, request.questions[place], points)) for points, place in sorted(sized)
    )


def _points(site: Site, question: ColumnsQuestion) -> int:
    """How many points there are to choose from."""
    found = (run.get(question.tag) for name in question.runs if (run := site.logs.get(name)) is not None)
    return sum(len(series) for series in found if series is not None)


def _answer(site: Site, question: ColumnsQuestion, points: int) -> Finished:
    """The answer to one question, or why there is none: that is no affair of the others."""
    try:
        return _draw(site, question, points)
    except HTTPException as refused:
        refusal = ColumnsRefusal(status=refused.status_code, detail=str(refused.detail))
    except Exception:
        _log.exception("Columns of %r failed", question.tag[:200])
        refusal = ColumnsRefusal(status=500, detail="kymo failed on this chart: its log says why.")
    with BinaryAnswer(site.allowance) as answer:
        return answer.finish(refusal)


def _draw(site: Site, question: ColumnsQuestion, points: int) -> Finished:
    check_question(question)
    checked_bounds(question.range)
    version = site.logs.version
    series: list[SeriesColumns] = []
    with BinaryAnswer(site.allowance) as answer:
        for begin in range(0, len(question.runs), _LOT):
            lot = question.runs[begin : begin + _LOT]
            for drawn, arrays in _choose_all(site, lot, question, points):
                drawn.arrays = answer.add(arrays)
                series.append(drawn)
            answer.settle(
                f"The points of the first {len(series)} of {len(question.runs)} runs at {question.pixels} pixels",
                "fewer runs, fewer pixels or a shorter range",
            )
        return answer.finish(ColumnsHeader(version=version, tag=question.tag, x=question.x, series=series))


def _choose_all(site: Site, names: list[str], question: ColumnsQuestion, points: int) -> Iterator[_Drawn]:
    choose = partial(_choose, site, question)
    return map(choose, names) if points <= _FEW_POINTS else site.workers.map(choose, names)


def _choose(site: Site, question: ColumnsQuestion, name: str) -> _Drawn:
    """What to draw of one run; where the arrays lie in the answer is known only when all runs have theirs."""
    found = placed(site, name, question)
    if isinstance(found, str):
        return _empty(name, found), {}
    low, high = checked_bounds(question.range)
    view = found.series.viewport(low=low, high=high, pixels=question.pixels, **found.line)
    arrays: _Arrays = {"x": view.x, "value": view.value}
    if view.smoothed is not None:
        arrays["smoothed"] = view.smoothed
    if question.x != "step":
        arrays["step"] = view.steps
    if question.x != "wall":
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
        events=events(found),
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
        events=[],
    )
