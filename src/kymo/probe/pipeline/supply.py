"""How far a data loader is ahead of the training."""

from __future__ import annotations

from typing import Any


def batches_ready(batches: Any) -> int | None:
    """How many batches lie ready in the main process, or in the queue to it, when the next one is asked for.

    Batches that have come out of their order, and have to wait for one before them, are not ready.

    Args:
        batches: What `iter(loader)` gave.

    Returns:
        None for what is no data loader with workers, and on systems whose queues cannot be looked into.

    Example:
        >>> batches_ready(iter([1, 2])) is None
        True
    """
    # torch keeps what the workers have sent in this queue, whatever thread pins it on the way.
    queue = getattr(batches, "_data_queue", None)
    if queue is None:
        return None
    try:
        waiting = int(queue.qsize())
        # What was taken out of the queue before its turn: index -> (worker, batch).
        early = batches._task_info
        following = batches._rcvd_idx
        ready = 0
        while len(early.get(following + ready, ())) == 2:
            ready += 1
    except (AttributeError, NotImplementedError, TypeError, OSError):
        return None
    return waiting + ready


def workers_of(batches: Any) -> int | None:
    """How many processes make the batches: 0 where it is this one; None for what is no data loader.

    Args:
        batches: What `iter(loader)` gave.

    Example:
        >>> workers_of(iter([1, 2])) is None
        True
    """
    workers = getattr(batches, "_num_workers", None)
    return workers if isinstance(workers, int) else None
