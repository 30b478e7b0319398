"""Gradients that vanish or explode on their way back through the layers."""

from __future__ import annotations

import numpy as np

from kymo.insight.finding import Finding
from kymo.insight.health.inside import Inside, median

_DEEP = 4  # layers, at least
_VANISHED = 1e-3  # of what it is in the last layers
_EXPLODED = 100.0  # times what it was
_LARGE = 10.0  # of a norm of all gradients together
_FEWEST = 6  # samples
_VANISHING = (
    "On its way back the gradient is multiplied by each layer's weights and by the slope of its activation. Where "
    "that product is less than 1 in each layer, a signal that passes "
    "ten of them is 0.25¹⁰ of itself, as behind sigmoids: the first layers, which all others build on, hardly learn "
    "at all."
)
_EXPLODING = (
    "On its way back the gradient is multiplied by each layer's weights. Where that product is above 1 in each "
    "layer, it grows with every layer that it passes, and with it the step "
    "that the optimizer makes: the weights grow, the product grows, until nothing is finite any more."
)


def vanishing(inside: Inside) -> list[Finding]:
    """That the first layers get a tiny part of the gradient that the last ones get, relative to their weights."""
    gradients, weights = inside.recent("grad_norm"), inside.recent("weight_norm")
    ratios = {
        name: gradients[name] / weights[name]
        for name in inside.matrices()
        if gradients.get(name, 0.0) > 0 and weights.get(name, 0.0) > 0
    }
    if len(ratios) < _DEEP:
        return []
    third = max(1, len(ratios) // 3)
    values = np.array(list(ratios.values()))
    first, last = float(np.median(values[:third])), float(np.median(values[-third:]))
    if not first < _VANISHED * last:
        return []
    names = tuple(name for name, ratio in ratios.items() if ratio < 0.1 * last)
    return [
        Finding(
            "vanishing_gradients",
            "critical" if first < 1e-5 * last else "warning",
            f"Gradients vanish on their way back: relative to the weights, {names[0]} gets {first / last:.1g} of what "
            f"{list(ratios)[-1]} gets.",
            {f"health/{name}/grad_norm": gradients[name] for name in (*names[:5], list(ratios)[-1])},
            0.85,
            "Use ReLU or GELU rather than sigmoid or tanh, add residual connections or normalization, and initialize "
            "for the activation (`torch.nn.init.kaiming_normal_`).",
            why=_VANISHING,
            layers=names,
        )
    ]


def exploding(inside: Inside) -> list[Finding]:
    """That the norm of all gradients has grown to many times of what it was."""
    total = inside.get("", "grad_norm")
    if total is None or len(total.values) < _FEWEST:
        return []
    early, late = (
        median(total.values[: max(3, len(total.values) // 4)]),
        median(total.values[-max(3, len(total.values) // 8) :]),
    )
    if not (late > _EXPLODED * early and late > _LARGE):
        return []
    largest = max(inside.recent("grad_norm").items(), key=lambda item: item[1], default=("", 0.0))[0]
    return [
        Finding(
            "exploding_gradients",
            "critical",
            f"Gradients explode: their norm is {late:.3g}, {late / early:.0f} times what it was at first; that of "
            f"{largest} is the largest.",
            {"health/grad_norm": late},
            0.85,
            "Clip them (`torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)`), and lower the learning rate.",
            since=float(total.times[int(np.argmax(total.values > _EXPLODED * early))]),
            why=_EXPLODING,
            layers=(largest,) if largest else (),
        )
    ]
