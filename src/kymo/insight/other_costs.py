"""What else takes a training's time: copies to the device, and logging."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent

_COPY_MATTERS = 0.1
_LOGGING_MATTERS = 0.05


def copying(recent: Recent) -> Finding | None:
    """That moving batches to their device takes its time."""
    share = recent.share("copy")
    if share < _COPY_MATTERS:
        return None
    return Finding(
        "copy",
        severity_of(share),
        f"Steps spend {100 * share:.0f} % of their time on moving the batch to its device.",
        recent.evidence("pipeline/copy", "pipeline/copy_p50", "pipeline/step_time_p50"),
        0.7,
        "Give the DataLoader pin_memory=True, so that copies go on while the device computes, and move images as bytes "
        "(uint8) that the device turns into floats.",
        gain_without(share),
        "Train on batches that are on the device already.",
        recent.since,
    )


def logging_cost(recent: Recent) -> Finding | None:
    """That logging takes its time."""
    share = recent.share("logging")
    if share < _LOGGING_MATTERS:
        return None
    return Finding(
        "logging",
        severity_of(share),
        f"Steps spend {100 * share:.0f} % of their time on logging.",
        recent.evidence("pipeline/logging", "pipeline/logging_p50", "pipeline/step_time_p50"),
        0.8,
        "Log less often, or fewer numbers: every tenth step draws the same curve.",
        gain_without(share),
        "",
        recent.since,
    )
