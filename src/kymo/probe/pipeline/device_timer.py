"""What a GPU does in the steps that are timed, found out without waiting for it."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from kymo.probe.pipeline.device_clock import DeviceClock
from kymo.probe.pipeline.device_step import CopiedBytes, DeviceStep
from kymo.probe.pipeline.streams import CudaStreams, Event, Streams

if TYPE_CHECKING:
    import torch

_logger = logging.getLogger("kymo")
_MILLISECOND = 1_000_000
_MOST_PENDING = 32  # steps that the GPU has not come to the end of
_MOST_INTERVALS = 64  # of a step: a model that is called more often in it is not timed there


class Mark(NamedTuple):
    """An event, and when the host has asked for it, in nanoseconds."""

    event: Event
    host: int


class _Interval(NamedTuple):
    name: str
    began: Mark
    ended: Mark


class _Step:
    """A step that is timed, or was and is still to be read."""

    def __init__(self, asked: Mark) -> None:
        self.marks = {"asked": asked}
        self.intervals: list[_Interval] = []
        self.open: dict[str, Mark] = {}
        self.copied: CopiedBytes | None = None
        self.whole = 0
        self.has_model = False
        self.unfinished_at = 0  # when the host has last seen that its end has not come

    def events(self) -> list[Event]:
        marks = [*self.marks.values(), *self.open.values()]
        return [mark.event for mark in marks] + [
            mark.event for interval in self.intervals for mark in (interval.began, interval.ended)
        ]


class DeviceTimer:
    """Is told of the moments of a timed step, puts an event into the GPU's stream at each, and reads it once it passed.

    The thread that trains tells it, and it asks then, between steps, which of the earlier events have passed: nothing
    waits for the GPU. Events are used again. While a graph is captured there are none. A GPU that fails at any of it is
    timed no more.

    Args:
        streams: The streams of the GPU.
        steps: Where the steps go that were read.
    """

    def __init__(self, streams: Streams, steps: deque[DeviceStep]) -> None:
        self._streams, self._steps = streams, steps
        self._pending: deque[_Step] = deque()
        self._spare: list[Event] = []
        self._clock = DeviceClock()
        self._step: _Step | None = None
        self._is_able = True

    def begin(self) -> None:
        """A step that is timed begins, and its batch is asked for."""
        self._try(self._begin)

    def came(self) -> None:
        """The batch has come."""
        self._try(self._mark, "came")

    def given(self) -> None:
        """The batch is on the GPU, or on its way."""
        self._try(self._mark, "given")

    def copies(self, count: Callable[[], CopiedBytes]) -> None:
        """The batch is about to be copied; how much of it that is, `count` says."""
        if self._step is not None:
            self._try(self._count, count)

    def start(self, name: str, stream: Any = None) -> None:
        """An interval begins: "forward", "backward", "optimizer", or "transfer" on a stream of its own."""
        self._try(self._start, name, stream)

    def stop(self, name: str, stream: Any = None) -> None:
        """An interval has ended."""
        self._try(self._stop, name, stream)

    def end(self, whole: int, *, has_model: bool) -> None:
        """The step is over.

        Args:
            whole: How long it was for the host, in nanoseconds.
            has_model: Whether the passes of a model were timed in it.
        """
        self._try(self._end, whole, has_model)

    def drop(self) -> None:
        """The step counts for nothing."""
        self._try(self._drop)

    def _try(self, act: Callable[..., None], *arguments: Any) -> None:
        if not self._is_able:
            return
        try:
            act(*arguments)
        except Exception as error:  # a training that the GPU fails finds out by itself
            self._is_able, self._step = False, None
            self._pending.clear()
            _logger.info("What the GPU does in a step is no longer timed: %s", error)

    def _begin(self) -> None:
        self._drop()
        if self._streams.is_capturing():
            return
        self._look()
        if len(self._pending) < _MOST_PENDING:
            self._step = _Step(self._marked())

    def _mark(self, name: str) -> None:
        if self._is_on():
            assert self._step is not None
            self._step.marks[name] = self._marked()
            self._look()

    def _count(self, count: Callable[[], CopiedBytes]) -> None:
        if self._step is not None:
            self._step.copied = count()

    def _start(self, name: str, stream: Any) -> None:
        if self._is_on():
            assert self._step is not None
            if (before := self._step.open.pop(name, None)) is not None:
                self._spare.append(before.event)
            self._step.open[name] = self._marked(stream)

    def _stop(self, name: str, stream: Any) -> None:
        step = self._step
        if step is None or name not in step.open or not self._is_on():
            return
        step.intervals.append(_Interval(name, step.open.pop(name), self._marked(stream)))
        if len(step.intervals) > _MOST_INTERVALS:
            self._drop()

    def _end(self, whole: int, has_model: bool) -> None:
        if not self._is_on():
            return
        self._mark("over")
        step, self._step = self._step, None
        assert step is not None
        if {"came", "given"} <= step.marks.keys():
            step.whole, step.has_model = whole, has_model
            self._pending.append(step)
        else:
            self._spare += step.events()

    def _drop(self) -> None:
        step, self._step = self._step, None
        if step is not None:
            self._spare += step.events()

    def _is_on(self) -> bool:
        """Whether the step is timed; one in which a graph is captured is not."""
        if self._step is not None and self._streams.is_capturing():
            self._drop()
        return self._step is not None

    def _marked(self, stream: Any = None) -> Mark:
        event = self._spare.pop() if self._spare else self._streams.event(timed=True)
        host = time.perf_counter_ns()
        event.record(self._streams.current() if stream is None else stream)
        return Mark(event, host)

    def _look(self) -> None:
        """Reads the steps that the GPU has come to the end of."""
        while self._pending:
            step, now = self._pending[0], time.perf_counter_ns()
            if not (step.marks["over"].event.query() and all(event.query() for event in step.events())):
                step.unfinished_at = now
                return
            self._pending.popleft()
            self._steps.append(self._read(step, now))
            kept = self._clock.anchor
            self._spare += [event for event in step.events() if event is not kept]

    def _read(self, step: _Step, now: int) -> DeviceStep:
        asked, came, given, over = (step.marks[name] for name in ("asked", "came", "given", "over"))
        took: dict[str, int] = dict.fromkeys(("forward", "backward", "optimizer", "transfer"), 0)
        for name, began, ended in step.intervals:
            took[name] += _between(began, ended)
        passes = [interval.ended for interval in step.intervals if interval.name != "transfer"]
        before = self._clock.anchor
        lag, peak = self._clock.lags([asked, came, given, *passes], over, unfinished_at=step.unfinished_at, now=now)
        if before is not None:
            self._spare.append(before)
        copy, copied = _between(came, given), step.copied
        transfer, transferred = took["transfer"], 0
        if copied is not None:
            transferred = copied.pinned if transfer else copied.total
            transfer = transfer or copy
        model = (took["forward"], took["backward"], took["optimizer"]) if step.has_model else None
        return DeviceStep(
            step.whole,
            _between(asked, came),
            copy,
            lag,
            peak,
            model,
            copied,
            transfer if transferred else 0,
            transferred,
        )


def _between(began: Mark, ended: Mark) -> int:
    """Nanoseconds."""
    return max(0, int(began.event.elapsed_time(ended.event) * _MILLISECOND))


def device_timer(device: torch.device | str | None, steps: deque[DeviceStep]) -> DeviceTimer | None:
    """What times a device; None for one that is no GPU of torch's.

    Args:
        device: Where a training computes.
        steps: Where the steps go that were read.

    Example:
        >>> device_timer("cpu", deque()) is None
        True
    """
    if device is None:
        return None
    import torch

    try:
        if torch.device(device).type != "cuda":
            return None
        return DeviceTimer(CudaStreams(device), steps)
    except Exception as error:  # whoever computes there finds out what is wrong
        _logger.info("What the GPU does in a step is not timed: %s", error)
        return None
