"""How busy others keep the machine while something is tried on it."""

from __future__ import annotations

import os
import time
from types import TracebackType

import psutil


class OtherLoad:
    """Measures who else is at work on the usable cores while the context lasts.

    Attributes:
        share: Of the cores' time, what processes took that are neither this one nor children of it that have ended;
            from 0 to 1.
    """

    def __init__(self) -> None:
        self.share = 0.0
        self._began = self._all = self._own = 0.0

    def __enter__(self) -> OtherLoad:
        self._began, self._all, self._own = time.monotonic(), _all_seconds(), _own_seconds()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        others = (_all_seconds() - self._all) - (_own_seconds() - self._own)
        self.share = others / ((time.monotonic() - self._began) * len(os.sched_getaffinity(0)))


def _all_seconds() -> float:
    times = psutil.cpu_times(percpu=True)
    return sum(times[core].user + times[core].nice + times[core].system for core in os.sched_getaffinity(0))


def _own_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
