"""Whoever makes the batches of a data loader, counted: worker processes, or the training itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import BaseContext
from typing import Any, NamedTuple

from kymo.probe.pipeline.batch_counters import BatchCounters
from kymo.probe.pipeline.batch_figures import BatchFigures, LoopCounts
from kymo.probe.pipeline.making import Making, time_fetcher
from kymo.probe.pipeline.transforms import names_of, places_of

_KEPT = "_kymo_batch_counters"  # with workers that persist, whoever asks them for batches next


class Makers:
    """Tells, between two looks, how the batches of loops were made; a sensor.

    Args:
        is_on: Whether to count at all.

    Example:
        >>> from torch.utils.data import DataLoader
        >>> makers = Makers()
        >>> with makers.timed(DataLoader([1, 2, 3])) as timed:
        ...     batches = timed.follow(iter(timed.loader))
        ...     _ = makers.read(now=0.0)
        ...     count = len(list(batches))
        >>> makers.read(now=1.0)["pipeline/batch_cpu"] > 0
        True
    """

    def __init__(self, *, is_on: bool = True) -> None:
        self._is_on = is_on
        self._loops: list[LoopCounts] = []
        self._last = time.perf_counter_ns()

    @contextmanager
    def timed(self, loader: Any) -> Iterator[TimedLoader]:
        """Surrounds a loop over a loader, from before it is iterated over; what is no data loader is left as it is.

        The loader's own `worker_init_fn` is still called, and is put back as soon as the workers are started.
        """
        timed = TimedLoader(loader, self._loops)
        if self._is_on:
            timed.prepare()
        try:
            yield timed
        finally:
            timed.leave()

    def read(self, now: float) -> dict[str, float]:  # noqa: ARG002, a sensor's
        """Numbers by their series; none where no batch is made.

        Args:
            now: Seconds.
        """
        at, last = time.perf_counter_ns(), self._last
        self._last = at
        figures = BatchFigures()
        for loop in list(self._loops):
            if loop.left is not None:
                self._loops.remove(loop)
            figures.add(loop, at)
        return figures.by_series(max(1, at - last) / 1e9)

    def close(self) -> None:
        """There is nothing to let go of."""


class TimedLoader:
    """A loader, from before it is iterated over until its loop is left.

    Args:
        loader: The loader.
        loops: Takes in what is counted.
    """

    def __init__(self, loader: Any, loops: list[LoopCounts]) -> None:
        self.loader = loader
        self._loops = loops
        self._counters: BatchCounters | None = None
        self._counts: LoopCounts | None = None
        self._init: _TimedInit | None = None

    def prepare(self) -> None:
        """Has workers that are started from here on count."""
        with suppress(Exception):  # batches come as they do without
            self._prepare()

    def _prepare(self) -> None:
        loader, workers = self.loader, getattr(self.loader, "num_workers", None)
        if not isinstance(workers, int) or not hasattr(loader, "worker_init_fn"):
            return
        context = loader.multiprocessing_context
        if context is not None and not isinstance(context, BaseContext):
            return  # it may pickle in ways of its own
        if (persistent := getattr(loader, "_iterator", None)) is not None:
            counters = getattr(persistent, _KEPT, None)
        else:
            counters = BatchCounters(max(1, workers), names_of(places_of(loader.dataset)))
        if counters is not None:
            self._counts = LoopCounts(counters, time.perf_counter_ns())
            self._counters = counters
        if counters is not None and workers and persistent is None:
            self._init = _TimedInit(loader.worker_init_fn, counters)
            loader.worker_init_fn = self._init

    def follow(self, batches: Any) -> Any:
        """Takes up what iterating over the loader has given, and gives it back."""
        self._put_back()
        with suppress(Exception):
            self._follow(batches)
        return batches

    def _follow(self, batches: Any) -> None:
        counters, counts = self._counters, self._counts
        if counters is None or counts is None:
            return
        if batches._num_workers:
            setattr(batches, _KEPT, counters)
        else:
            time_fetcher(batches._dataset_fetcher, Making(counters, 0))
        self._loops.append(counts)

    def leave(self) -> None:
        """The loop is over."""
        self._put_back()
        if self._counts is not None:
            self._counts.left = time.perf_counter_ns()

    def _put_back(self) -> None:
        init, self._init = self._init, None
        if init is not None and self.loader.worker_init_fn is init:
            self.loader.worker_init_fn = init.init


class _TimedInit(NamedTuple):
    """A `worker_init_fn` that has the worker count, and goes on to another one; spawned workers get it pickled."""

    init: Callable[[int], Any] | None
    counters: BatchCounters

    def __call__(self, worker: int) -> None:
        with suppress(Exception):  # batches are made as they are without
            _time_worker(Making(self.counters, worker))
        if self.init is not None:
            self.init(worker)


def _time_worker(making: Making) -> None:
    """Has the batches of this worker process timed, and none of loaders that its dataset may have itself."""
    from torch.utils.data import _DatasetKind, get_worker_info

    create: Callable[..., Any] = _DatasetKind.create_fetcher
    info = get_worker_info()
    assert info is not None

    def create_timed(kind: Any, dataset: Any, *others: Any) -> Any:
        fetcher = create(kind, dataset, *others)
        if dataset is info.dataset:
            time_fetcher(fetcher, making)
        return fetcher

    _DatasetKind.create_fetcher = staticmethod(create_timed)  # type: ignore[method-assign] # in this process only
