"""The route that histograms are drawn from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from fastapi import APIRouter, Query

from kymo.server.binary import BinaryAnswer, BinaryResponse, responses
from kymo.server.network.models import MAX_COLUMNS, HistogramsHeader
from kymo.server.site import SiteOf
from kymo.store.histogram_columns import HistogramColumns, columns_of
from kymo.store.histograms import Histograms, read_histograms
from kymo.store.run import HISTOGRAM

if TYPE_CHECKING:
    from numpy.typing import NDArray

router = APIRouter()

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
    total, read = 0, Histograms.of([], [])
    if any(info.kind == HISTOGRAM and info.tag == tag for info in found.tags):
        payloads, _ = found.reader.payloads(tag)
        total = int(len(payloads.steps) if superseded else (~payloads.superseded).sum())
        with site.decoded.of(found, tag) as known:
            read = read_histograms(
                found.reader,
                tag,
                known,
                first_step=-np.inf if first_step is None else first_step,
                last_step=np.inf if last_step is None else last_step,
                superseded=superseded,
            )
    with BinaryAnswer(site.allowance) as answer:
        arrays = answer.add(_arrays(columns_of(read, columns)))
        answer.settle(f"The histograms of {tag[:200]!r} in {columns} columns", "fewer columns or a shorter range")
        header = HistogramsHeader(
            version=version, run=found.name, tag=tag, total=total, in_view=len(read), arrays=arrays
        )
        return BinaryResponse(answer.finish(header))


def _arrays(columns: HistogramColumns) -> dict[str, NDArray[np.generic]]:
    shown = columns.histograms
    count, low, high, total, squares, nan, positive, negative = shown.figures.T
    with np.errstate(divide="ignore", invalid="ignore"):
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
