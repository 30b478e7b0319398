"""What else takes a training's time: copies to the device, and logging."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.suspicion import Suspicion

_COPY_MATTERS = 0.1  # of the time
_LOGGING_MATTERS = 0.05


def copying(recent: Recent) -> Suspicion | None:
    """That moving batches to their device takes its time.

    Args:
        recent: What was sampled.
    """
    return _of(
        recent,
        "copy",
        _COPY_MATTERS,
        told="moving the batch to its device",
        confidence=0.7,
        advice="Give the DataLoader pin_memory=True, so that copies go on while the device computes, and move images "
        "as bytes (uint8) that the device turns into floats.",
        experiment="Train on batches that are on the device already.",
    )


def logging_cost(recent: Recent) -> Suspicion | None:
    """That logging takes its time.

    Args:
        recent: What was sampled.
    """
    return _of(
        recent,
        "logging",
        _LOGGING_MATTERS,
        told="logging",
        confidence=0.8,
        advice="Log less often, or fewer numbers: every tenth step draws the same curve.",
    )


def _of(
    recent: Recent, phase: str, matters: float, *, told: str, confidence: float, advice: str, experiment: str = ""
) -> Suspicion | None:
    share = recent.share(phase)
    if share is None:
        return None
    finding = Finding(
        phase,
        severity_of(share),
        f"Steps spend {100 * share:.0f} % of the time on {told}.",
        recent.evidence(f"pipeline/{phase}", f"pipeline/{phase}_p50", "pipeline/step_time_p50"),
        confidence,
        advice,
        gain_without(share),
        experiment,
    )
    return Suspicion(share / matters, finding)
