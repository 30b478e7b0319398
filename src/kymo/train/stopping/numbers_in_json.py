"""Numbers that any JSON reader takes: JSON has no NaN and no infinity."""

import math


def to_json(number: float) -> float | str:
    """The number, or the word for one that is not finite; `float` reads both.

    Example:
        >>> to_json(0.5), to_json(float("nan")), to_json(float("-inf")), float(to_json(float("-inf")))
        (0.5, 'NaN', '-Infinity', -inf)
    """
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
