"""The route that groups of runs are drawn from: the mean of their lines, with its spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from fastapi import APIRouter, HTTPException

from kymo.server.axis import check_question, checked_bounds, placed
from kymo.server.binary import BinaryAnswer, BinaryResponse, responses
from kymo.server.chart_models import BandsHeader, BandsRequest, Group, GroupBand
from kymo.server.models import MAX_RUNS
from kymo.server.site import Site, SiteOf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

router = APIRouter()


@router.post("/api/bands", response_class=BinaryResponse, responses=responses(BandsHeader))
def bands(site: SiteOf, request: BandsRequest) -> BinaryResponse:
    """Groups of runs, each as the mean of its lines with their spread, in binary."""
    check_question(request)
    low, high = checked_bounds(request.range)
    asked = sum(len(group.runs) for group in request.groups)
    if asked > MAX_RUNS:
        raise HTTPException(422, f"groups name {asked} runs: all together may name {MAX_RUNS}, so ask for fewer.")
    version = site.logs.version
    with BinaryAnswer(site.allowance) as answer:
        groups = []
        for group in request.groups:
            drawn, arrays = _draw(site, group, request, low, high)
            groups.append(drawn.model_copy(update={"arrays": answer.add(arrays)}))
            answer.settle(
                f"The bands of the first {len(groups)} of {len(request.groups)} groups at {request.pixels} pixels",
                "fewer groups or fewer pixels",
            )
        return answer.response(BandsHeader(version=version, tag=request.tag, x=request.x, groups=groups))


def _draw(
    site: Site, group: Group, request: BandsRequest, low: float, high: float
) -> tuple[GroupBand, dict[str, NDArray[np.generic]]]:
    lines: list[tuple[Floats, Floats]] = []
    points = 0
    for name in dict.fromkeys(group.runs):
        found = placed(site, name, request)
        if isinstance(found, str):
            continue
        view = found.series.viewport(pixels=1 << 20, log_x=request.log_x, **found.line)
        if len(view.x):
            points += len(found.series)
            lines.append((view.x, view.value if view.smoothed is None else view.smoothed))
    cells = _cells([x for x, _ in lines], request, low, high)
    rows = np.array([_row(x, line, *cells) for x, line in lines]).reshape(len(lines), 3, len(cells[0]))
    means, lows, highs = rows[:, 0], rows[:, 1], rows[:, 2]
    known = ~np.isnan(means)
    count = known.sum(0)
    taking_part = count > 0
    count, means, known = count[taking_part], means[:, taking_part], known[:, taking_part]
    mean = np.where(known, means, 0).sum(0) / count
    deviation = np.sqrt((np.where(known, means - mean, 0) ** 2).sum(0) / count)
    arrays: dict[str, NDArray[np.generic]] = {
        "x": cells[2][taking_part],
        "mean": mean,
        "low": np.nanmin(lows[:, taking_part], 0) if len(lines) else mean,
        "high": np.nanmax(highs[:, taking_part], 0) if len(lines) else mean,
        "deviation": deviation,
        "count": count,
    }
    return GroupBand(name=group.name, runs=len(lines), points=points, arrays={}), arrays


def _cells(positions: list[Floats], request: BandsRequest, low: float, high: float) -> tuple[Floats, Floats, Floats]:
    """The begin, the end (of the cell itself) and the place of each element of the answer."""
    every = np.unique(np.concatenate(positions)) if positions else np.empty(0)
    inside = every[(every >= low) & (every <= high)]
    if len(inside) <= request.pixels:
        before, behind = every[every < low][-1:], every[every > high][:1]
        exact = np.concatenate([before, inside, behind])
        return exact, exact, exact
    first = low if low > (0 if request.log_x else -np.inf) else inside[0]
    last = high if high < np.inf else inside[-1]
    if request.log_x:
        edges = np.exp(np.linspace(np.log(first), np.log(last), request.pixels + 1))
        centres = np.sqrt(edges[:-1]) * np.sqrt(edges[1:])
    else:
        edges = np.linspace(first, last, request.pixels + 1)
        centres = edges[:-1] / 2 + edges[1:] / 2
    edges[0], edges[-1] = first, last
    ends = np.nextafter(edges[1:], -np.inf)
    ends[-1] = last
    return edges[:-1], ends, centres


def _row(x: Floats, line: Floats, begins: Floats, ends: Floats, centres: Floats) -> Floats:
    """A run's mean, least and greatest in each cell; NaN where it takes no part."""
    row = np.full((3, len(centres)), np.nan)
    firsts, lasts = np.searchsorted(x, begins, "left"), np.searchsorted(x, ends, "right")
    for cell, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        if first < last:
            part = line[first:last]
            row[:, cell] = part.mean(), part.min(), part.max()
        elif 0 < first < len(x):
            share = (centres[cell] - x[first - 1]) / (x[first] - x[first - 1])
            row[:, cell] = line[first - 1] + (line[first] - line[first - 1]) * share
    return row
