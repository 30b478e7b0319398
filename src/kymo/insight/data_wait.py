"""A training that waits for its data, and for what of it."""

from __future__ import annotations

import math

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent

_MATTERS = 0.05  # of the time
_HAND_OVER_MATTERS = 0.1
_CROWDED = 0.25  # of the time of each worker, which waits for a core: more workers would find none
_PRESSED = 20.0  # percent of the time in which somebody waited for a disk
_AT_WORK = (
    0.5  # of the time of each worker: one that is at work for less, or waits for a core, waits for something else
)
_SPARE = 1.25  # so many times the workers that would just do

_EVIDENCE = (
    "pipeline/data_wait",
    "pipeline/data_wait_p50",
    "pipeline/data_wait_cpu",
    "pipeline/data_wait_core",
    "pipeline/step_time_p50",
    "pipeline/workers",
    "pipeline/queue_empty",
    "host/cores",
    "host/cpu",
    "host/workers_cpu",
    "host/workers_core_wait",
    "host/pressure_io",
    "host/process_disk_read",
)


def data_wait(recent: Recent) -> Finding | None:
    """Why a training waits for its data, if it does.

    What could be gained is bounded by the wait that nothing hides: while a GPU is busy, the host may wait at no cost.

    Args:
        recent: What was sampled.
    """
    share = recent.share("data_wait") * _idle(recent)
    busiest = max(recent.gpus().values(), default=None)
    exposed = share if busiest is None else min(share, 1 - busiest / 100)
    if exposed < _MATTERS:
        return None
    cause, told, advice, confidence, experiment = _cause(recent, share)
    return Finding(
        cause,
        severity_of(exposed),
        f"Steps wait {100 * share:.0f} % of their time for the next batch: {told}",
        recent.evidence(*_EVIDENCE),
        confidence,
        advice,
        gain_without(exposed),
        experiment,
        recent.since,
    )


def hand_over(recent: Recent) -> Finding | None:
    """That taking batches over from workers, which have them ready, takes its time.

    Args:
        recent: What was sampled.
    """
    share = recent.share("data_wait") * (recent.get("pipeline/data_wait_cpu") or 0.0) / 100
    if not recent.get("pipeline/workers") or share < _HAND_OVER_MATTERS:
        return None
    return Finding(
        "hand_over",
        severity_of(share),
        f"Steps spend {100 * share:.0f} % of their time on taking batches over from the workers.",
        recent.evidence(*_EVIDENCE),
        0.7,
        "Hand over fewer and larger tensors: a batch as one tensor rather than a list of objects, bytes (uint8) rather "
        "than floats; where a sample takes little time to make, try num_workers=0.",
        gain_without(share),
        "Train with num_workers=0.",
        recent.since,
    )


def _idle(recent: Recent) -> float:
    """How much of the wait for batches the training's thread could do nothing but wait for their making, from 0 to 1.

    Without a core, it waits for other processes, whatever it is about to do. Where workers make the batches, what it is
    at work with is taking them over.
    """
    at_work = (recent.get("pipeline/data_wait_cpu") or 0.0) if recent.get("pipeline/workers") else 0.0
    return max(0.0, 1 - ((recent.get("pipeline/data_wait_core") or 0.0) + at_work) / 100)


def _cause(recent: Recent, share: float) -> tuple[str, str, str, float, str]:
    """What it waits for: the cause, in words, what to do, how sure that is, and what would make surer."""
    workers, cores = int(recent.get("pipeline/workers") or 0), recent.get("host/cores") or 1.0
    at_work, waits = _time_of_makers(recent, workers, cores)
    if at_work + waits < _AT_WORK:
        return _blocked(recent, workers)
    if not workers:
        wanted = _wanted(share, 1, cores)
        return (
            "no_workers",
            "the training process makes each batch itself.",
            f"Give the DataLoader num_workers={wanted}, and persistent_workers=True.",
            0.9,
            "",
        )
    if waits >= _CROWDED or workers >= cores:
        return (
            "cpu_bound",
            f"its {workers} workers keep the {cores:g} usable cores busy, and more of them would find none.",
            "Make what they do for a sample cheaper: decode smaller images, store what is always the same, or augment "
            "whole batches on the GPU. Workers beyond the number of cores only take turns.",
            0.8,
            "Train on batches that were made before: the time of a step is then what the training itself takes.",
        )
    wanted = _wanted(share, workers, cores)
    return (
        "too_few_workers",
        f"its {workers} worker{'s are' if workers > 1 else ' is'} always at work, while cores are free.",
        f"Raise the DataLoader's num_workers from {workers} to {wanted}.",
        0.9,
        "",
    )


def _time_of_makers(recent: Recent, workers: int, cores: float) -> tuple[float, float]:
    """How much of the time those who make batches were at work, and waited for a core; each from 0 to 1."""
    if workers:
        at_work = (recent.get("host/workers_cpu") or 0.0) / 100 * cores / workers
        return at_work, (recent.get("host/workers_core_wait") or 0.0) / 100
    had_core = 1 - (recent.get("pipeline/data_wait_core") or 0.0) / 100
    return (recent.get("pipeline/data_wait_cpu") or 0.0) / 100 / max(had_core, 0.01), 0.0


def _blocked(recent: Recent, workers: int) -> tuple[str, str, str, float, str]:
    who = "its workers are" if workers else "the training process is"
    if (recent.get("host/pressure_io") or 0.0) >= _PRESSED:
        return (
            "disk",
            f"{who} mostly waiting for a disk.",
            "Read less or faster: a local SSD, larger files read in a row, smaller images, or a copy in memory.",
            0.8,
            "Train a second epoch on few samples: what comes from memory then comes at once.",
        )
    return (
        "blocked",
        f"{who} mostly waiting, but neither for a core nor for a local disk: for network storage, a lock or a service.",
        "Copy the data to a local disk first; until then, more workers wait side by side: raise num_workers.",
        0.7,
        "Time one sample alone: `dataset[0]`.",
    )


def _wanted(share: float, workers: int, cores: float) -> int:
    """How many workers make a batch in the time that a step needs without waiting, as far as there are cores."""
    needed = _SPARE * workers / max(1 - share, 0.01)
    return max(workers + 1, min(math.ceil(needed), math.floor(cores)))
