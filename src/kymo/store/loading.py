"""Reading many runs at once."""

import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import NamedTuple

from kymo.store.reader import ReadStep
from kymo.store.run import Run

# What one thread reads of one run before the next run has its turn: some tens of milliseconds' work.
SLICE_BYTES = 16 << 20


class Loaded(NamedTuple):
    """Runs that changed, and runs that must be read on."""

    changed: tuple[Run, ...]
    left: tuple[Run, ...]


class Loader:
    """Reads runs in as many threads as there are processors, a slice of each in turn."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads or os.cpu_count() or 1

    def load(
        self,
        runs: Iterable[Run],
        *,
        slice_bytes: int = SLICE_BYTES,
        seconds: float | None = None,
        on_step: Callable[[Run, ReadStep], None] | None = None,
    ) -> Loaded:
        """Reads the runs to their ends, or for about this many seconds.

        Every run gets a slice before any gets a second, so that a large file does not starve the others. At least one
        slice is read, however short the time.
        """
        time_left = _TimeLeft(seconds)
        waiting = deque(runs)
        changed: dict[str, Run] = {}

        def take(run: Run, step: ReadStep) -> None:
            if step.changed:
                changed[run.name] = run
            if on_step is not None:
                on_step(run, step)

        # A single run, the usual case while one trains, is not worth a change of threads.
        while len(waiting) == 1 and time_left.take():
            run = waiting.popleft()
            step = run.reader.refresh(slice_bytes)
            if step.more:
                waiting.append(run)
            take(run, step)
        if len(waiting) > 1:
            self._load_together(waiting, slice_bytes, time_left, take)
        return Loaded(tuple(changed.values()), tuple(waiting))

    def _load_together(
        self,
        waiting: deque[Run],
        slice_bytes: int,
        time_left: "_TimeLeft",
        take: Callable[[Run, ReadStep], None],
    ) -> None:
        read: SimpleQueue[_Steps | None] = SimpleQueue()
        arguments = (waiting, slice_bytes, time_left, read)
        threads = [
            threading.Thread(target=_read_in_turn, args=arguments, name=f"kymo-load-{number}")
            for number in range(min(self._threads, len(waiting)))
        ]
        for thread in threads:
            thread.start()
        try:
            reading = len(threads)
            while reading > 0:
                steps = read.get()
                reading -= steps is None
                for run, step in steps or ():
                    take(run, step)
        finally:
            time_left.end()
            for thread in threads:
                thread.join()


# How long a thread keeps to itself what it has read: waking another one costs as much as reading a small run.
_TELL_SECONDS = 0.01

_Steps = list[tuple[Run, ReadStep]]


def _read_in_turn(
    waiting: deque[Run], slice_bytes: int, time_left: "_TimeLeft", read: "SimpleQueue[_Steps | None]"
) -> None:
    """What each thread does: a slice of the run that waits longest, again and again. None tells of its end."""
    steps: _Steps = []
    told = time.monotonic()
    try:
        while time_left.take():
            try:
                run = waiting.popleft()
            except IndexError:
                break  # of what others read at this moment, each goes on by itself
            step = run.reader.refresh(slice_bytes)
            if step.more:
                waiting.append(run)
            steps.append((run, step))
            if time.monotonic() - told >= _TELL_SECONDS:
                read.put(steps)
                steps, told = [], time.monotonic()
    finally:
        read.put(steps)
        read.put(None)


class _TimeLeft:
    """Grants slices until the time is over, and the first in any case."""

    def __init__(self, seconds: float | None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds
        self._granted = False

    def end(self) -> None:
        self._granted, self._until = True, -math.inf

    def take(self) -> bool:
        if self._granted and self._until is not None and time.monotonic() >= self._until:
            return False
        self._granted = True
        return True
