"""What else takes a training's time: copies to the device, and logging."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.suspicion import Suspicion

_COPY_MATTERS = 0.1
_LOGGING_MATTERS = 0.05


def copying(recent: Recent) -> Suspicion | None:
    """That moving batches to their device takes its time.

    Args:
        recent: What was sampled.
    """
    share = recent.share("copy")
    if share is None:
        return None
    finding = Finding(
        "copy",
        severity_of(share),
        f"Steps spend {100 * share:.0f} % of the time on moving the batch to its device.",
        recent.evidence("pipeline/copy", "pipeline/copy_p50", "pipeline/step_time_p50"),
        0.7,
        "Give the DataLoader pin_memory=True, so that copies go on while the device computes, and move images as bytes "
        "(uint8) that the device turns into floats.",
        gain_without(share),
        "Train on batches that are on the device already.",
    )
    return Suspicion(share / _COPY_MATTERS, finding)


def logging_cost(recent: Recent) -> Suspicion | None:
    """That logging takes its time.

    Args:
        recent: What was sampled.
    """
    share = recent.share("logging")
    if share is None:
        return None
    finding = Finding(
        "logging",
        severity_of(share),
        f"Steps spend {100 * share:.0f} % of the time on logging.",
        recent.evidence("pipeline/logging", "pipeline/logging_p50", "pipeline/step_time_p50"),
        0.8,
        "Log less often, or fewer numbers: every tenth step draws the same curve.",
        gain_without(share),
    )
    return Suspicion(share / _LOGGING_MATTERS, finding)
