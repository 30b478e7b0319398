"""What can be said of a run that tells nothing of its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kymo.format.sensor_series import is_sensor_series
from kymo.insight.finding import Finding, severity_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.store import Run

_ADVICE = "Train in the loops of a kymo.Run, which tell why: `for batch in run.batches(loader)`."
_SECONDS = 60.0
_IDLE = 50.0  # percent
_FEWEST = 20  # points of a series
_MOST = 20_000
_PAUSE = 10.0  # times the usual time between two points
_SHORTEST = 2.0  # seconds
_PAUSES_MATTER = 0.2  # of the time
_SLOWER = 1.4  # times as long between two steps as before


def plain_log(run: Run) -> list[Finding]:
    """What its GPUs and the times of its points say; never empty.

    Args:
        run: A run without series of its steps, of kymo or of any other writer.
    """
    found = _idle_gpus(run)
    densest = max(
        (tag for tag in run if not is_sensor_series(tag)), key=lambda tag: len(run[tag].snapshot().steps), default=None
    )
    if densest is not None:
        series = run[densest].snapshot()
        holds = ~series.superseded[-_MOST:]
        times, steps = series.wall_times[-_MOST:][holds], series.steps[-_MOST:][holds]
        if len(times) >= _FEWEST:
            found += _by_times(densest, times, steps)
    return found or [
        Finding(
            "unknown",
            "notice",
            "The run tells nothing of its steps, so nothing can be said about what holds it back.",
            advice="Train in the loops of a kymo.Run: `for batch in run.batches(loader)`.",
        )
    ]


def _idle_gpus(run: Run) -> list[Finding]:
    found = []
    for tag in run:
        if not (tag.startswith("device/") and tag.endswith("/utilization")):
            continue
        series = run[tag].snapshot()
        if not len(series.values):
            continue
        lately = series.values[series.wall_times >= series.wall_times[-1] - _SECONDS]
        busy = float(np.mean(lately))
        if busy < _IDLE:
            gpu = tag.split("/")[1]
            text = f"{gpu} has nothing to do for {100 - busy:.0f} % of the time."
            found.append(Finding("gpu_idle", "warning", text, {tag: busy}, 0.8, _ADVICE))
    return found


def _by_times(tag: str, times: NDArray[np.float64], steps: NDArray[np.int64]) -> list[Finding]:
    """Pauses, and steps that take longer than they did."""
    gaps = np.diff(times)
    usual = float(np.median(gaps))
    if usual <= 0:  # written at once, by a converter
        return []
    found = []
    pauses = gaps[gaps > max(_PAUSE * usual, _SHORTEST)]
    share = float(pauses.sum() / gaps.sum())
    if share >= _PAUSES_MATTER:
        many = f"{len(pauses)} pauses" if len(pauses) > 1 else "one pause"
        text = f"{100 * share:.0f} % of the time {tag!r} is not logged: {many} of {np.median(pauses):.3g} s."
        found.append(Finding("pauses", severity_of(share), text, {tag: len(pauses)}, 0.5, _ADVICE))
    went, ahead = gaps <= max(_PAUSE * usual, _SHORTEST), np.diff(steps) > 0
    paces = gaps[went & ahead] / np.diff(steps)[went & ahead]
    part = len(paces) // 5
    if part >= _FEWEST:
        before, lately = float(np.median(paces[:-part])), float(np.median(paces[-part:]))
        if before > 0 and lately > _SLOWER * before:
            text = f"A step takes {lately / before:.2g} times as long as it did before, by the times of {tag!r}."
            since = float(times[-part])
            found.append(Finding("slower", "warning", text, {tag: 1000 * lately}, 0.5, _ADVICE, since=since))
    return found
