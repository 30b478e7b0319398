"""What holds a run back, all rules together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kymo.insight.data_wait import data_wait, hand_over
from kymo.insight.finding import SEVERITIES, Finding
from kymo.insight.other_costs import copying, logging_cost
from kymo.insight.recent import Recent
from kymo.insight.throttling import throttling

if TYPE_CHECKING:
    from kymo.store import Run

RULES = (data_wait, hand_over, copying, logging_cost, throttling)


def diagnosed(run: Run) -> list[Finding]:
    """What is found out about a run from its series, what matters most first.

    It is never empty: that nothing holds the run back, and that too little is known, are findings, too.

    Args:
        run: The run; one that `kymo.Run` recorded, while it goes on or afterwards.
    """
    recent = Recent.of(run)
    if "pipeline/step_time_p50" not in run:
        return [
            Finding(
                "unknown",
                "notice",
                "The run tells nothing of its steps, so nothing can be said about what holds it back.",
                advice="Train in the loops of a kymo.Run: `for batch in run.batches(loader)`.",
            )
        ]
    if not recent.is_enough:
        return [
            Finding(
                "unknown",
                "notice",
                "The run has made steps for a few seconds only, which is too short to judge by.",
                experiment="Look again in some seconds.",
            )
        ]
    found = [finding for rule in RULES if (finding := rule(recent)) is not None]
    return sorted(found, key=_weight, reverse=True) or [_healthy(recent)]


def _weight(finding: Finding) -> tuple[int, float]:
    return SEVERITIES.index(finding.severity), finding.gain or 1.0


def _healthy(recent: Recent) -> Finding:
    return Finding(
        "healthy",
        "good",
        f"Nothing holds it back: {100 * recent.share('step'):.0f} % of the steps' time is the training itself.",
        recent.evidence("pipeline/step", "pipeline/data_wait", "pipeline/logging", "pipeline/step_time_p50"),
        0.9,
        since=recent.since,
    )
