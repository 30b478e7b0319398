"""Steps of the optimizer that are too long or too short, and weights that it does not move."""

from __future__ import annotations

from kymo.insight.finding import Finding
from kymo.insight.health.inside import Inside, median

_FEWEST = 8  # samples
_FIRST = 4
_LONG, _LONG_AT_FIRST, _VERY_LONG = 0.1, 0.15, 0.3  # of the weights
_SHORT = 2e-5
_LONG_WHY = (
    "An update of about a thousandth of the weights is what usually works. Where a step changes a tenth of them, it "
    "undoes what earlier batches taught, and the training follows the noise "
    "of single batches, or diverges."
)
_SHORT_WHY = (
    "An update of about a thousandth of the weights is what usually works. At a hundred-thousandth it takes a "
    "hundred thousand steps to change a weight by its own size: the network stays "
    "what its random initialization made it."
)
_STILL_WHY = (
    "Gradients reach a parameter only along operations that torch records. `detach()`, `.data`, `.item()`, "
    "`torch.no_grad()`, an argmax, or a part that the loss does not depend on cut the "
    "way, without any error: the rest of the network learns around what stays as it was initialized."
)
_FROZEN_WHY = (
    "A parameter with `requires_grad=False` gets no gradient. That is what one wants of a backbone that was trained "
    "before, and a common mistake elsewhere: it stays as it was initialized."
)


def step_length(inside: Inside) -> list[Finding]:
    """That the optimizer changes too much of the weights in a step, or almost nothing."""
    total = inside.get("", "update_ratio")
    if total is None or len(total.values) < _FEWEST:
        return []
    recent, whole = median(total.recent), median(total.values)
    # Weights that were thrown far away are changed little, in relation to what they are, by the steps that follow.
    first = median(total.values[:_FIRST])
    longest = recent if recent >= _LONG else first
    when = "" if longest == recent else " at first"
    if longest >= (_LONG if longest == recent else _LONG_AT_FIRST):
        return [
            Finding(
                "updates_too_large",
                "critical" if longest >= _VERY_LONG else "warning",
                f"A step changes {100 * longest:.0f} % of the weights{when}, where a tenth of a percent is usual.",
                {"health/update_ratio": longest},
                0.7,
                f"Lower the learning rate, about {max(3, round(longest / 0.003))}fold, or warm it up.",
                why=_LONG_WHY,
            )
        ]
    if 0 < whole < _SHORT and recent < _SHORT:
        return [
            Finding(
                "updates_too_small",
                "warning",
                f"A step changes {100 * recent:.2g} % of the weights, where a tenth of a percent is usual: the "
                "network hardly moves.",
                {"health/update_ratio": recent},
                0.7,
                f"Raise the learning rate, tenfold first; about {1e-3 / max(recent, 1e-12):.0g} times is usual.",
                why=_SHORT_WHY,
            )
        ]
    return []


def not_moving(inside: Inside) -> list[Finding]:
    """Parameters that get no gradient although others do."""
    gradients = inside.recent("grad_norm")
    if not any(norm > 0 for norm in gradients.values()):
        return []
    found = []
    seen = inside.each("weight_norm")
    still = [
        each.name
        for each in inside.parameters
        if each.trainable and each.size and (each.name in seen and gradients.get(each.name, 0.0) == 0)
    ]
    # A layer that dead or saturated units cut off has another cause.
    units = (*inside.recent("dead_units").values(), *inside.recent("saturated_units").values())
    if still and not any(share >= 100 for share in units):
        found.append(
            Finding(
                "no_gradient",
                "warning",
                f"{_listed(still)} no gradient, while the rest of the network learns.",
                {f"health/{name}/grad_norm": gradients.get(name, 0.0) for name in still[:5]},
                0.85,
                "Look for `detach()`, `.data`, `torch.no_grad()` or `.item()` between it and the loss; a part that "
                "is not used can go.",
                why=_STILL_WHY,
                layers=tuple(still),
            )
        )
    frozen = [each.name for each in inside.parameters if not each.trainable and each.size]
    if frozen:
        count = sum(each.size for each in inside.parameters if not each.trainable)
        share = 100 * count / max(1, sum(each.size for each in inside.parameters))
        found.append(
            Finding(
                "frozen",
                "notice",
                f"{share:.0f} % of the network is frozen (`requires_grad=False`): {_some(frozen)}.",
                {},
                0.95,
                "If that is not meant, set `requires_grad_(True)` before the optimizer is made.",
                why=_FROZEN_WHY,
                layers=tuple(frozen),
            )
        )
    return found


def _listed(names: list[str]) -> str:
    return f"{_some(names)} {'gets' if len(names) == 1 else 'get'}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} others" if len(names) > 3 else "")
