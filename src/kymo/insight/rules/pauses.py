"""Pauses between steps that take much of the time: validations, checkpoints, and waiting for an epoch to begin."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.suspicion import Suspicion

_VALIDATIONS_MATTER = 0.25  # of the time
_CHECKPOINTS_MATTER = 0.05
_STARTS_MATTER = 0.05
_STARTS = 2  # epochs that began, at least: the first one says nothing of the next


def validations(recent: Recent) -> Suspicion | None:
    """That much of the time is validation.

    Args:
        recent: What was sampled.
    """
    return _of(
        recent,
        "validation",
        _VALIDATIONS_MATTER,
        "Validations take {share} of the time, {mean} each.",
        "Validate less often, on fewer samples, or with larger batches: no gradients need memory there.",
    )


def checkpoints(recent: Recent) -> Suspicion | None:
    """That much of the time is saving checkpoints.

    Args:
        recent: What was sampled.
    """
    return _of(
        recent,
        "checkpoint",
        _CHECKPOINTS_MATTER,
        "Checkpoints keep the training for {share} of the time, {mean} each.",
        "Save less often, or to a faster disk.",
    )


def epoch_starts(recent: Recent) -> Suspicion | None:
    """That each epoch begins with a long wait, mostly for workers to start.

    Args:
        recent: What was sampled.
    """
    if len(recent.pauses("pipeline/first_batch")) < _STARTS:
        return None
    workers = recent.get("pipeline/workers")
    if workers:
        advice = "Give the DataLoader persistent_workers=True: its workers then live on from epoch to epoch."
    else:
        advice = "See what the dataset or the sampler does when an epoch begins, and do it once."
    return _of(
        recent,
        "first_batch",
        _STARTS_MATTER,
        "Epochs wait {share} of the time for their first batch, {mean} each.",
        advice,
        "epoch_starts",
    )


def _of(
    recent: Recent, name: str, matters: float, text: str, advice: str, cause: str | None = None
) -> Suspicion | None:
    tag = f"pipeline/{name}"
    took = recent.pauses(tag)
    if not took:
        return None
    share, mean = recent.paused_share(tag), sum(took) / len(took)
    evidence = {tag: 1000 * mean} | recent.evidence("pipeline/step_time_p50", "pipeline/workers")
    finding = Finding(
        cause or name,
        severity_of(share),
        text.format(share=f"{100 * share:.0f} %", mean=f"{mean:.2g} s"),
        evidence,
        0.8,
        advice,
        gain_without(share),
    )
    return Suspicion(share / matters, finding)
