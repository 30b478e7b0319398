"""Timing the steps of one loop over batches."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from kymo.probe.pipeline.device_timer import DeviceTimer
from kymo.probe.pipeline.step_phases import StepPhases
from kymo.probe.pipeline.supply import batches_ready, workers_of
from kymo.probe.pipeline.thread_time import ThreadTime
from kymo.probe.pipeline.timed_step import TimedStep

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

# What the thread does while it gets its batch is measured in long steps, where asking the system takes a thousandth of
# the time, and in one of so many short ones that are timed.
_LONG = 20_000_000  # nanoseconds
_FETCHES = 8


class StepTimer:
    """Is told of each moment of a step, in this order: the batch has come, it is given out, done with, and over.

    Where steps are short, only some of them are timed, so that timing takes a small part of their time however short
    they are; `is_on` says whether the present one is, and only then all but `over` need to be told. Which ones are is
    drawn by lot: what comes again every few steps, as batches do of several workers, is neither missed nor met always.

    Args:
        phases: Where the times go.
        batches: What the loop iterates over, as `iter(loader)` gave it.

    Attributes:
        is_on: Whether the present step is timed.
        gpu: Times it on its GPU; None where it is not timed, or has none.

    Example:
        >>> phases = StepPhases(every=0)
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
        self._thread = ThreadTime()
        self._chance = random.Random()
        self._before: tuple[int, int] | None = None
        self._is_first, self._is_long, self._count = True, False, 0
        self._logged = self._pauses = 0
        self._ready: int | None = None
        self._came = self._given = self._done = 0
        self._until_next = 0  # steps
        self.gpu: DeviceTimer | None = None
        phases.workers = workers_of(batches)
        self.is_on = False
        if phases.every is not None:
            self._begin(time.perf_counter_ns())

    def came(self) -> None:
        """The batch that was asked for has come."""
        self._came = time.perf_counter_ns()
        if self.gpu is not None:
            self.gpu.came()
        before = self._before
        if before is not None:
            at_work, waited = self._thread.read()
            self._phases.fetched.append((self._came - self._asked, at_work - before[0], waited - before[1]))

    def given(self) -> None:
        """It is where it shall be, and the body of the loop begins."""
        if self.gpu is not None:
            self.gpu.given()
        self._logged = self._phases.logged
        self._given = time.perf_counter_ns()

    def done(self) -> None:
        """The body has ended."""
        self._done = time.perf_counter_ns()

    def over(self) -> None:
        """All that follows it has ended, and the next batch is asked for."""
        if self.is_on:
            self._take(time.perf_counter_ns())
        elif self._until_next:
            self._until_next -= 1
            if not self._until_next:
                self._begin(time.perf_counter_ns())

    def _take(self, now: int) -> None:
        """A timed step is over; the next one that is timed may be the one that follows."""
        phases = self._phases
        times = phases.model.end() if phases.model is not None else None
        self._until_next = 1
        self._is_long = now - self._asked >= _LONG
        if self._is_first:
            self._is_first, phases.first = False, self._came - self._asked
        elif self._pauses == phases.pauses:
            logged = phases.logged - self._logged
            body, rest = self._done - self._given - logged, now - self._done + logged
            waited, copied = self._came - self._asked, self._given - self._came
            phases.steps.append(TimedStep(waited, copied, body, rest, times, self._ready))
            if self.gpu is not None:
                self.gpu.end(now - self._asked, has_model=times is not None)
            if phases.every:
                mean = int(phases.every * 1e9) // max(1, now - self._asked)
                self._until_next = self._chance.randrange(1, 2 * max(1, mean))
        if self.gpu is not None:
            self.gpu.drop()  # what did not count
            self.gpu = None
        self._until_next -= 1
        if self._until_next:
            self.is_on = phases.is_timed = False
        else:
            self._begin(now)

    def _begin(self, now: int) -> None:
        """The step that begins is timed."""
        phases = self._phases
        self._ready = batches_ready(self._batches)
        self._pauses = phases.pauses
        self.is_on = phases.is_timed = True
        if not self._is_first:  # in the first step, code may be compiled
            self.gpu = phases.gpu
            if phases.model is not None:
                phases.model.begin(self.gpu)
        self._count += 1
        is_asked = self._is_long or self._count % _FETCHES == 0
        self._before = self._thread.read() if is_asked else None
        if self.gpu is not None:
            self.gpu.begin()
        self._asked = now

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_on = self._phases.is_timed = False
        if self._phases.model is not None:
            self._phases.model.end()
        if self.gpu is not None:
            self.gpu.drop()
        self._thread.close()
