"""Measuring how fast a data loader gives its batches."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from kymo.train.tuning.trial import Round


class EmptyLoaderError(ValueError):
    """A loader that gives no batch."""


_FEWEST = 3  # batches that are timed, at least
_PATIENCE_SECONDS = 5.0  # for workers to end


def measured(loader: Any, seconds: float, step_seconds: float) -> Round:
    """Goes over a loader's batches for a while, over and over where an epoch is short.

    Args:
        loader: A DataLoader that nothing else uses; its workers have ended afterwards.
        seconds: How long, from the first batch on; at least three batches are gone over.
        step_seconds: What the training needs for each batch.

    Raises:
        EmptyLoaderError: It gives no batch.
        Exception: What the dataset raises.
    """
    import psutil

    own, others = psutil.Process(), multiprocessing.active_children()
    before = {child.pid for child in own.children()}
    batches = _Endless(loader)
    try:
        began = time.perf_counter()
        batch = next(batches)
        started = time.perf_counter()
        makers = [child for child in own.children() if child.pid not in before] or [own]
        cpu = _cpu_seconds(makers)
        count, now = 0, started
        # What was made while workers started up is no measure of how fast they are.
        ready = loader.num_workers * (loader.prefetch_factor or 0)
        skipped = 0
        while count < _FEWEST or now - started < seconds:
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
        for worker in multiprocessing.active_children():
            if worker not in others:  # of an iterator that was interrupted while it started them
                worker.kill()
                worker.join(_PATIENCE_SECONDS)


class _Endless:
    """The batches of a loader, epoch after epoch."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader
        self._epoch: Iterator[Any] | None = None

    def __next__(self) -> Any:
        if self._epoch is not None:
            with suppress(StopIteration):
                return next(self._epoch)
        self._epoch = iter(self._loader)
        try:
            return next(self._epoch)
        except StopIteration:
            raise EmptyLoaderError("the loader gives no batch: its dataset, or its sampler, is empty.") from None

    def end(self) -> None:
        """Ends the workers, which would otherwise live until the garbage is collected."""
        epoch: Any = self._epoch
        self._epoch = None
        processes = list(getattr(epoch, "_workers", ()))
        if hasattr(epoch, "_shutdown_workers"):
            epoch._shutdown_workers()
        self._loader._iterator = None
        for process in processes:
            process.join(_PATIENCE_SECONDS)
            if process.is_alive():
                process.kill()


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
