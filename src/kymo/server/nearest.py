"""The route that tells which lines pass nearest to a place on a chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from fastapi import APIRouter, HTTPException

from kymo.server.axis import check_question, placed
from kymo.server.chart_models import Nearest, NearestRequest, RunValue
from kymo.server.models import number
from kymo.server.site import Site, SiteOf

if TYPE_CHECKING:
    from numpy.typing import NDArray

router = APIRouter()


@router.post("/api/nearest")
def nearest(site: SiteOf, request: NearestRequest) -> Nearest:
    """The runs whose lines pass nearest to a place, the nearest first."""
    check_question(request)
    if request.log_y and request.value <= 0:
        raise HTTPException(422, f"value is {request.value:g}: with log_y it must be above 0.")
    version = site.logs.version
    values = np.array([_value(site, name, request) for name in request.runs])
    order = np.argsort(_distances(values, request), kind="stable")[: request.limit]
    return Nearest(
        version=version,
        runs=[
            RunValue(run=request.runs[index], value=number(float(values[index])))
            for index in order
            if math.isfinite(values[index]) and (values[index] > 0 or not request.log_y)
        ],
    )


def _distances(values: NDArray[np.float64], request: NearestRequest) -> NDArray[np.float64]:
    if not request.log_y:
        return np.abs(values - request.value)
    logarithms = np.log(values, out=np.full(len(values), np.nan), where=values > 0)
    return np.abs(logarithms - math.log(request.value))


def _value(site: Site, name: str, request: NearestRequest) -> float:
    """The run's line at this x; NaN where it has none."""
    found = placed(site, name, request)
    if isinstance(found, str):
        return math.nan
    view = found.series.viewport(low=request.at, high=request.at, pixels=1, **found.line)
    if not len(view.x) or not view.x[0] <= request.at <= view.x[-1]:
        return math.nan
    return float(np.interp(request.at, view.x, view.value if view.smoothed is None else view.smoothed))
