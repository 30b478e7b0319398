"""How much better a value must be to count as better."""

import math
import re
from typing import NamedTuple

from kymo.train.stopping.metric_mode import Mode
from kymo.writer.bad_input import shown

_PERCENT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*%\s*")


class MinDelta(NamedTuple):
    """The least change that counts: an amount, or a share of the best value's size.

    Example:
        >>> MinDelta.of(0.01).improves(0.995, 1.0, "min"), MinDelta.of("1%").improves(-1.05, -1.0, "min")
        (False, True)
    """

    amount: float
    relative: bool

    @classmethod
    def of(cls, given: float | str) -> "MinDelta":
        """Reads a number as an amount in units of the metric, and a text such as "1%" as a share of the best value.

        Raises:
            TypeError: It is neither.
            ValueError: It is negative, not finite, or a text that is no percentage.
        """
        remedy = 'pass an amount such as 0.001, or a share such as "1%"'
        if isinstance(given, str):
            if (percent := _PERCENT.fullmatch(given)) is None:
                raise ValueError(f"min_delta {shown(given)} is no percentage: {remedy}")
            return cls(float(percent[1]) / 100, True)
        if not isinstance(given, int | float) or isinstance(given, bool):
            raise TypeError(f"min_delta {shown(given)} is not a number: {remedy}")
        if not (math.isfinite(given) and given >= 0):
            raise ValueError(f"min_delta {shown(given)} is negative or not finite: {remedy}")
        return cls(float(given), False)

    def improves(self, value: float, best: float, mode: Mode) -> bool:
        """Whether the value is better than the best by more than this."""
        # A share of the size: a share of the value itself would ask a negative score for less than no change.
        least = self.amount * abs(best) if self.relative else self.amount
        return value < best - least if mode == "min" else value > best + least

    def __str__(self) -> str:
        return f"{self.amount * 100:g}%" if self.relative else f"{self.amount:g}"
