"""What the curves of a training's losses say of its learning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kymo.format.sensor_series import is_sensor_series
from kymo.insight.finding import Finding
from kymo.insight.health.inside import Samples, median, samples_of

if TYPE_CHECKING:
    from kymo.store import Run

_FEWEST = 40  # points of a training loss
_CHECKS = 5  # of a validation loss
_HELD_OUT = ("val", "valid", "validation", "test", "eval", "dev")
_PARTS = 20
_BEGINNING = 3  # points: what a network costs before it was moved
_GREW = 2.0  # times its least
_ROSE, _NOISES = 0.1, 4.0  # of its least value, and of its noise
_HIGH = 0.25  # of what it rose: what came after its least value stays above
_STILL = 0.9  # of the time: a least value that came before is no news
_LEARNT = 0.05  # of the loss that it began with
_SPIKE, _SPIKES = 8.0, 0.01  # noises above its neighbours; of the points
_DIVERGES = (
    "Each step moves the weights against the gradient, by the learning rate times its size. Where that step is "
    "longer than the valley is wide, it lands higher on "
    "the other side, where the gradient is steeper and the next step longer still."
)
_OVERFIT = (
    "A network with many weights can learn its training samples by heart: their loss goes on falling, while what it "
    "has learnt of them is no longer true of others. "
    "The loss on held-out data turns upward there, and the weights from before are the better ones."
)
_NOT_LEARNING = (
    "A loss that stays where it began means that the steps lead nowhere: they are too short, the gradients do not "
    "reach the weights, or labels and inputs do not "
    "belong together. For classes it then lies near the logarithm of their number, which is what guessing costs."
)
_SPIKED = (
    "A loss that jumps and comes back has met a batch, or a step, that threw the weights out of their valley. "
    "Optimizers that remember the size of gradients take "
    "many steps to recover, and one spike may be the last."
)


def curves_of(run: Run) -> dict[str, Samples]:
    """The losses of a run, by tag."""
    return {tag: samples_of(run, tag) for tag in run if not is_sensor_series(tag) and _is_loss(tag)}


def losses(curves: dict[str, Samples]) -> dict[str, Samples]:
    """Those of the training, per batch where they are told."""
    found = {tag: samples for tag, samples in curves.items() if not _is_held_out(tag)}
    per_batch = {tag: samples for tag, samples in found.items() if not tag.endswith("/epoch")}
    return per_batch or found


def curve_findings(curves: dict[str, Samples]) -> list[Finding]:
    """What the losses say: that the training diverges, learns nothing, jumps, or learns its samples by heart."""
    found: list[Finding] = []
    training = max(losses(curves).items(), key=lambda item: len(item[1].values), default=None)
    if training is None:
        return found
    tag, samples = training
    holds = np.isfinite(samples.values)
    samples = Samples(*(column[holds] for column in samples))
    if len(samples.values) < _FEWEST:
        return found
    parts = np.array([median(part) for part in np.array_split(samples.values, _PARTS)])
    diverged = _diverged(tag, samples, parts)
    found += diverged or _not_learning(tag, samples, parts)
    if not diverged:
        found += _spikes(tag, samples)
        for other, checks in curves.items():
            if _is_held_out(other) and len(checks.values) >= _CHECKS:
                found += _overfits(tag, parts, other, checks)
                break
    return found


def _diverged(tag: str, samples: Samples, parts: np.ndarray) -> list[Finding]:
    least = int(parts[:-1].argmin())
    # A training may be thrown far away in its first steps, of which the first part tells nothing any more.
    began = min(float(parts[0]), median(samples.values[:_BEGINNING]))
    floor = max(min(float(parts[least]), began), 1e-12)
    if parts[-1] < _GREW * floor or parts[-1] < 1.2 * began:
        return []
    if began > floor and least >= _PARTS - 2:
        return []
    at = int((least + 1) / _PARTS * (len(samples.steps) - 1)) if began > floor else 0
    return [
        Finding(
            "diverging",
            "critical",
            f"{tag} grows: it is {parts[-1]:.3g}, after {floor:.3g} at best, and was {began:.3g} at first.",
            {tag: float(parts[-1])},
            0.85,
            "Lower the learning rate, to a third first, or warm it up; clip gradients; go back to the best checkpoint.",
            since=float(samples.times[at]),
            why=_DIVERGES,
        )
    ]


def _not_learning(tag: str, samples: Samples, parts: np.ndarray) -> list[Finding]:
    first, last = float(parts[0]), float(parts[-3:].mean())
    noise = _noise(samples.values)
    gained = first - float(parts.min())
    if first <= 0 or gained > max(_LEARNT * first, 0.5 * noise):
        return []
    return [
        Finding(
            "not_learning",
            "critical" if gained <= 0.01 * first else "warning",
            f"{tag} stays where it began: {first:.4g} at first, and {last:.4g} after {len(samples.values)} points.",
            {tag: last},
            0.8,
            "Raise the learning rate tenfold, and see that the optimizer holds the model's parameters and that "
            "inputs and labels belong together.",
            experiment="Train on ten samples alone: a network that learns has them by heart in some hundred steps.",
            since=float(samples.times[0]),
            why=_NOT_LEARNING,
        )
    ]


def _spikes(tag: str, samples: Samples) -> list[Finding]:
    values = samples.values
    around = (
        np.array([median(values[max(0, at - 5) : at + 6]) for at in range(0, len(values))])
        if len(values) <= 4000
        else None
    )
    if around is None:
        return []
    over = values - around
    # A loss that is nearly 0 jumps by many of its own noises all the time, wherever a batch holds one hard sample.
    began = median(values[: max(5, len(values) // _PARTS)])
    jumps = np.flatnonzero((over > _SPIKE * _noise(values)) & (over > around) & (values > began))
    if len(jumps) < 3 or len(jumps) < _SPIKES * len(values):
        return []
    return [
        Finding(
            "loss_spikes",
            "warning",
            f"{tag} jumps up {len(jumps)} times, to {values[jumps].max():.3g} from about {around[jumps].max():.3g}.",
            {tag: float(values[jumps].max())},
            0.6,
            "Clip gradients (`torch.nn.utils.clip_grad_norm_`), lower the learning rate, and look at the batches of "
            "these steps.",
            since=float(samples.times[jumps[0]]),
            why=_SPIKED,
        )
    ]


def _overfits(training: str, parts: np.ndarray, tag: str, checks: Samples) -> list[Finding]:
    values = checks.values[np.isfinite(checks.values)]
    if len(values) < _CHECKS:
        return []
    best = int(values.argmin())
    last = median(values[-max(1, len(values) // 5) :])
    rose = last - float(values[best])
    if best >= _STILL * (len(values) - 1) or rose < max(_ROSE * values[best], _NOISES * _noise(values)):
        return []
    later = values[-max(2, (len(values) - best) // 2) :]
    if later.min() < values[best] + _HIGH * rose:
        return []  # it goes up and down
    at = min(_PARTS - 1, int(best / len(values) * _PARTS))
    if parts[-1] > 0.9 * parts[at]:
        return []
    return [
        Finding(
            "overfitting",
            "warning" if last < 1.5 * values[best] else "critical",
            f"{tag} has been growing since step {checks.steps[best]:.0f}, from {values[best]:.3g} to {last:.3g}, "
            f"while {training} goes on falling.",
            {tag: float(last), training: float(parts[-1])},
            0.85,
            f'Keep the weights of step {checks.steps[best]:.0f}: `keep=kymo.BestModel("{tag}")`, and stop there: '
            f'`kymo.EarlyStopping("{tag}")`. To get further: more data, augmentation, weight decay or dropout, or a '
            "smaller network.",
            since=float(checks.times[best]),
            why=_OVERFIT,
        )
    ]


def _noise(values: np.ndarray) -> float:
    return float(1.4826 * np.median(np.abs(np.diff(values))) / np.sqrt(2)) if len(values) > 1 else 0.0


def _is_loss(tag: str) -> bool:
    return "loss" in tag.lower()


def _is_held_out(tag: str) -> bool:
    words = tag.lower().replace("_", "/").replace("-", "/").split("/")
    return any(word in _HELD_OUT for word in words)
