"""The route that hands out every point of a tag as CSV."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from csv import writer as csv_writer
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import StreamingResponse

from kymo.server.models import MAX_RUNS, number
from kymo.server.site import SiteOf

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.store import Series

router = APIRouter()

_COLUMNS = ("run", "step", "wall_time", "value", "superseded")
_CHUNK = 8192
# What makes a spreadsheet take a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": f"Every point, in the order written: {', '.join(_COLUMNS)}.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}


class CsvResponse(StreamingResponse):
    media_type = "text/csv"


@router.get("/api/csv", response_class=CsvResponse, responses=_RESPONSES)
def csv(
    site: SiteOf,
    tag: Annotated[str, Query(description="A scalar tag.")],
    run: Annotated[
        list[str] | None, Query(max_length=MAX_RUNS, description="Runs; all that have the tag when left out.")
    ] = None,
) -> CsvResponse:
    """Every point of a tag as CSV, streamed."""
    chosen = [(name, site.run(name)) for name in run or ()] or site.runs()
    series = [(name, found) for name, entry in chosen if (found := entry.get(tag)) is not None]
    if not series:
        raise HTTPException(404, f"No such run has the scalar tag {tag[:200]!r}: GET api/tags lists the tags.")
    disposition = f'attachment; filename="{_file_name(tag)}"'
    return CsvResponse(_rows(series), headers={"content-disposition": disposition, "cache-control": "no-store"})


def _file_name(tag: str) -> str:
    return (re.sub(r"[^A-Za-z0-9._-]+", "_", tag).strip("._-")[:100] or "series") + ".csv"


def _rows(series: list[tuple[str, Series]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv_writer(buffer, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for name, entry in series:
        cell = f"'{name}" if name.startswith(_FORMULA) else name
        snapshot = entry.snapshot()
        for start in range(0, len(snapshot.steps), _CHUNK):
            part = slice(start, start + _CHUNK)
            columns = (
                snapshot.steps[part].tolist(),
                _named(snapshot.wall_times[part].tolist(), snapshot.wall_times[part]),
                _texts(snapshot.values[part]),
                np.asarray(snapshot.superseded[part]).astype(int).tolist(),
            )
            writer.writerows((cell, *row) for row in zip(*columns, strict=True))
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _texts(values: NDArray[np.floating[Any]]) -> list[str]:
    """The shortest text that reads back as the same number in its own precision: a float32 0.1 is 0.1."""
    return _named(values.astype(str).tolist(), values)


def _named(cells: list[Any], values: NDArray[np.floating[Any]]) -> list[Any]:
    """The cells, with what is not finite spelled as in JSON."""
    for index in np.flatnonzero(~np.isfinite(values)):
        cells[index] = number(float(values[index]))
    return cells
