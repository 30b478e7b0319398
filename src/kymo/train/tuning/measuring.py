"""Measuring how fast a data loader gives its batches."""

from __future__ import annotations

import math
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from kymo.train.tuning.trial import Round


class EmptyLoaderError(ValueError):
    """A loader that gives no batch."""


class HangingLoaderError(RuntimeError):
    """A loader whose workers give no batch for long."""


_FEWEST = 3  # batches that are timed, at least
_PATIENCE_SECONDS = 5.0  # for workers to end


def measured(
    loader: Any,
    seconds: float,
    step_seconds: float,
    *,
    until: float = math.inf,
    patience: float = math.inf,
) -> Round:
    """Goes over a loader's batches for a while, over and over where an epoch is short.

    Args:
        loader: A DataLoader that nothing else uses; its workers have ended afterwards.
        seconds: How long, from the first batch on; at least three batches are gone over.
        step_seconds: What the training needs for each batch.
        until: A time of `time.monotonic` from which on one batch after the first is enough.
        patience: Seconds to wait for a batch of workers; a timeout of the loader that is shorter holds, too.

    Raises:
        EmptyLoaderError: It gives no batch.
        HangingLoaderError: Its workers have given no batch for as long as the patience lasts.
        Exception: What the dataset raises.
    """
    import psutil

    own, others = psutil.Process(), multiprocessing.active_children()
    before = {child.pid for child in own.children()}
    batches = _Endless(loader, patience)
    try:
        began = time.perf_counter()
        batch = next(batches)
        started = time.perf_counter()
        started_by = own.children() if loader.num_workers else []
        makers = [child for child in started_by if child.pid not in before] or [own]
        cpu = _cpu_seconds(makers)
        count, now = 0, started
        # What was made while workers started up is no measure of how fast they are.
        ready = loader.num_workers * (loader.prefetch_factor or 0)
        skipped = 0
        while not count or (count < _FEWEST and time.monotonic() < until) or now - started < seconds:
            _train(step_seconds, batch)
            batch = next(batches)
            now = time.perf_counter()
            if skipped < ready and now - started < seconds / 3:
                skipped += 1
                if skipped == ready or now - started >= seconds / 3:
                    started, cpu = now, _cpu_seconds(makers)
                    seconds *= 2 / 3
            else:
                count += 1
        elapsed = now - started
        at_work = (_cpu_seconds(makers) - cpu) / max(elapsed * len(makers), 1e-9)
        memory = 0.0 if makers == [own] else sum(map(_own_memory, makers))
        return Round(count / elapsed, started - began, memory, _bytes_of(batch), min(1.0, at_work))
    finally:
        batches.end()
        # Those of an iterator that was interrupted while it started them. Others are the dataset's own.
        left = multiprocessing.active_children() if batches.is_starting and loader.num_workers else []
        for worker in left:
            if worker not in others:
                worker.kill()
                worker.join(_PATIENCE_SECONDS)


class _Endless:
    """The batches of a loader, epoch after epoch.

    Attributes:
        is_starting: Whether an epoch was begun, and could not be.
    """

    def __init__(self, loader: Any, patience: float) -> None:
        self._loader, self._patience = loader, patience
        self._epoch: Iterator[Any] | None = None
        self.is_starting = self._is_stuck = False
        if loader.num_workers and patience < (loader.timeout or math.inf):
            loader.timeout = patience

    def __next__(self) -> Any:
        try:
            return self._next()
        except RuntimeError as error:
            if not isinstance(error, HangingLoaderError) and "timed out after" not in str(error):
                raise
            self._is_stuck = True
            raise HangingLoaderError(
                f"its workers gave no batch for {self._loader.timeout:.0f} s: they hang, or a batch takes longer than "
                "that; try more `seconds`"
            ) from error

    def _next(self) -> Any:
        if self._epoch is not None:
            with suppress(StopIteration):
                return next(self._epoch)
        self.is_starting = True
        self._epoch = iter(self._loader)
        self.is_starting = False
        try:
            return next(self._epoch)
        except StopIteration:
            raise EmptyLoaderError("the loader gives no batch: its dataset, or its sampler, is empty.") from None

    def end(self) -> None:
        """Ends the workers, which would otherwise live until the garbage is collected."""
        epoch: Any = self._epoch
        self._epoch = None
        processes = list(getattr(epoch, "_workers", ()))
        if self._is_stuck:
            _kill(epoch, processes)
        if hasattr(epoch, "_shutdown_workers"):
            epoch._shutdown_workers()
        self._loader._iterator = None
        for process in processes:
            process.join(_PATIENCE_SECONDS)
            if process.is_alive():
                process.kill()
                process.join(_PATIENCE_SECONDS)


def _kill(epoch: Any, workers: list[Any]) -> None:
    """Ends workers that hang: torch waits five seconds for each, and takes one that was killed for an error."""
    from torch.utils.data._utils import signal_handling

    if getattr(epoch, "_worker_pids_set", False):
        signal_handling._remove_worker_pids(id(epoch))  # type: ignore[attr-defined]  # torch's own
        epoch._worker_pids_set = False
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.join(_PATIENCE_SECONDS)


def _train(seconds: float, batch: Any) -> None:
    """What a training does with a batch: on a GPU the host waits, without one a core is at work."""
    import torch

    del batch
    if not seconds:
        return
    if torch.cuda.is_available():
        time.sleep(seconds)
        return
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        pass


def _cpu_seconds(processes: list[Any]) -> float:
    import psutil

    spent = 0.0
    for process in processes:
        with suppress(psutil.Error):
            times = process.cpu_times()
            spent += times.user + times.system
    return spent


def _own_memory(process: Any) -> float:
    """What a process shares with none, in bytes; 0 where that is not told."""
    import psutil

    try:
        return float(process.memory_full_info().uss)
    except (psutil.Error, AttributeError):
        return 0.0


def _bytes_of(batch: Any) -> int:
    """The tensors in a batch, however it is put together."""
    import torch

    if isinstance(batch, torch.Tensor):
        return batch.numel() * batch.element_size()
    if isinstance(batch, dict):
        return sum(map(_bytes_of, batch.values()))
    if isinstance(batch, list | tuple):
        return sum(map(_bytes_of, batch))
    return 0
