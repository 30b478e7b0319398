"""Whether a training is saturated: what more epochs would bring."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from kymo.insight.learning_curve import Forecast, fit
from kymo.insight.validations import Validations

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Verdict = Literal["saturated", "gaining", "unknown"]
Mode = Literal["min", "max"]

_FEWEST = 8
# What more epochs bring is worth naming from this share on of what the training has brought so far.
_WORTH = 0.005
# An uncertainty that is larger than this share of all that the training has brought tells nothing.
_VAGUE = 0.15
# A curve that still gains this share of what it gained in as many epochs before has not begun to level off.
_STEADY = 0.6
_WORSE = 3.0  # standard errors below the best level so far


class Saturation(NamedTuple):
    """What more epochs would bring.

    Attributes:
        verdict: "saturated": next to nothing, or worse; "gaining": something; "unknown": that cannot be told.
        gain: How much better the level of the metric would be than its present level, or than its best one where it
            has become worse, in the metric's unit; positive is better, whatever the mode. None where that is unknown.
        error: One standard deviation of the gain.
        ahead: How many more epochs.
        text: The same as a sentence.
        level: The level of the metric then.
    """

    verdict: Verdict
    gain: float | None
    error: float | None
    ahead: float
    text: str
    level: float | None = None


def saturation(epochs: Floats, values: Floats, *, mode: Mode, ahead: float | None = None) -> Saturation:
    """What more epochs would bring, by the curve that the validations so far lie on.

    The curve's level is extrapolated, not its best value: the best of noisy values is luck, and more validations alone
    would raise it. Families of learning curves (a power law and an exponential, each towards an asymptote) are fitted
    and weighed by how likely they make the values, as in Domhan, Springenberg and Hutter, "Speeding up automatic
    hyperparameter optimization of deep neural networks by extrapolation of learning curves" (IJCAI 2015). It knows
    nothing of a learning rate that is about to change.

    The sentence tells how the metric changes: in percentage points where more is better and all values lie in 0..1, as
    those of an accuracy; otherwise in per cent of its present level, where all values are above 0; otherwise as it is.
    A falling loss is thus told as "-12 ± 3 %", while its `gain` is positive.

    Args:
        epochs: When the metric was measured, ascending; float64 of shape (n,). Values that are not finite are left out.
        values: What was measured; float64 of shape (n,).
        mode: Whether "min" or "max" is better.
        ahead: For how many more epochs; by default about a quarter of those so far.

    Raises:
        ValueError: The two have different lengths, or `ahead` is not above 0.

    Example:
        >>> epochs = np.arange(1.0, 41.0)
        >>> print(saturation(epochs, 0.95 - 0.4 * np.exp(-epochs / 15), mode="max").text)
        About +1.5 ± 0.7 percentage points in 10 more epochs.
        >>> print(saturation(epochs[:4], epochs[:4], mode="max").text)
        Can't tell: only 4 validations so far.
    """
    if len(epochs) != len(values):
        raise ValueError(f"there are {len(epochs)} epochs and {len(values)} values: give one of each")
    if ahead is not None and not ahead > 0:
        raise ValueError(f"ahead is {ahead}: give a number of epochs above 0")
    known = Validations.of(epochs, values, is_lower_better=mode == "min")
    ahead = ahead if ahead is not None else known.natural_step
    unit = _Unit(values[np.isfinite(values)], mode)
    if known.count < _FEWEST:
        so_far = f"only {known.count} validation{'' if known.count == 1 else 's'} so far"
        return _unknown(so_far, ahead)
    forecast = fit(known, ahead)
    if known.brought <= 0 == known.noise:
        return _unknown("it has not moved so far", ahead)
    if known.brought <= 2 * known.noise:
        return _unknown("it varies more than it has moved so far", ahead)
    if forecast is None:
        return _unknown("it has changed its course lately", ahead)
    return _judged(known, forecast, ahead, unit)


def _judged(known: Validations, forecast: Forecast, ahead: float, unit: _Unit) -> Saturation:
    error, worth = forecast.error, _WORTH * known.brought
    # The best of many levels is luck to some degree: one that is not clearly above the present one is the present one.
    is_worse = min(known.best_level - forecast.present, known.best_level - known.levels[-1]) > max(
        worth, _WORSE * known.level_error + known.resolution
    )
    gain = forecast.level - (known.best_level if is_worse else forecast.present)
    level = unit.own(forecast.level)
    if is_worse and gain < error:
        text = f"It has been getting worse since about epoch {known.best_epoch:.0f}."
        return Saturation("saturated", gain, error, ahead, text, level)
    epochs, amount = f"{ahead:g} more epochs", unit.amount(gain, error)
    if gain + error < worth or (gain < worth and error < worth):
        return Saturation("saturated", gain, error, ahead, f"It has levelled off: about {amount} in {epochs}.", level)
    if error > _VAGUE * known.brought or gain < error:
        return Saturation("unknown", gain, error, ahead, f"Can't tell: {amount} in {epochs}.", level)
    if forecast.steadiness > _STEADY:
        return Saturation("gaining", gain, error, ahead, f"No saturation yet: about {amount} in {epochs}.", level)
    return Saturation("gaining", gain, error, ahead, f"About {amount} in {epochs}.", level)


def _unknown(why: str, ahead: float) -> Saturation:
    return Saturation("unknown", None, None, ahead, f"Can't tell: {why}.")


class _Unit:
    """How a gain is told: of shares of one in percentage points, of a metric above 0 in per cent of its level."""

    def __init__(self, values: Floats, mode: Mode) -> None:
        self._sign = -1.0 if mode == "min" else 1.0
        is_share = mode == "max" and len(values) > 0 and values.min() >= 0 and values.max() <= 1
        level = float(np.median(values[-5:])) if len(values) else 0.0
        if is_share:
            self._factor, self._name = 100.0, " percentage points"
        elif len(values) and values.min() > 0:
            self._factor, self._name = 100.0 / level, " %"
        else:
            self._factor, self._name = 1.0, ""

    def own(self, level: float) -> float:
        """A level as the metric has it."""
        return self._sign * level

    def amount(self, gain: float, error: float) -> str:
        """The gain with its uncertainty: "+0.3 ± 0.2 percentage points", "-12 ± 3 %"."""
        change, spread = self._sign * gain * self._factor, error * self._factor
        digits = max(0, -math.floor(math.log10(spread))) if 0 < spread < 1 else 0
        return f"{change:+z.{digits}f} ± {spread:.{digits}f}{self._name}"
