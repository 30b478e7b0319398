"""A training whose logging takes its time."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.suspicion import Suspicion

_MATTERS = 0.05  # of the time


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
    return Suspicion(share / _MATTERS, finding)
