"""A training that waits for its data."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.rules.makers import Makers
from kymo.insight.rules.wait_causes import cause_of
from kymo.insight.suspicion import Suspicion

_MATTERS = 0.05  # of the time
_DOUBTFUL = 0.5  # of what a GPU tells of the time in which it had work, how much of its multiprocessors may be idle

EVIDENCE = (
    "pipeline/data_wait",
    "pipeline/data_wait_p50",
    "pipeline/data_wait_p99",
    "pipeline/data_wait_cpu",
    "pipeline/data_wait_core",
    "pipeline/step_time_p50",
    "pipeline/workers",
    "pipeline/queue_empty",
    "pipeline/makers_busy",
    "pipeline/batch_rate",
    "pipeline/batch_time_p50",
    "pipeline/batch_time_p99",
    "pipeline/batch_cpu",
    "pipeline/batch_core_wait",
    "pipeline/batch_blocked",
    "pipeline/batch_fetch",
    "pipeline/batch_transform",
    "pipeline/batch_collate",
    "pipeline/batch_read",
    "pipeline/batch_read_disk",
    "pipeline/batch_major_faults",
    "pipeline/sample_time_p50",
    "pipeline/sample_time_p99",
    "host/cores",
    "host/cpu",
    "host/process_cpu",
    "host/workers_cpu",
    "host/workers_core_wait",
    "host/pressure_io",
    "host/process_disk_read",
)


def data_wait(recent: Recent) -> Suspicion | None:
    """Why a training waits for its data, if it does.

    What could be gained is bounded by the wait that nothing hides: while a GPU is busy, the host may wait at no cost.

    Args:
        recent: What was sampled.
    """
    waits = recent.share("data_wait")
    if waits is None:
        return None
    share = waits * _idle(recent)
    exposed, is_doubtful = _exposed(recent, share)
    if share <= 0:
        return None
    cause = cause_of(recent, Makers.of(recent), share)
    text = f"Steps wait {100 * share:.0f} % of the time for the next batch: {cause.told}"
    experiment = cause.experiment
    if is_doubtful:
        experiment = "Train on one batch that stays on the GPU: its time is what the training alone takes."
    finding = Finding(
        cause.name,
        severity_of(exposed),
        text,
        recent.evidence(*EVIDENCE, *_told_by_gpus(recent)),
        cause.confidence * (0.7 if is_doubtful else 1.0),
        cause.advice,
        gain_without(exposed),
        experiment,
    )
    return Suspicion(exposed / _MATTERS, finding)


def _idle(recent: Recent) -> float:
    """How much of the wait for batches the training's thread could do nothing but wait for their making, from 0 to 1.

    Without a core, it waits for other processes, whatever it is about to do. Where workers make the batches, what it is
    at work with is taking them over.
    """
    at_work = (recent.get("pipeline/data_wait_cpu") or 0.0) if recent.get("pipeline/workers") else 0.0
    return max(0.0, 1 - ((recent.get("pipeline/data_wait_core") or 0.0) + at_work) / 100)


def _exposed(recent: Recent, share: float) -> tuple[float, bool]:
    """How much of the time no GPU hides the wait, and whether that is doubtful.

    A GPU counts as having work for a whole period in which it had any, so short kernels make it look busier than it is;
    where it tells how many of its multiprocessors were at work, that is the least that it was busy.
    """
    most, least = 0.0, 0.0
    for gpu in recent.gpus():
        had_work = recent[f"{gpu}/utilization"] / 100
        at_work = recent.get(f"{gpu}/sm_active")
        most = max(most, had_work)
        least = max(least, had_work if at_work is None else at_work / 100)
    return min(share, 1 - least), least < _DOUBTFUL * most and 1 - most < share


def _told_by_gpus(recent: Recent) -> list[str]:
    return [f"{gpu}/{name}" for gpu in recent.gpus() for name in ("utilization", "sm_active")]
