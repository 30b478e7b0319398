"""The route that tells which lines pass nearest to a place on a chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from fastapi import APIRouter, HTTPException

from kymo.server.charts.axis import check_question, placed
from kymo.server.charts.models import Nearest, NearestRequest, RunValue
from kymo.server.models import number
from kymo.server.site import Site, SiteOf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

router = APIRouter()


@router.post("/api/nearest")
def nearest(site: SiteOf, request: NearestRequest) -> Nearest:
    """The runs whose lines pass nearest to a place, the nearest first."""
    check_question(request)
    if request.log_y and request.value <= 0:
        raise HTTPException(422, f"value is {request.value:g}: with log_y it must be above 0.")
    version = site.logs.version
    at = np.array([request.at])
    parts = site.share_out(request.runs, lambda names: [_line_at(site, name, request, at) for name in names])
    values = np.array([value for part in parts for value in part])
    distances = _distances(values, request)
    order = np.argsort(distances, kind="stable")[: request.limit]
    return Nearest(
        version=version,
        runs=[
            RunValue(run=request.runs[index], value=number(float(values[index])))
            for index in order
            if not math.isnan(distances[index])
        ],
    )


def _line_at(site: Site, name: str, request: NearestRequest, at: Floats) -> float:
    """The value of a run's line; NaN where it has none there."""
    found = placed(site, name, request)
    if isinstance(found, str):
        return math.nan
    return float(found.series.buckets(low=at, high=at, place=at, **found.line).mean[0])


def _distances(values: Floats, request: NearestRequest) -> Floats:
    """How far each is from what was asked for; NaN where it is not on the chart."""
    if not request.log_y:
        # Halved, for the distance between two huge values overflows.
        return np.abs(values / 2 - request.value / 2)
    logarithms = np.log(values, out=np.full(len(values), math.nan), where=values > 0)
    return np.abs(logarithms - math.log(request.value))
