"""A GPU whose clock is held down."""

from __future__ import annotations

from kymo.insight.finding import Finding
from kymo.insight.recent import Recent

_HEAT = ("thermal_software", "thermal_hardware", "hardware_slowdown")


def throttling(recent: Recent) -> Finding | None:
    """That a GPU that has work to do is slowed down by heat. A card at its power limit does what it was made for."""
    for gpu in recent.gpus():
        slowed = recent.evidence(*(f"{gpu}/throttled_{reason}" for reason in _HEAT))
        if any(value > 0.5 for value in slowed.values()):
            numbers = recent.evidence(f"{gpu}/temperature", f"{gpu}/clock_sm", f"{gpu}/power", f"{gpu}/utilization")
            return Finding(
                "throttled",
                "warning",
                f"{gpu.removeprefix('device/')} is hot, and its clock is held down.",
                {**slowed, **numbers},
                0.9,
                "See to its cooling, or lower its power limit a little: it then keeps its clock.",
                since=recent.since,
            )
    return None
