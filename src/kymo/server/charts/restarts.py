"""Where on x a run went on after it had stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.server.charts.axis import PlacedSeries


def restarts(found: PlacedSeries) -> NDArray[np.float64]:
    """Sessions that started after the series' first point, and each point that begins anew behind superseded ones; in
    order, each place once, and only where the axis has one."""
    starts = [event for event in found.run.sessions if event.status == "START"]
    if not starts and not found.series.superseded_count:
        return np.empty(0)
    snapshot = found.series.snapshot()
    steps, times = snapshot.steps, snapshot.wall_times
    later = [event for event in starts if len(times) and event.wall_time > times[0]]
    anew = np.empty(0, np.int64)
    if found.series.superseded_count:
        mask = np.asarray(snapshot.superseded, dtype=bool)
        anew = np.flatnonzero(mask[:-1] & ~mask[1:]) + 1
    at_steps = np.concatenate([np.array([event.step for event in later], np.int64), steps[anew]])
    at_times = np.concatenate([np.array([event.wall_time for event in later], np.float64), times[anew]])
    places = np.unique(found.positions(at_steps, at_times))
    return places[np.isfinite(places) & ((places > 0) | (not found.line["log_x"]))]
