"""Where on x something has happened to a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from kymo.server.charts.models import EventMark
from kymo.store.timeline import event_tags

if TYPE_CHECKING:
    from kymo.server.charts.axis import PlacedSeries

_KINDS: tuple[Literal["best", "control", "stop"], ...] = ("best", "control", "stop")
# A script that steers a run for months must not make every answer long.
_MOST = 100


def events(found: PlacedSeries) -> list[EventMark]:
    """The best value so far, and the newest requests to the run and ends of it, where the axis has a place."""
    tags = event_tags(found.run)
    marks = []
    for kind in _KINDS:
        if (tag := tags.get(kind)) is None:
            continue
        payloads, _ = found.run.reader.payloads(tag)
        holds = ~payloads.superseded if kind == "best" else np.ones(len(payloads), bool)
        most = 1 if kind == "best" else _MOST
        places = found.positions(payloads.steps[holds][-most:], payloads.wall_times[holds][-most:])
        seen = np.isfinite(places) & ((places > 0) | (not found.line["log_x"]))
        marks += [EventMark(kind=kind, x=float(x)) for x in np.unique(places[seen])]
    return marks
