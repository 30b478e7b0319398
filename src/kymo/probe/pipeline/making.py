"""Timing the making of batches, by whoever makes them."""

from __future__ import annotations

import random
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from kymo.probe.pipeline import batch_counters as places
from kymo.probe.pipeline.batch_counters import BatchCounters
from kymo.probe.pipeline.close_look import CloseLook
from kymo.probe.pipeline.duration_bins import bin_of
from kymo.probe.pipeline.thread_use import ThreadUse, Used
from kymo.probe.pipeline.timed_parts import PartTimes

_EVERY_NANOSECONDS = 20_000_000
_MOST_OF_THE_TIME = 0.01  # that close looks may take
_LOOK_NANOSECONDS = 60_000
_PART_NANOSECONDS = 1_000


class Making:
    """Times each batch that one maker makes, and looks closely at some: of short ones, at so many that it costs little.

    Which ones are looked at closely is drawn by lot, with a generator of its own. Whatever fails in here ends the
    timing, and never a batch.

    Args:
        counters: Where the numbers go.
        maker: The number of the maker.
        every: One batch is looked at closely this often, a mean, in nanoseconds of making them.

    Example:
        >>> counters = BatchCounters(makers=1)
        >>> making = Making(counters, 0)
        >>> making.begin()
        >>> making.end(is_made=True)
        >>> counters.read()[0][places.BATCHES]
        1
    """

    def __init__(self, counters: BatchCounters, maker: int, every: int = _EVERY_NANOSECONDS) -> None:
        self._row = counters.row(maker)
        self._numbers = {name: number for number, name in enumerate(counters.transforms)}
        self._every = every
        self._chance = random.Random()
        self._use = ThreadUse()
        self._until_next = 0  # batches
        self._is_silent = False
        self._began = self._at_work = 0
        self._look: CloseLook | None = None
        self._times: PartTimes | None = None
        self._before = Used(None, None, None, None)
        self._row[places.STARTED] = time.perf_counter_ns()

    def look(self, dataset: Any) -> CloseLook:
        """How batches of a dataset can be looked at."""
        return CloseLook(dataset, self._numbers)

    def begin(self, fetcher: Any = None, look: CloseLook | None = None) -> None:
        """A batch is made from here on.

        Args:
            fetcher: What it is made with.
            look: How to look at that closely; None: it cannot be.
        """
        if self._is_silent:
            return
        try:
            if look is not None and not self._until_next:
                self._look = look
                self._times = look.begin(fetcher)
                self._before = self._use.read()
                self._at_work = time.thread_time_ns()
            elif self._until_next:
                self._until_next -= 1
            self._began = self._row[places.BEGAN] = time.perf_counter_ns()
        except Exception:
            self._fall_silent()

    def end(self, *, is_made: bool) -> None:
        """It is made, or could not be."""
        if self._is_silent:
            return
        row, look = self._row, self._look
        try:
            took = time.perf_counter_ns() - self._began
            if look is not None:
                at_work = time.thread_time_ns() - self._at_work
                after = self._use.read()
                self._look = None
                look.end()
            row[places.VERSION] += 1
            row[places.BEGAN] = 0
            row[places.BUSY] += took
            if is_made:
                row[places.BATCHES] += 1
                row[places.BATCH_TIMES + bin_of(took)] += 1
                if look is not None:
                    self._count_use(took, at_work, after)
                    self._count_parts(look)
            row[places.VERSION] += 1
            if look is not None:
                self._until_next = self._chance.randrange(2 * max(1, self._gap(look) // max(1, took)) - 1)
        except Exception:
            self._fall_silent()

    def _gap(self, look: CloseLook) -> int:
        """How long batches are to be made from one close look to the next, a mean, in nanoseconds."""
        samples = len(self._times.samples) if self._times is not None else 0
        cost = _LOOK_NANOSECONDS + _PART_NANOSECONDS * samples * (1 + look.transforms)
        return max(self._every, int(cost / _MOST_OF_THE_TIME))

    def _count_use(self, took: int, at_work: int, after: Used) -> None:
        row, before = self._row, self._before
        row[places.WALL] += took
        row[places.CPU] += at_work
        if after.core_wait is not None and before.core_wait is not None:
            row[places.WAIT_KNOWN_WALL] += took
            row[places.WAIT_KNOWN_CPU] += at_work
            row[places.CORE_WAIT] += after.core_wait - before.core_wait
        if after.read is not None and before.read is not None:
            row[places.READ_BATCHES] += 1
            row[places.READ] += after.read - before.read
        if after.read_disk is not None and before.read_disk is not None:
            row[places.READ_DISK] += after.read_disk - before.read_disk
        if after.major_faults is not None and before.major_faults is not None:
            row[places.FAULT_BATCHES] += 1
            row[places.MAJOR_FAULTS] += after.major_faults - before.major_faults

    def _count_parts(self, look: CloseLook) -> None:
        row, times = self._row, self._times
        assert times is not None
        row[places.COLLATE] += times.collate
        if look.knows_transforms:
            row[places.TRANSFORM_BATCHES] += 1
            row[places.TRANSFORM] += sum(times.transforms)
            for number in range(len(times.transforms) - 1):
                row[places.EACH_TRANSFORM + number] += times.transforms[number]
        for sample in times.samples:
            row[places.SAMPLE_TIMES + bin_of(sample)] += 1

    def _fall_silent(self) -> None:
        self._is_silent = True
        if self._look is not None:
            self._look.end()
        self._row[places.BEGAN] = self._row[places.STARTED] = 0


def time_fetcher(fetcher: Any, making: Making) -> None:
    """Has all batches that a fetcher of torch makes timed; one that is of no known kind is left as it is.

    Example:
        >>> from torch.utils.data import DataLoader
        >>> batches = iter(DataLoader([1, 2, 3]))
        >>> counters = BatchCounters(makers=1)
        >>> time_fetcher(batches._dataset_fetcher, Making(counters, 0))
        >>> len(list(batches)), counters.read()[0][places.BATCHES]
        (3, 3)
    """
    with suppress(Exception):  # batches are made as they are without
        if callable(getattr(type(fetcher), "fetch", None)):
            fetcher.fetch = _TimedFetch(fetcher, making)


class _TimedFetch:
    """A fetcher's `fetch`; it keeps the fetcher alive no longer than it lives without."""

    def __init__(self, fetcher: Any, making: Making) -> None:
        self._fetcher = weakref.ref(fetcher)
        self._fetch: Callable[[Any, Any], Any] = type(fetcher).fetch
        self._making = making
        self._look = making.look(fetcher.dataset)

    def __call__(self, index: Any) -> Any:
        fetcher, making = self._fetcher(), self._making
        making.begin(fetcher, self._look)
        try:
            batch = self._fetch(fetcher, index)
        except BaseException:
            making.end(is_made=False)
            raise
        making.end(is_made=True)
        return batch
