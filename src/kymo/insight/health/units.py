"""Units that have stopped to do anything."""

from __future__ import annotations

from kymo.insight.finding import Finding
from kymo.insight.health.inside import Inside

_DEAD, _ALL_DEAD = 50.0, 90.0  # percent
_SATURATED = 50.0
_DEAD_WHY = (
    "A ReLU passes what is above 0, and its slope is 0 below. A unit whose input is below 0 for every sample gives "
    "0, gets no gradient, and so can never come back: it is a part of the "
    "network that is paid for and does nothing. One batch that does not need a unit is no sign of it; these let "
    "nothing pass in any of the last samples."
)
_SATURATED_WHY = (
    "At the ends of its range a tanh or a sigmoid is flat: whatever its input does there, its output stays the same, "
    "and its slope, which the gradient is multiplied by, is near 0. A "
    "unit that is there for nearly every sample passes almost no gradient on to what comes before it."
)


def dead(inside: Inside) -> list[Finding]:
    """That most units of a layer let nothing pass."""
    shares = {name: share for name, share in inside.recent("dead_units").items() if share >= _DEAD}
    if not shares:
        return []
    worst = max(shares, key=lambda name: shares[name])
    others = "" if len(shares) == 1 else f", and of {len(shares) - 1} more,"
    return [
        Finding(
            "dead_units",
            "critical" if shares[worst] >= _ALL_DEAD else "warning",
            f"{shares[worst]:.0f} % of the units of layer {worst}{others} let nothing pass: they are dead.",
            {f"health/{name}/dead_units": share for name, share in shares.items()},
            0.9,
            "Lower the learning rate, look at the biases before that layer, and initialize them with 0; LeakyReLU or "
            "GELU lets units come back.",
            why=_DEAD_WHY,
            layers=tuple(shares),
        )
    ]


def saturated(inside: Inside) -> list[Finding]:
    """That most units of a layer are at an end of their range."""
    shares = {name: share for name, share in inside.recent("saturated_units").items() if share >= _SATURATED}
    if not shares:
        return []
    worst = max(shares, key=lambda name: shares[name])
    return [
        Finding(
            "saturated_units",
            "critical" if shares[worst] >= _ALL_DEAD else "warning",
            f"{shares[worst]:.0f} % of the units of layer {worst} are at an end of their range nearly always.",
            {f"health/{name}/saturated_units": share for name, share in shares.items()},
            0.85,
            "Scale the inputs to a mean of 0 and a deviation of 1, initialize smaller "
            "(`torch.nn.init.xavier_uniform_`), lower the learning rate, or normalize before the activation.",
            why=_SATURATED_WHY,
            layers=tuple(shares),
        )
    ]
