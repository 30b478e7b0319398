"""Runs whose points a test puts in, without a log."""

from __future__ import annotations

from typing import Any

import numpy as np

from kymo import _core
from kymo.store import Series


class PlottedSeries(Series):
    """A series whose points are in memory."""

    __slots__ = ()

    def __init__(self, steps: Any, wall_times: Any, values: Any) -> None:
        plotter = _core.Plotter()
        plotter.append(np.asarray(steps, np.int64), np.asarray(wall_times, np.float64), np.asarray(values, np.float64))
        self._native = plotter  # type: ignore[assignment] # answers the same questions

    @property
    def superseded_count(self) -> int:
        return 0


class PlottedRun(dict[str, Series]):
    """A run of such series."""

    started = 0.0
    sessions = ()

    def __repr__(self) -> str:
        return "<PlottedRun>"
