"""What more epochs would bring, by the metrics that a run is watched by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from kymo.insight.saturation import saturation
from kymo.server.front.models import Prospect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.store import Run, Series

_EPOCH = "epoch"
_MOST = 256


class Prospects:
    """Estimates, kept as long as nothing has been measured since: a page asks far more often than a run validates."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[Any, Prospect]] = {}

    def of(self, run: Run, monitors: Mapping[str, str | None]) -> list[Prospect]:
        """An estimate for each metric that was logged.

        Args:
            run: The run.
            monitors: The metrics, and whether "min" or "max" is better.
        """
        return [
            self._estimate(run, series, cast("Literal['min', 'max']", mode))
            for tag, mode in monitors.items()
            if mode in ("min", "max") and (series := run.get(tag)) is not None
        ]

    def _estimate(self, run: Run, series: Series, mode: Literal["min", "max"]) -> Prospect:
        measured = (mode, len(series), series.superseded_count, series.last)
        key = (run.name, series.tag)
        known = self._known.get(key)
        if known is not None and known[0] == measured:
            return known[1]
        prospect = _prospect(run, series, mode)
        if len(self._known) >= _MOST:
            self._known.pop(next(iter(self._known)), None)
        self._known[key] = (measured, prospect)
        return prospect


def _prospect(run: Run, series: Series, mode: Literal["min", "max"]) -> Prospect:
    snapshot = series.snapshot()
    holds = ~snapshot.superseded
    steps, values = snapshot.steps[holds], np.asarray(snapshot.values[holds], np.float64)
    estimate = saturation(_epochs(run, steps), values, mode=mode)
    return Prospect(tag=series.tag, verdict=estimate.verdict, text=estimate.text)


def _epochs(run: Run, steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """The epoch at each step; how many values came before, where the run tells of no epochs."""
    told = run.get(_EPOCH)
    if told is None:
        return np.arange(1.0, len(steps) + 1)
    snapshot = told.snapshot()
    holds = ~snapshot.superseded
    known, epochs = snapshot.steps[holds], np.asarray(snapshot.values[holds], np.float64)
    if not len(known) or np.any(np.diff(known) <= 0) or (len(steps) and steps[-1] > known[-1]):
        return np.arange(1.0, len(steps) + 1)
    at = np.interp(steps, np.concatenate([[0], known]), np.concatenate([[epochs[0] - 1], epochs]))
    return np.asarray(at, np.float64)
