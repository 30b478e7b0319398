"""The route that histograms are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from fastapi import APIRouter, HTTPException, Query

from kymo.server.binary import MAX_ANSWER, BinaryAnswer, BinaryResponse, responses
from kymo.server.network.models import MAX_COLUMNS, HistogramsHeader
from kymo.server.site import Site, SiteOf
from kymo.store.histogram_columns import HistogramColumns, TooManyBinsError, columns_of
from kymo.store.histograms import Histograms
from kymo.store.run import HISTOGRAM, Run
from kymo.store.stored_histograms import StoredHistograms

if TYPE_CHECKING:
    from numpy.typing import NDArray

router = APIRouter()

_MOST_OF_A_COLUMN = 32 << 20  # bytes that are in memory at once while its histograms are added up
_BIN = 24  # bytes

Step = Annotated[int | None, Query(ge=-(2**63), le=2**63 - 1, description="Null is no bound.")]


@router.get("/api/histograms", response_class=BinaryResponse, responses=responses(HistogramsHeader))
def histograms(
    site: SiteOf,
    run: Annotated[str, Query(description="The run's name.")],
    tag: Annotated[str, Query(description="A tag of kind histogram.")],
    columns: Annotated[int, Query(ge=1, le=MAX_COLUMNS, description="At most so many.")] = 400,
    first_step: Step = None,
    last_step: Step = None,
    superseded: Annotated[bool, Query(description="Whether those that a restart replaced take part, too.")] = False,
) -> BinaryResponse:
    """The histograms of a tag with the bins that they were stored with, neighbours added up where they are many."""
    version = site.logs.version
    found = site.run(run)
    total, shown = 0, columns_of(Histograms.of([], []).between, 0, columns)
    if any(info.kind == HISTOGRAM and info.tag == tag for info in found.tags):
        stored = StoredHistograms.find(
            found.reader,
            tag,
            first_step=-np.inf if first_step is None else first_step,
            last_step=np.inf if last_step is None else last_step,
            superseded=superseded,
        )
        total, shown = stored.total, _columns(site, found, stored, columns)
    with BinaryAnswer(site.allowance) as answer:
        arrays = answer.add(_arrays(shown))
        answer.settle(f"The histograms of {tag[:200]!r} in {columns} columns", "fewer columns or a shorter range")
        header = HistogramsHeader(
            version=version, run=found.name, tag=tag, total=total, in_view=int(shown.merged.sum()), arrays=arrays
        )
        return BinaryResponse(answer.finish(header))


def _columns(site: Site, run: Run, stored: StoredHistograms, columns: int) -> HistogramColumns:
    with site.decoded.of(run, stored.tag, stored.written) as known:

        def read(begin: int, end: int) -> Histograms:
            size = int(stored.sizes[begin:end].sum())
            if end - begin > 1 and size > _MOST_OF_A_COLUMN:
                raise HTTPException(
                    413,
                    f"A column of {end - begin} histograms of {stored.tag[:200]!r} has {size >> 20} MiB in the log, "
                    f"and may have {_MOST_OF_A_COLUMN >> 20}: ask for more columns or a shorter range.",
                )
            return stored.read(begin, end, known)

        try:
            return columns_of(read, len(stored), columns, MAX_ANSWER // _BIN)
        except TooManyBinsError as error:
            raise HTTPException(413, f"{error}: ask for fewer columns or a shorter range.") from error


def _arrays(columns: HistogramColumns) -> dict[str, NDArray[np.generic]]:
    shown = columns.histograms
    count, low, high, total, squares, nan, positive, negative = shown.figures.T
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        mean = total / count
        deviation = np.sqrt(np.maximum(0.0, squares / count - mean * mean))
    return {
        "step": shown.steps,
        "last_step": columns.last_steps,
        "wall_time": shown.wall_times,
        "merged": columns.merged,
        "count": count,
        "minimum": low,
        "maximum": high,
        "mean": mean,
        "deviation": deviation,
        "nan": nan,
        "positive_infinity": positive,
        "negative_infinity": negative,
        "percentiles": columns.percentiles.ravel(),
        "offsets": shown.offsets,
        "left": shown.left,
        "right": shown.right,
        "counts": shown.counts,
    }
