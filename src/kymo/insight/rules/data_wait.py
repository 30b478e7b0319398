"""A training that waits for its data."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.rules.makers import Makers, taking_over
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
    "pipeline/gpu_wait",
    "pipeline/gpu_wait_share",
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

    It is told where the training waits for batches to be made: not for a core, and not for taking over what is ready.
    What could be gained is all of the wait that nothing hides: while a GPU is busy, the host may wait at no cost.

    Args:
        recent: What was sampled.
    """
    waits = recent.share("data_wait")
    if waits is None:
        return None
    for_making = max(0.0, waits * (1 - (recent.get("pipeline/data_wait_core") or 0.0) / 100) - taking_over(recent))
    if for_making <= 0:
        return None
    exposed, is_doubtful = _exposed(recent, waits)
    cause = cause_of(recent, Makers.of(recent), waits)
    text = f"Steps wait {100 * waits:.0f} % of the time for the next batch: {cause.told}"
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
    return Suspicion(min(exposed, for_making) / _MATTERS, finding)


def _exposed(recent: Recent, share: float) -> tuple[float, bool]:
    """How much of the time no GPU hides the wait, and whether that is doubtful.

    Events in a GPU's stream tell it. Without them, a GPU counts as having work for a whole period in which it had any,
    so short kernels make it look busier than it is; where it tells how many of its multiprocessors were at work, that
    is the least that it was busy.
    """
    known = recent.share("gpu_wait_share")
    if known is not None:
        return min(share, known), False
    most, least = 0.0, 0.0
    for gpu in recent.gpus():
        had_work = recent[f"{gpu}/utilization"] / 100
        at_work = recent.get(f"{gpu}/sm_active")
        most = max(most, had_work)
        least = max(least, had_work if at_work is None else at_work / 100)
    return min(share, 1 - least), least < _DOUBTFUL * most and 1 - most < share


def _told_by_gpus(recent: Recent) -> list[str]:
    return [f"{gpu}/{name}" for gpu in recent.gpus() for name in ("utilization", "sm_active")]
