"""The routes that hand out every point of a tag: as CSV, and as JSON."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from csv import writer as csv_writer
from json import dumps
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import StreamingResponse

from kymo.server.charts.models import Points
from kymo.server.models import MAX_RUNS, number
from kymo.server.site import Site, SiteOf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.store import Series

router = APIRouter()

_COLUMNS = ("run", "step", "wall_time", "value", "superseded")
_CHUNK = 8192
# What makes a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class CsvResponse(StreamingResponse):
    media_type = "text/csv"


class JsonResponse(StreamingResponse):
    media_type = "application/json"


_Tag = Annotated[str, Query(description="A scalar tag.")]
_Runs = Annotated[
    list[str] | None, Query(max_length=MAX_RUNS, description="Runs; all that have the tag when left out.")
]
_Chosen = list[tuple[str, "Series"]]


@router.get(
    "/api/csv",
    response_class=CsvResponse,
    responses={
        200: {
            "description": f"Every point, in the order written: {', '.join(_COLUMNS)}.",
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    },
)
def csv(site: SiteOf, tag: _Tag, run: _Runs = None) -> CsvResponse:
    """Every point of a tag as CSV, streamed."""
    return CsvResponse(_csv(_choose(site, tag, run)), headers=_headers(tag, "csv"))


@router.get(
    "/api/json",
    response_class=JsonResponse,
    responses={200: {"description": "Every point, in the order written.", "model": Points}},
)
def json(site: SiteOf, tag: _Tag, run: _Runs = None) -> JsonResponse:
    """Every point of a tag as JSON, streamed."""
    return JsonResponse(_json(tag, _choose(site, tag, run)), headers=_headers(tag, "json"))


def _choose(site: Site, tag: str, runs: list[str] | None) -> _Chosen:
    """The series of these runs, or of all that have one: or the answer 404."""
    chosen = [(name, site.run(name)) for name in runs or ()] or site.runs()
    series = [(name, found) for name, entry in chosen if (found := entry.get(tag)) is not None]
    if not series:
        raise HTTPException(404, f"No such run has the scalar tag {tag[:200]!r}: GET api/tags lists the tags.")
    return series


def _headers(tag: str, ending: str) -> dict[str, str]:
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", tag).strip("._-")[:100] or "series"
    return {"content-disposition": f'attachment; filename="{name}.{ending}"', "cache-control": "no-store"}


def _csv(series: _Chosen) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv_writer(buffer, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for name, entry in series:
        cell = f"'{name}" if name.startswith(_FORMULA) else name
        for steps, times, values, superseded in _chunks(entry):
            columns = (steps, _named(times.tolist(), times), _texts(values), superseded.astype(int).tolist())
            writer.writerows((cell, *row) for row in zip(*columns, strict=True))
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _json(tag: str, series: _Chosen) -> Iterator[str]:
    yield f'{{"tag":{dumps(tag)},"runs":['
    for place, (name, entry) in enumerate(series):
        yield f'{"," if place else ""}{{"run":{dumps(name)},"points":['
        comma = ""
        for steps, times, values, _ in _chunks(entry):
            columns = (_quoted(times), steps, _quoted(values))
            yield comma + ",".join(f"[{time},{step},{value}]" for time, step, value in zip(*columns, strict=True))
            comma = ","
        yield "]}"
    yield "]}"


_Chunk = tuple[list[int], "NDArray[np.float64]", "NDArray[np.floating[Any]]", "NDArray[np.bool_]"]


def _chunks(series: Series) -> Iterator[_Chunk]:
    """Steps, wall times, values and whether they are superseded: every point of one moment, some at a time."""
    snapshot = series.snapshot()
    for start in range(0, len(snapshot.steps), _CHUNK):
        part = slice(start, start + _CHUNK)
        superseded = np.asarray(snapshot.superseded[part], dtype=bool)
        yield snapshot.steps[part].tolist(), snapshot.wall_times[part], snapshot.values[part], superseded


def _texts(values: NDArray[np.floating[Any]]) -> list[str]:
    """The shortest text that reads back as the same number in its own precision: a float32 0.1 is 0.1."""
    return _named(values.astype(str).tolist(), values)


def _quoted(values: NDArray[np.floating[Any]]) -> list[str]:
    return [text if text[-1].isdigit() else f'"{text}"' for text in _texts(values)]


def _named(cells: list[Any], values: NDArray[np.floating[Any]]) -> list[Any]:
    """The cells, with what is not finite spelled as in JSON."""
    for index in np.flatnonzero(~np.isfinite(values)):
        cells[index] = number(float(values[index]))
    return cells
