"""Where numbers that are none came from."""

from __future__ import annotations

import numpy as np

from kymo.insight.finding import Finding
from kymo.insight.health.curves import losses
from kymo.insight.health.inside import Inside, Samples

_WHY = (
    "NaN and infinity spread: a sum with one of them is one, so a single bad value in a layer reaches the loss in "
    "the same step, every gradient in the same "
    "backward pass, and every weight with the optimizer's next step. From then on nothing is learnt, and only an "
    "earlier checkpoint helps. Where the first of "
    "them arose is where to look: a division by a number near 0, the logarithm of 0, an exponential of a large "
    "number, or weights that had grown too far."
)
_WHAT = (
    ("activation_nonfinite", "what {} gives"),
    ("grad_nonfinite", "the gradient of {}"),
    ("weight_nonfinite", "{}"),
)


def not_finite(inside: Inside, curves: dict[str, Samples]) -> list[Finding]:
    """Where the first NaN or infinity came from, if there is one."""
    first: tuple[float, int, str, str, Samples] | None = None
    for rank, (what, _) in enumerate(_WHAT):
        for name, samples in inside.each(what).items():
            bad = np.flatnonzero(samples.values > 0)
            if len(bad) and (first is None or (samples.steps[bad[0]], rank) < first[:2]):
                first = float(samples.steps[bad[0]]), rank, what, name, samples
    if first is not None:
        step, rank, what, name, samples = first
        told = _WHAT[rank][1].format(name)
        at = int(np.flatnonzero(samples.values > 0)[0])
        return [
            Finding(
                "not_finite",
                "critical",
                f"Numbers that are not finite were first seen in {told}, at step {step:.0f}.",
                {f"health/{name}/{what}": float(samples.values[at])},
                0.9,
                "Go back to a checkpoint from before, and lower the learning rate or clip gradients; look for a "
                "division by a number near 0, or the logarithm of "
                "one, in that layer.",
                experiment="Train these steps with `torch.autograd.set_detect_anomaly(True)`: it names the operation.",
                since=float(samples.times[at]),
                why=_WHY,
                layers=(name,),
            )
        ]
    for tag, samples in losses(curves).items():
        bad = np.flatnonzero(~np.isfinite(samples.values))
        if len(bad):
            return [
                Finding(
                    "not_finite",
                    "critical",
                    f"{tag} is not finite from step {samples.steps[bad[0]]:.0f} on.",
                    {tag: float(samples.values[bad[0]])},
                    0.8,
                    "Go back to a checkpoint from before, and lower the learning rate or clip gradients.",
                    experiment="Watch the network, `run.watch(model, optimizer)`, to learn in which layer it begins.",
                    since=float(samples.times[bad[0]]),
                    why=_WHY,
                )
            ]
    return []
