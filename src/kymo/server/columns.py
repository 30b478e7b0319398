"""The route that charts are drawn from: one tag of many runs, reduced to what the pixels can show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from fastapi import APIRouter, HTTPException, Response

from kymo.server.models import AxisName, ColumnsHeader, ColumnsRequest, SeriesColumns
from kymo.server.site import Site, SiteOf
from kymo.server.wire import Body, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray
    from starlette.types import Receive, Scope, Send

    from kymo.store import Run, Series
    from kymo.store.series import Axis

    _Arrays = dict[str, NDArray[np.generic]]

router = APIRouter()

BINARY = "application/octet-stream"
# The series that lets any other be drawn over epochs: its value at a step is the epoch reached by then.
EPOCH_TAG = "epoch"
_AXES: dict[AxisName, Axis] = {"step": "step", "wall": "wall_time", "relative": "relative_time", "epoch": "mapped"}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A little-endian uint32, the length of the JSON header that follows (schema ColumnsHeader, "
        "padded with spaces), then the arrays that it names, each on an 8-byte boundary.",
        "content": {BINARY: {"schema": {"type": "string", "format": "binary"}}},
    }
}


# An answer to a page is a hundredth of this. It is all in memory before its first byte is sent, since its beginning
# says where everything lies.
MAX_ANSWER = 64 << 20
# Runs whose points are chosen together; between two lots the size is looked at.
_LOT = 32


class BinaryResponse(Response):
    """A body that is sent piece by piece, as fast as the client takes it, and then released."""

    media_type = BINARY

    # The OpenAPI document takes the status from this signature.
    def __init__(self, parts: list[memoryview], release: Callable[[], None], status_code: int = 200) -> None:
        size = str(sum(map(len, parts)))
        super().__init__(status_code=status_code, headers={"cache-control": "no-store", "content-length": size})
        self._parts = parts
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for piece in pieces(self._parts):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._parts.clear()
            self._release()


@router.post("/api/columns", response_class=BinaryResponse, responses=_RESPONSES)
def columns(site: SiteOf, request: ColumnsRequest) -> BinaryResponse:
    """One tag of many runs, reduced to what the pixels can show, in binary."""
    _check(request)
    version = site.logs.version
    body = Body()
    taken = 0
    try:
        series: list[SeriesColumns] = []
        for begin in range(0, len(request.runs), _LOT):
            lot = request.runs[begin : begin + _LOT]
            for drawn, arrays in site.workers.map(lambda name: _choose(site, name, request), lot):
                series.append(drawn.model_copy(update={"arrays": body.add(arrays)}))
            _check_size(body.size, len(series), request)
            if not site.allowance.take(body.size - taken, held=taken):
                raise HTTPException(
                    503,
                    "Too many large answers are being sent at once: ask again in some seconds, or for fewer runs.",
                    headers={"retry-after": "2"},
                )
            taken = body.size
        header = ColumnsHeader(version=version, tag=request.tag, x=request.x, series=series)
        return BinaryResponse(body.encode(header), lambda: site.allowance.give_back(taken))
    except BaseException:
        site.allowance.give_back(taken)
        raise


def _check_size(size: int, runs: int, request: ColumnsRequest) -> None:
    if size > MAX_ANSWER:
        raise HTTPException(
            413,
            f"The points of the first {runs} of {len(request.runs)} runs at {request.pixels} pixels have {size >> 20} "
            f"MiB, and an answer may have {MAX_ANSWER >> 20}: ask for fewer runs, fewer pixels or a shorter range.",
        )


def _check(request: ColumnsRequest) -> None:
    low, high = _bounds(request)
    if math.isnan(low) or math.isnan(high) or low > high:
        raise HTTPException(422, f"range is [{low:g}, {high:g}]: its first number must not be above its second.")
    smoothing = request.smoothing
    if smoothing is not None and smoothing.kind == "exponential" and smoothing.amount >= 1:
        raise HTTPException(422, f"smoothing.amount is {smoothing.amount:g}: an exponential weight is below 1.")


def _bounds(request: ColumnsRequest) -> tuple[float, float]:
    low, high = request.range if request.range is not None else (None, None)
    return (-math.inf if low is None else low, math.inf if high is None else high)


@dataclass(frozen=True)
class _XAxis:
    """How a run's steps and times become x."""

    name: str
    origin: float
    mapping: Series | None

    def positions(self, steps: NDArray[np.int64], wall_times: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.name == "wall":
            return wall_times
        if self.name == "relative":
            return wall_times - self.origin
        if self.mapping is not None:
            known, order = np.unique(self.mapping.steps, return_index=True)
            values = self.mapping.values.astype(np.float64)[order]
            return np.interp(steps, known, values) if len(known) else np.full(len(steps), np.nan)
        return steps.astype(np.float64)


def _choose(site: Site, name: str, request: ColumnsRequest) -> tuple[SeriesColumns, _Arrays]:
    """What to draw of one run; where the arrays lie in the answer is known only when all runs have theirs."""
    run = site.logs.get(name)
    series = run.get(request.tag) if run is not None else None
    if run is None or series is None:
        return _empty(name, "no_series"), {}
    mapping = run.get(EPOCH_TAG) if request.x == "epoch" else None
    if request.x == "epoch" and mapping is None:
        return _empty(name, "no_epoch"), {}
    axis = _XAxis(request.x, run.started or 0.0, mapping)
    low, high = _bounds(request)
    smoothing = request.smoothing
    view = series.viewport(
        axis=_AXES[request.x],
        origin=axis.origin,
        mapping=mapping,
        low=low,
        high=high,
        pixels=request.pixels,
        smoothing="none" if smoothing is None else smoothing.kind,
        amount=0.0 if smoothing is None else smoothing.amount,
        superseded=request.superseded,
    )
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
        points=len(series),
        in_view=view.points_in_view,
        downsampled=view.downsampled,
        superseded=series.superseded_count,
        arrays={},
        restarts=_restarts(run, series, axis),
    )
    return drawn, arrays


def _empty(name: str, status: Literal["no_series", "no_epoch"]) -> SeriesColumns:
    return SeriesColumns(
        run=name, status=status, points=0, in_view=0, downsampled=False, superseded=0, arrays={}, restarts=[]
    )


def _restarts(run: Run, series: Series, axis: _XAxis) -> list[float]:
    """Where the run went on after it had stopped: sessions that started after the series' first point, and each point
    that begins anew behind superseded ones."""
    starts = [event for event in run.sessions if event.status == "START"]
    if not starts and not series.superseded_count:
        return []
    snapshot = series.snapshot()
    steps, times = snapshot.steps, snapshot.wall_times
    later = [event for event in starts if len(times) and event.wall_time > times[0]]
    mask = np.asarray(snapshot.superseded, dtype=bool)
    anew = np.flatnonzero(mask[:-1] & ~mask[1:]) + 1 if len(mask) else np.empty(0, np.int64)
    at_steps = np.concatenate([np.array([event.step for event in later], np.int64), steps[anew]])
    at_times = np.concatenate([np.array([event.wall_time for event in later], np.float64), times[anew]])
    return _finite(axis.positions(at_steps, at_times))


def _finite(positions: Iterable[float]) -> list[float]:
    return sorted({float(x) for x in positions if math.isfinite(x)})
