"""What keeps those busy, or waiting, who make a training's batches."""

from __future__ import annotations

import math
from typing import NamedTuple

from kymo.insight.recent import Recent
from kymo.insight.rules.makers import Makers

_CROWDED = 0.25  # of the time of each worker, which waits for a core: more workers would find none
_FULL = 85.0  # percent of the cores' time, all processes together
_OWN = 60.0  # percent of the cores' time that the workers have where nothing else takes it from them
_PRESSED = 20.0  # percent of the time in which somebody waited for a disk
_WAITING = 0.5  # of the time of each maker, which waits for something that is no core
_WAITING_FOR_DISK = 0.25  # where it is known to read from a disk, which takes some of a core's time, too
_COLD = 0.5  # of what is read, which comes from the disk
_READS = 1e6  # bytes per second from the disk, at least
_UNEVEN = 20.0  # so many times the median are the slowest samples, or waits: they, and not the common ones, are missed
_FAULTS = 1.0  # of a batch, each a read from a disk
_SPARE = 1.25  # so many times the workers that would just do
_SAME_BATCH = "Train on one batch that is kept, again and again: the time of a step is then what training itself takes."


class Cause(NamedTuple):
    """Why batches come late.

    Attributes:
        name: As a word for programs.
        told: The end of a sentence.
        advice: What to change.
        confidence: How sure it is, from 0 to 1.
        experiment: What would make surer; "" where it is sure.
    """

    name: str
    told: str
    advice: str
    confidence: float
    experiment: str = ""


def cause_of(recent: Recent, makers: Makers, share: float) -> Cause:
    """Why batches come late.

    Args:
        recent: What was sampled.
        makers: Who makes the batches.
        share: Of the time, which is waited, from 0 to 1.
    """
    waiting = makers.waiting
    if waiting is None:
        return _unknown("nothing tells what those who make it are doing.")
    if uneven := _uneven(recent, makers):
        return uneven
    if waiting > _WAITING or (waiting > _WAITING_FOR_DISK and (_reads_cold(recent) or _faults(recent))):
        if makers.workers is None:
            return _unknown("the training's thread is idle meanwhile, and nothing tells who makes it.")
        return _blocked(recent, makers)
    if not makers.workers:
        return _no_workers(makers, share)
    if makers.collates:
        return Cause(
            "collate",
            f"its {_workers(makers.workers)} mostly at collating samples into batches.",
            "Have the samples be tensors of one shape and dtype, which are stacked at once, and as few of them as will "
            "do; or read whole batches from the dataset, with `__getitems__` or an iterable of batches.",
            0.8,
            "Time `loader.collate_fn` on a list of samples.",
        )
    return _at_work(recent, makers, makers.workers, share)


def _unknown(told: str) -> Cause:
    return Cause(
        "data_wait",
        told,
        "Give `run.batches` a torch DataLoader, so that the run can tell what its workers do.",
        0.4,
        _SAME_BATCH,
    )


def _no_workers(makers: Makers, share: float) -> Cause:
    wanted = _wanted(share, 1, makers.cores or 1.0)
    if makers.workers is None:
        return Cause(
            "no_workers",
            f"the training's own thread is at work on it{_mostly(makers)}.",
            f"Make the batches in a torch DataLoader with num_workers={wanted}.",
            0.7,
            _SAME_BATCH,
        )
    return Cause(
        "no_workers",
        f"the training process makes each batch itself{_mostly(makers)}.",
        f"Give the DataLoader num_workers={wanted}, and persistent_workers=True.",
        0.9,
    )


def _at_work(recent: Recent, makers: Makers, workers: int, share: float) -> Cause:
    """Workers that are at work, or would be if they had a core."""
    cores = makers.cores or float(workers)
    crowded = makers.wait_for_core >= _CROWDED
    used, own = recent.get("host/cpu"), recent.get("host/workers_cpu")
    if crowded and used is not None and own is not None and used >= _FULL and own <= _OWN:
        training = recent.get("host/process_cpu") or 0.0
        if training >= used - own - training:
            advice = (
                f"Leave them some cores: `torch.set_num_threads({max(1, math.floor(cores) - workers)})` in the training"
            )
        else:
            advice = "End what else runs on this machine, or train on another one"
        return Cause(
            "oversubscribed",
            f"its {_workers(workers)} waiting for a core, and others keep the {_usable(cores)} busy.",
            f"{advice}; fewer workers would wait less and do as much.",
            0.7,
        )
    if crowded or workers >= cores:
        return Cause(
            "cpu_bound",
            f"its {'worker keeps' if workers == 1 else f'{workers} workers keep'} the {_usable(cores)} busy, "
            f"and more of them would find none{_mostly(makers)}.",
            "Make what they do for a sample cheaper: decode smaller images, store what is always the same, or augment "
            "whole batches on the GPU. Workers beyond the number of cores only take turns.",
            0.8,
            _SAME_BATCH,
        )
    wanted = _wanted(share, workers, cores)
    return Cause(
        "too_few_workers",
        f"its {_workers(workers)} always at work, while cores are free{_mostly(makers)}.",
        f"Raise the DataLoader's num_workers from {workers} to {wanted}.",
        0.9,
    )


