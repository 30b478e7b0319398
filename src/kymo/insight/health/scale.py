"""Signals that grow, shrink or become all the same on their way through the layers."""

from __future__ import annotations

import numpy as np

from kymo.insight.finding import Finding
from kymo.insight.health.inside import Inside, median

_DEEP = 4  # layers
_APART = 100.0  # times
_FIRST = 3  # samples
_SAME = 1e-6  # of a deviation: all outputs are equal
_SHRANK = 1e-3  # of the deviation that it began with
_SCALE_WHY = (
    "A layer multiplies the deviation of its input by a factor that its initialization sets. With a factor of 2, ten "
    "layers make a signal a thousand times as large; with one of a half, "
    "nothing is left of it. Either way gradients do the same on their way back. Initializations such as He's and "
    "Glorot's choose the factor 1 for the layer's size and activation."
)
_SAME_WHY = (
    "Units that give the same for every sample tell the next layer nothing, and get the same gradients, so they stay "
    "the same. Weights that are all 0, or all equal, begin like that, and "
    "units that are dead or squeezed by weight decay end like that."
)


def initial_scale(inside: Inside) -> list[Finding]:
    """That signals grow or shrink from layer to layer from the start."""
    weighted = {layer.name for layer in inside.layers if any(len(each.shape) >= 2 for each in layer.parameters)}
    first = {
        name: median(samples.values[:_FIRST])
        for name, samples in inside.each("activation_std").items()
        if name in weighted
    }
    values = np.array([value for value in first.values() if value > 0])
    if len(values) < _DEEP:
        return []
    change = values[-2] / values[0]  # the last layer's own size is the loss's affair
    if 1 / _APART < change < _APART:
        return []
    names = list(first)
    grown = "grow" if change > 1 else "shrink"
    return [
        Finding(
            "initial_scale",
            "warning",
            f"Signals {grown} from layer to layer from the start: their deviation is {values[0]:.2g} behind "
            f"{names[0]} and {values[-2]:.2g} behind {names[-2]}.",
            {f"health/{name}/activation_std": first[name] for name in (names[0], names[-2])},
            0.75,
            "Initialize for the activation (`torch.nn.init.kaiming_normal_` for ReLU, `xavier_uniform_` for tanh), "
            "or normalize between layers.",
            why=_SCALE_WHY,
            layers=tuple(names),
        )
    ]


def collapse(inside: Inside) -> list[Finding]:
    """That a layer gives the same for every sample."""
    names = []
    for name, samples in inside.each("activation_std").items():
        recent, first = median(samples.recent), median(samples.values[:_FIRST])
        if recent < _SAME or recent < _SHRANK * first:
            names.append(name)
    if not names:
        return []
    others = f" and {len(names) - 1} more give" if len(names) > 1 else " gives"
    deviations = inside.recent("activation_std")
    return [
        Finding(
            "collapse",
            "critical",
            f"Layer {names[0]}{others} the same for every sample.",
            {f"health/{name}/activation_std": deviations[name] for name in names[:5]},
            0.85,
            "Initialize weights at random rather than with one value; where they were, look for dead units, a weight "
            "decay that is too strong, or a learning rate that is too high.",
            why=_SAME_WHY,
            layers=tuple(names),
        )
    ]
