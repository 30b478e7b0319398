"""Timing the steps of one loop over batches."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kymo.probe.pipeline.step_phases import StepPhases
from kymo.probe.pipeline.supply import batches_ready, workers_of
from kymo.probe.pipeline.thread_time import ThreadTime

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_FETCHES = 8  # steps, of which one has it measured what the thread does while it gets its batch


class StepTimer:
    """Is told of each moment of a step, in this order: the batch has come, it is given out, done with, and over.

    Args:
        phases: Where the times go.
        batches: What the loop iterates over, as `iter(loader)` gave it.

    Example:
        >>> phases = StepPhases()
        >>> with StepTimer(phases, iter([1, 2, 3])) as timer:
        ...     for _ in range(3):
        ...         timer.came(), timer.given(), timer.done(), timer.over()
        (None, None, None, None)
        (None, None, None, None)
        (None, None, None, None)
        >>> len(phases.steps), phases.first is not None
        (2, True)
    """

    def __init__(self, phases: StepPhases, batches: Any) -> None:
        self._phases = phases
        self._batches = batches
        self._ready = batches_ready(batches)
        self._is_supplied = self._ready is not None
        self._thread = ThreadTime()
        self._before: tuple[int, int] | None = None
        self._is_first, self._count, self._logged = True, 0, 0
        self._came = self._given = self._done = 0
        phases.workers = workers_of(batches)
        self._asked = time.perf_counter_ns()

    def came(self) -> None:
        """The batch that was asked for has come."""
        self._came = time.perf_counter_ns()
        before = self._before
        if before is not None:
            at_work, waited = self._thread.read()
            self._phases.fetched.append((self._came - self._asked, at_work - before[0], waited - before[1]))

    def given(self) -> None:
        """It is where it shall be, and the body of the loop begins."""
        self._logged = self._phases.logged
        self._given = time.perf_counter_ns()

    def done(self) -> None:
        """The body has ended."""
        self._done = time.perf_counter_ns()

    def over(self) -> None:
        """All that follows it has ended, and the next batch is asked for."""
        phases, asked, came = self._phases, self._asked, self._came
        logged = phases.logged - self._logged
        self._count += 1
        ready = self._ready
        if self._is_supplied:
            self._ready = batches_ready(self._batches)
        # What the thread does while it gets a batch is found out now and then: asking the system takes its time.
        self._before = None if self._count % _FETCHES else self._thread.read()
        self._asked = now = time.perf_counter_ns()
        if self._is_first:
            self._is_first, phases.first = False, came - asked
        else:
            step, rest = self._done - self._given - logged, now - self._done + logged
            phases.steps.append((came - asked, self._given - came, step, rest, ready))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.close()
