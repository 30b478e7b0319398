"""What holds runs back, found out once however many pages ask."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kymo.insight.diagnosis import diagnosed

if TYPE_CHECKING:
    from kymo.insight.finding import Finding
    from kymo.store import Run

_KEPT = 256
# A run that grows all the time is looked through no more often than its sensors tell something, in seconds.
_HOLDS = 1.0


@dataclass(frozen=True)
class Diagnosis:
    """What was found out about a run.

    Attributes:
        state: What the run had come to that it was found out of.
        made: When, in seconds of the clock.
        findings: What matters most first.
    """

    state: object
    made: float
    findings: Sequence[Finding]


def state_of(run: Run) -> object:
    """What differs once a run has grown, or once another has taken its name."""
    return run.version, run.points, run.started


class Diagnoses:
    """The newest diagnosis of each run, kept while the run has not grown, and for a second in any case.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[str, Diagnosis] = OrderedDict()
        self._lock = threading.Lock()
        # One at a time: pages of many runs would otherwise keep every core of a machine busy that is to train.
        self._at_work = threading.Lock()

    def of(self, run: Run) -> Diagnosis:
        """The diagnosis of a run, made by the calling thread where there is none that holds."""
        known = self._holding(run)
        if known is not None:
            return known
        with self._at_work:
            # Whoever had to wait finds what was made meanwhile.
            known = self._holding(run)
            return known if known is not None else self._made(run)

    def _holding(self, run: Run) -> Diagnosis | None:
        with self._lock:
            known = self._known.get(run.name)
            if known is None:
                return None
            if known.state != state_of(run) and self._clock() - known.made > _HOLDS:
                return None
            self._known.move_to_end(run.name)
            return known

    def _made(self, run: Run) -> Diagnosis:
        # What is read meanwhile belongs to the next one.
        state = state_of(run)
        diagnosis = Diagnosis(state, self._clock(), diagnosed(run))
        with self._lock:
            self._known[run.name] = diagnosis
            self._known.move_to_end(run.name)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return diagnosis
