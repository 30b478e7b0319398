"""Reading many runs at once."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from kymo.store.reader import ReadStep
from kymo.store.run import Run

# What one thread reads of one run before the next run has its turn: some tens of milliseconds' work.
SLICE_BYTES = 16 << 20


@dataclass(frozen=True)
class Loaded:
    """Runs that changed, and runs that must be read on."""

    changed: tuple[Run, ...]
    left: tuple[Run, ...]


class Loader:
    """Reads runs in as many threads as there are processors, a slice of each in turn."""

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads or os.cpu_count() or 1
        self._pool: ThreadPoolExecutor | None = None

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
            if step.more:
                waiting.append(run)
            if on_step is not None:
                on_step(run, step)

        # A single run, the usual case while one trains, is not worth a change of threads.
        while len(waiting) == 1 and time_left.take():
            run = waiting.popleft()
            take(run, run.reader.refresh(slice_bytes))
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
        pool = self._pool
        if pool is None:
            pool = self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="kymo-load")
        reading: dict[Future[ReadStep], Run] = {}
        while True:
            # One more than the threads can take, so that none idles while this one takes in a result.
            while waiting and len(reading) <= self._threads and time_left.take():
                run = waiting.popleft()
                reading[pool.submit(run.reader.refresh, slice_bytes)] = run
            if not reading:
                return
            done, _ = wait(reading, return_when=FIRST_COMPLETED)
            for future in done:
                take(reading.pop(future), future.result())

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


class _TimeLeft:
    """Grants slices until the time is over, and the first in any case."""

    def __init__(self, seconds: float | None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds
        self._granted = False

    def take(self) -> bool:
        if self._granted and self._until is not None and time.monotonic() >= self._until:
            return False
        self._granted = True
        return True