def _blocked(recent: Recent, makers: Makers) -> Cause:
    who = f"its {_workers(makers.workers)}" if makers.workers else "the training process is"
    if _faults(recent):
        return Cause(
            "mapped_file",
            f"{who} mostly waiting for pages of a memory-mapped file, each read from the disk when it is touched.",
            "Read in the order in which the file lies, larger pieces at a time, or copy it into memory once: "
            "`np.load(path)` rather than `mmap_mode`.",
            0.8,
            "Train a second epoch on few samples: what comes from memory then comes at once.",
        )
    if (recent.get("host/pressure_io") or 0.0) >= _PRESSED or _reads_cold(recent):
        read = recent.get("pipeline/batch_read_disk")
        each = f", from which a batch takes {read / 1e6:.2g} MB" if read else ""
        return Cause(
            "disk",
            f"{who} waiting for a disk{each}.",
            "Read less or faster: a local SSD, larger files read in a row, smaller images, or a copy in memory.",
            0.8,
            "Train a second epoch on few samples: what comes from memory then comes at once.",
        )
    return Cause(
        "blocked",
        f"{who} mostly waiting, but neither for a core nor for a local disk: for network storage, a lock or a service.",
        "Copy the data to a local disk first; until then, more workers wait side by side: raise num_workers.",
        0.7,
        "Time one sample alone: `dataset[0]`.",
    )


def _reads_cold(recent: Recent) -> bool:
    """Whether most of what makers read comes from a disk, and it is not little."""
    read, cold = recent.get("pipeline/batch_read"), recent.get("pipeline/batch_read_disk")
    rate = recent.get("pipeline/batch_rate")
    if read is None or cold is None or rate is None:
        return False
    return cold >= _COLD * read and cold * rate >= _READS


def _faults(recent: Recent) -> bool:
    """Whether makers wait for pages of mapped files."""
    return (recent.get("pipeline/batch_major_faults") or 0.0) >= _FAULTS


def _uneven(recent: Recent, makers: Makers) -> Cause | None:
    """Few samples that take very long, while the others would be in time."""
    told = _uneven_one(recent, "sample") or _uneven_one(recent, "batch")
    is_seen = bool(told)
    if not told and _comes_in_bursts(recent, makers):
        told = "it mostly lies ready, but now and then one is long in coming"
    if not told:
        return None
    return Cause(
        "slow_samples",
        f"{told}, and the batches behind it wait for their turn.",
        "Find the samples that take so long, and store them smaller; a larger prefetch_factor bridges what is left.",
        0.7 if is_seen else 0.5,
        "Time each sample once: `dataset[index]`.",
    )


def _uneven_one(recent: Recent, what: str) -> str:
    """How much longer one in a hundred takes than the others; "" where it does not."""
    common, slowest = recent.get(f"pipeline/{what}_time_p50"), recent.get(f"pipeline/{what}_time_p99")
    if common is None or slowest is None or slowest < _UNEVEN * max(common, 0.01):
        return ""
    return f"one {what} in a hundred takes {slowest:.3g} ms, the median {common:.2g} ms"


def _comes_in_bursts(recent: Recent, makers: Makers) -> bool:
    common, longest = recent.get("pipeline/data_wait_p50"), recent.get("pipeline/data_wait_p99")
    step = recent.get("pipeline/step_time_p50")
    if common is None or longest is None or step is None or not makers.workers:
        return False
    return common < 0.05 * step and longest > step and makers.have_time is not False


def _workers(count: int | None) -> str:
    return f"{count} worker{'s are' if count != 1 else ' is'}"


def _usable(cores: float) -> str:
    return f"{cores:g} usable core{'s' if cores != 1 else ''}"


def _mostly(makers: Makers) -> str:
    return f", most of all {makers.part}" if makers.part else ""


def _wanted(share: float, workers: int, cores: float) -> int:
    """How many workers make a batch in the time that a step needs without waiting, as far as there are cores."""
    needed = _SPARE * workers / max(1 - share, 0.01)
    return max(workers + 1, min(math.ceil(needed), math.floor(cores)))
