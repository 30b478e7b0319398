"""A limit on the value of a metric."""

import math

from kymo.writer.scalar import to_float


def threshold_of(what: str, given: float | None) -> float | None:
    """The threshold as a number; None where there is none.

    Raises:
        TypeError: It is no number.
        ValueError: It is NaN.
    """
    if given is None:
        return None
    number = to_float(what, given)
    if math.isnan(number):
        raise ValueError(f"{what} is NaN, which nothing reaches: pass a number")
    return number
