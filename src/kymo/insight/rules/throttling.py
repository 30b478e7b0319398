"""A GPU whose clock is held down."""

from __future__ import annotations

from kymo.insight.finding import Finding, Severity
from kymo.insight.recent import Recent
from kymo.insight.suspicion import Suspicion

_HEAT = ("thermal_software", "thermal_hardware", "hardware_slowdown")
_HEAT_MATTERS = 0.1  # of the time
_LIMIT_MATTERS = 0.5
_SEVERE = 0.5


def throttling(recent: Recent) -> Suspicion | None:
    """That a GPU is slowed down by heat.

    Args:
        recent: What was sampled.
    """
    return _most(
        recent,
        _HEAT,
        _HEAT_MATTERS,
        cause="throttled",
        told="is hot, and its clock is held down {share} of the time.",
        advice="See to its cooling, or lower its power limit a little: it then keeps its clock.",
    )


def power_limited(recent: Recent) -> Suspicion | None:
    """That a GPU's clock is held down by its power limit or the power supply.

    Args:
        recent: What was sampled.
    """
    return _most(
        recent,
        ("power_cap", "power_brake"),
        _LIMIT_MATTERS,
        cause="power_limited",
        told="is at its power limit, and its clock is held down {share} of the time.",
        advice="A card at its limit does what it was made for: raise the limit where the card and its cooling allow, "
        "or let the tensor cores do more for a watt (bfloat16 rather than float32).",
        severity="notice",
    )


def _most(
    recent: Recent,
    reasons: tuple[str, ...],
    matters: float,
    *,
    cause: str,
    told: str,
    advice: str,
    severity: Severity | None = None,
) -> Suspicion | None:
    """The GPU that is held down most."""
    found: list[Suspicion] = []
    for gpu in recent.gpus():
        slowed = recent.evidence(*(f"{gpu}/throttled_{reason}" for reason in reasons))
        share = max(slowed.values(), default=0.0)
        if share <= 0:
            continue
        numbers = recent.evidence(f"{gpu}/temperature", f"{gpu}/clock_sm", f"{gpu}/power", f"{gpu}/utilization")
        finding = Finding(
            cause,
            severity or ("warning" if share >= _SEVERE else "notice"),
            f"{gpu.removeprefix('device/')} {told.format(share=f'{100 * share:.0f} %')}",
            {**slowed, **numbers},
            0.9,
            advice,
        )
        found.append(Suspicion(share / matters, finding))
    return max(found, key=lambda suspicion: suspicion.strength, default=None)
