"""What is wrong with the learning of a run, all rules together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kymo.insight.finding import Finding
from kymo.insight.health.curves import curve_findings, curves_of
from kymo.insight.health.finiteness import not_finite
from kymo.insight.health.gradients import exploding, vanishing
from kymo.insight.health.inside import Inside
from kymo.insight.health.scale import collapse, initial_scale
from kymo.insight.health.units import dead, saturated
from kymo.insight.health.updates import not_moving, step_length

if TYPE_CHECKING:
    from kymo.store import Run

_RULES = (exploding, vanishing, dead, saturated, collapse, initial_scale, step_length, not_moving)


def health_findings(run: Run) -> list[Finding]:
    """What is wrong with what a run learns, from the series of its network and from its losses; empty where nothing is.

    Args:
        run: The run. What goes on inside its network is known where it was watched, with `run.watch` or
            `kymo.ModelWatch`; its losses are those whose tags hold the word.
    """
    inside, curves = Inside.of(run), curves_of(run)
    lost = not_finite(inside, curves)
    if lost:
        # All else follows from it.
        return lost
    found = curve_findings(curves)
    if inside.is_known:
        for rule in _RULES:
            found += rule(inside)
    # That nothing is learnt is what the others explain.
    return sorted(found, key=lambda finding: finding.cause == "not_learning")
