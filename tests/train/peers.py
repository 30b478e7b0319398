"""Other libraries' early stopping, written anew from their rules: the check at which each stops.

The rules are documented, but for what becomes of NaN and of a value equal to a threshold, which only the sources tell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Values = Sequence[float]


def keras(
    values: Values, *, patience: int, mode: str = "min", min_delta: float = 0.0, start_from_epoch: int = 0
) -> int | None:
    """Keras: patience is the number of epochs without an improvement; one check an epoch, epochs from 0, the first of
    which never stops; NaN is no improvement."""
    sign = 1 if mode == "min" else -1
    best, wait = math.inf, 0
    for epoch, value in enumerate(values):
        if epoch < start_from_epoch:
            continue
        wait += 1
        if sign * value + min_delta < best:
            best, wait = sign * value, 0
        elif wait >= patience and epoch > 0:
            return epoch + 1
    return None


def lightning(
    values: Values,
    *,
    patience: int,
    mode: str = "min",
    min_delta: float = 0.0,
    check_finite: bool = True,
    stopping_threshold: float | None = None,
    divergence_threshold: float | None = None,
) -> int | None:
    """Lightning: patience is the number of checks without an improvement, a change equal to min_delta is none;
    thresholds must be passed, not met."""
    sign = 1 if mode == "min" else -1
    best, wait = math.inf, 0
    for check, value in enumerate(values, start=1):
        if check_finite and not math.isfinite(value):
            return check
        if stopping_threshold is not None and sign * value < sign * stopping_threshold:
            return check
        if divergence_threshold is not None and sign * value > sign * divergence_threshold:
            return check
        if sign * value + min_delta < best:
            best, wait = sign * value, 0
            continue
        wait += 1
        if wait >= patience:
            return check
    return None


def ignite(
    values: Values, *, patience: int, mode: str = "min", min_delta: float = 0.0, cumulative_delta: bool = False
) -> int | None:
    """ignite: a score, higher is better; with cumulative_delta, min_delta is measured from the last improvement,
    otherwise from the best value so far; NaN becomes the best value."""
    best: float | None = None
    counter = 0
    for check, value in enumerate(values, start=1):
        score = -value if mode == "min" else value
        if best is None:
            best = score
        elif score <= best + min_delta:
            if not cumulative_delta and score > best:
                best = score
            counter += 1
        else:
            best, counter = score, 0
        if counter >= patience:
            return check
    return None
