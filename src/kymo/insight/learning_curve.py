"""Families of learning curves, fitted to the validations so far and extrapolated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kymo.insight.validations import Validations

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# How much of the validations is fitted, the newest: early ones may follow another course.
_SHARES = (0.75, 0.5, 0.33)
_FEWEST = 8
# Time constants of exponentials, in spans of what is fitted; the longest are lines.
_TIMES = np.geomspace(0.05, 30.0, 25)
# Exponents of power laws, of epochs since the training began.
_POWERS = np.geomspace(0.1, 4.0, 13)
# A fit whose newest residuals lie this many standard errors to one side misses where the curve goes.
_MISSES = 6.0
# No family holds the truth: the extrapolation itself is uncertain by this share of what it says.
_TRUST = 0.25
# However well a curve has levelled off, trainings still turn a little: as a share of what they have brought.
_LEAST = 0.002
_HUGE = 1e100  # squares of more overflow
# From where forecasts are tried whose truth is known already, as shares of the validations; what is believed before.
_HINDCASTS = (0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85)
_PRIOR_TIMES, _PRIOR_COUNT = 3.0, 3
_MOST_TIMES = 8.0


class Forecast(NamedTuple):
    """Where the curve leads.

    Attributes:
        present: Its level at the last validation.
        level: Its level some epochs later.
        error: One standard deviation of that level.
        steadiness: What it gains in those epochs, as a share of what it gained in as many before.
    """

    present: float
    level: float
    error: float
    steadiness: float


def fit(known: Validations, ahead: float) -> Forecast | None:
    """Extrapolates the validations; None where no family follows where they go lately.

    Args:
        known: At least 8 validations.
        ahead: How many epochs on.
    """
    forecast = _fit(known, ahead)
    if forecast is None:
        return None
    least = max(known.resolution, _LEAST * known.brought)
    error = float(np.hypot(forecast.error * _honesty(known, ahead), least))
    return forecast._replace(error=error)


def _fit(known: Validations, ahead: float) -> Forecast | None:
    for share in _SHARES:
        size = max(_FEWEST, round(share * len(known.values)))
        forecast = _fit_window(known, size, ahead)
        if forecast is not None:
            return forecast
        if size == _FEWEST:
            break
    return None


def _honesty(known: Validations, ahead: float) -> float:
    """How many times larger than it says the error is, by forecasts from earlier validations of what then came."""
    squares = [_PRIOR_TIMES**2] * _PRIOR_COUNT
    for share in _HINDCASTS:
        end = round(share * len(known.values))
        at = int(np.searchsorted(known.epochs, known.epochs[end - 1] + ahead))
        if end < _FEWEST or at >= len(known.values):
            continue
        earlier = _fit(known.until(end), ahead)
        if earlier is not None:
            miss = known.levels[at] - earlier.level
            squares.append(miss**2 / (earlier.error**2 + known.level_error**2 + known.resolution**2 + 1e-300))
    return float(np.sqrt(np.clip(np.mean(squares), 1.0, _MOST_TIMES**2)))


class _Fits(NamedTuple):
    """All fits to a window: one row for each shape."""

    slopes: Floats
    residuals: Floats  # of shape (shapes, points)
    spread: Floats  # the sum of squares of each shape's own column around its mean
    rise: Floats  # of each shape's column from the last point to the future one
    fall: Floats  # the same to the past
    present: Floats


def _fit_window(known: Validations, size: int, ahead: float) -> Forecast | None:
    epochs, values = known.epochs[-size:], known.values[-size:]
    if not (epochs[-1] > epochs[0] and np.abs(values).max() < _HUGE):
        return None
    fits = _fitted(epochs, values, ahead)
    sums = np.maximum(np.square(fits.residuals).sum(axis=1), size * known.noise**2 * 1e-3 + 1e-300)
    # With flat priors on level, slope and the logarithm of the noise, how likely a shape makes the values.
    likely = -0.5 * (size - 2) * np.log(sums)
    weights = np.exp(likely - likely.max())
    weights /= weights.sum()
    best = fits.residuals[int(weights.argmax())]
    # A coarse metric repeats itself: its noise is at least what the fit leaves over.
    noise = max(known.noise * 0.5, float(np.sqrt(sums[int(weights.argmax())] / (size - 2))))
    if _misses(best, max(known.noise, known.resolution)):
        return None
    rises = fits.slopes * fits.rise
    together = _autocorrelation(best)
    inflation = (1 + together) / (1 - together)
    own = noise**2 * inflation * (np.square(fits.rise) / fits.spread + 1 / size)
    rise = float(weights @ rises)
    variance = float(weights @ (own + np.square(rises - rise)))
    error = float(np.sqrt(variance + (_TRUST * rise) ** 2))
    present = float(weights @ fits.present)
    before = float(weights @ (fits.slopes * fits.fall))
    return Forecast(present, present + rise, error, rise / before if before > 0 else 0.0)


def _fitted(epochs: Floats, values: Floats, ahead: float) -> _Fits:
    first, last = float(epochs[0]), float(epochs[-1])
    past, future = max(first, last - ahead), last + ahead
    columns = np.array(list(_shapes(np.concatenate([epochs, [past, future]]), first, last)))
    own, middle = columns[:, :-2], columns[:, :-2].mean(axis=1, keepdims=True)
    centred = own - middle
    spread = np.square(centred).sum(axis=1)
    slopes = centred @ (values - values.mean()) / spread
    fitted = values.mean() + slopes[:, None] * centred
    return _Fits(
        slopes=slopes,
        residuals=values - fitted,
        spread=spread,
        rise=columns[:, -1] - own[:, -1],
        fall=own[:, -1] - columns[:, -2],
        present=fitted[:, -1],
    )


def _shapes(at: Floats, first: float, last: float) -> Iterator[Floats]:
    """How each family rises towards its asymptote, up to scale and offset."""
    span = max(last - first, 1e-9)
    for time in _TIMES:
        yield -np.exp(-(at - first) / (time * span))
    since = np.maximum(at, 1e-9) / max(last, 1e-9)
    for power in _POWERS:
        yield -(np.maximum(since, 1e-3) ** -power)


def _misses(residuals: Floats, noise: float) -> bool:
    """Whether the newest values lie to one side of the fit, by far more than noise would bring them there."""
    if noise <= 0:
        return False
    newest = residuals[-max(3, len(residuals) // 6) :]
    return bool(abs(newest.mean()) * np.sqrt(len(newest)) > _MISSES * noise)


def _autocorrelation(residuals: Floats) -> float:
    """Of neighbours, from 0 on: values that follow each other tell less than as many independent ones."""
    square = float(np.square(residuals).sum())
    if square <= 0:
        return 0.0
    return min(0.8, max(0.0, float(residuals[:-1] @ residuals[1:]) / square))
