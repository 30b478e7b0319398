"""Data-loading workers that outlive Ctrl+C."""

import _thread
import os
import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

_GRACE_SECONDS = 10.0  # for the batch in which the training stops


def shield_worker(worker: int) -> None:  # noqa: ARG001 - torch's signature
    """Has the worker process that calls it outlive a soft stop, for `DataLoader(worker_init_fn=shield_worker)`.

    A terminal sends Ctrl+C to every process in the foreground, and schedulers send SIGTERM and SIGUSR1 to every process
    of a job. A worker that dies of it takes the batch with it that the training was to end with. SIGINT and SIGUSR1 are
    ignored; SIGTERM, by which a process also ends workers that hang, ends the worker ten seconds later.

    Args:
        worker: The worker's number, which makes no difference.

    Example:
        >>> from kymo.train.stopping import shield_worker
        >>> from torch.utils.data import DataLoader
        >>> from kymo.train.stopping import shield_worker
        >>> loader = DataLoader([1, 2, 3], num_workers=2, worker_init_fn=shield_worker)
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end_later)


def _end_later(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a handler's
    # Not threading.Thread: its locks may be held by what the signal came in the middle of.
    _thread.start_new_thread(_end, ())


def _end() -> None:
    time.sleep(_GRACE_SECONDS)
    os._exit(0)  # a worker that ends so is missed by nobody who has stopped


class _ShieldedInit(NamedTuple):
    """A `worker_init_fn` that shields the worker and goes on to another one; spawned workers get it pickled."""

    init: Callable[[int], Any] | None

    def __call__(self, worker: int) -> None:
        shield_worker(worker)
        if self.init is not None:
            self.init(worker)


def shield_workers(loader: Any) -> None:
    """Has the workers of a torch `DataLoader` outlive Ctrl+C, however they are started; call it before iterating.

    Its own `worker_init_fn` is still called. An object that has none is left as it is, and so are workers that run
    already.

    Example:
        >>> from torch.utils.data import DataLoader
        >>> from kymo.train.stopping import shield_workers
        >>> loader = DataLoader([1, 2, 3], num_workers=2)
        >>> shield_workers(loader)
        >>> loader.worker_init_fn
        _ShieldedInit(init=None)
    """
    if hasattr(loader, "worker_init_fn") and not isinstance(loader.worker_init_fn, _ShieldedInit):
        loader.worker_init_fn = _ShieldedInit(loader.worker_init_fn)
