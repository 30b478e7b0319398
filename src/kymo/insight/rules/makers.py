"""Those who make a training's batches, and what they spend their time on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from kymo.insight.recent import Recent

_MAIN = 0.5  # of the time of making batches: a part that takes as much is named
_SPARE = 70.0  # percent of their time at most: makers that are at it for less have time to spare
_READY = 50.0  # percent of the batches that were asked for, which were not ready
_PARTS = {"batch_fetch": "the dataset's own part", "batch_collate": "collating samples into batches"}


@dataclass(frozen=True)
class Makers:
    """Worker processes, or the process that trains.

    Attributes:
        workers: How many processes make the batches; 0: the training itself; None where that is not known.
        cores: How many cores there are for them; None where that is not known.
        at_work: How much of their time they had a core, from 0 to 1; None where that is not known.
        wait_for_core: How much of their time they could have run and had none; 0 where that is not known.
        have_time: Whether they have time to spare, so that batches lie ready; None where that is not known.
        part: What most of the time goes into, in words; "" where no part has most of it, or that is not known.
        collates: Whether most of it goes into collating.
    """

    workers: int | None
    cores: float | None
    at_work: float | None
    wait_for_core: float = 0.0
    have_time: bool | None = None
    part: str = ""
    collates: bool = False

    @classmethod
    def of(cls, recent: Recent) -> Self:
        """Those of a run, as far as its series tell of them."""
        known = recent.get("pipeline/workers")
        workers = None if known is None else int(known)
        cores = recent.get("host/cores")
        at_work, waits = _times(recent, workers, cores)
        collates = (recent.get("pipeline/batch_collate") or 0.0) / 100 >= _MAIN
        return cls(workers, cores, at_work, waits, _have_time(recent), _main_part(recent), collates)

    @property
    def waiting(self) -> float | None:
        """How much of their time they wait for something that is no core: a disk, a network, a lock."""
        return None if self.at_work is None else max(0.0, 1 - self.at_work - self.wait_for_core)


def taking_over(recent: Recent) -> float:
    """The share of all the time that goes into taking over batches that workers have made, from 0 to 1.

    Where makers have time to spare, batches lie ready and the median wait is that; where not, it is what the training's
    thread is at work meanwhile. How many batches lie in the queue tells less: there they are while they are still sent.
    """
    waits, at_work = recent.share("data_wait"), recent.get("pipeline/data_wait_cpu")
    if waits is None or not recent.get("pipeline/workers"):
        return 0.0
    have_time, empty = _have_time(recent), recent.get("pipeline/queue_empty")
    is_ready = have_time if have_time is not None else empty is not None and empty < _READY
    wait, step = recent.get("pipeline/data_wait_p50"), recent.get("pipeline/step_time_p50")
    if is_ready and wait is not None and step:
        return min(waits, wait / step)
    return waits * (at_work or 0.0) / 100


def _have_time(recent: Recent) -> bool | None:
    busy = recent.get("pipeline/makers_busy")
    return None if busy is None else busy < _SPARE


def _times(recent: Recent, workers: int | None, cores: float | None) -> tuple[float | None, float]:
    """At work, and waiting for a core."""
    at_work = recent.get("pipeline/batch_cpu")
    if at_work is not None:
        return at_work / 100, (recent.get("pipeline/batch_core_wait") or 0.0) / 100
    if workers:
        used = recent.get("host/workers_cpu")
        if used is None or cores is None:
            return None, 0.0
        return used / 100 * cores / workers, (recent.get("host/workers_core_wait") or 0.0) / 100
    used = recent.get("pipeline/data_wait_cpu")
    if used is None:
        return None, 0.0
    # What the training's thread waits for a core is no wait for data, and is left out.
    had_core = 1 - (recent.get("pipeline/data_wait_core") or 0.0) / 100
    return used / 100 / max(had_core, 0.01), 0.0


def _main_part(recent: Recent) -> str:
    transforms = recent.below("pipeline/transform/")
    name = max(transforms, key=transforms.__getitem__, default="")
    if name and transforms[name] / 100 >= _MAIN:
        return f"the transform {name}"
    if (recent.get("pipeline/batch_transform") or 0.0) / 100 >= _MAIN:
        return "transforms" + (f", {name} most of all" if name else "")
    for part, words in _PARTS.items():
        if (recent.get(f"pipeline/{part}") or 0.0) / 100 >= _MAIN:
            return words
    return ""
