"""How much training: a number of checks, epochs or steps, or a span of time."""

import re
from datetime import timedelta
from typing import Literal, NamedTuple

from kymo.format.duration_text import duration_text
from kymo.train.stopping.duration import to_seconds
from kymo.writer.bad_input import shown

Unit = Literal["checks", "epochs", "steps", "seconds"]

_COUNTED = re.compile(r"(\d+)\s*([a-z]+)")
_UNITS: dict[str, Unit] = {
    **dict.fromkeys(["check", "checks"], "checks"),
    **dict.fromkeys(["epoch", "epochs", "ep"], "epochs"),
    **dict.fromkeys(["step", "steps", "batch", "batches", "ba"], "steps"),
}


class Amount(NamedTuple):
    """How much training, in one unit.

    Example:
        >>> for given in (10, "3 epochs", "2000 steps", "1h30m"):
        ...     print(Amount.of(given, "patience"))
        10 checks
        3 epochs
        2000 steps
        1 h 30 min
    """

    number: float
    unit: Unit

    @classmethod
    def of(cls, given: int | str | timedelta, what: str) -> "Amount":
        """Reads an amount: an int counts checks; a text has its unit beside it.

        Args:
            given: An int, a timedelta, or a text: "5 checks", "3 epochs", "2000 steps", "30m".
            what: What the amount is, for the error about it.

        Raises:
            TypeError: It is none of these.
            ValueError: The text has no unit or an unknown one, or the number is negative.
        """
        remedy = 'pass a number of checks, or a text such as "3 epochs", "2000 steps" or "30m"'
        if isinstance(given, int) and not isinstance(given, bool):
            if given < 0:
                raise ValueError(f"{what} {given} is negative: {remedy}")
            return cls(given, "checks")
        if isinstance(given, str):
            counted = _COUNTED.fullmatch(given.strip().lower())
            if counted and counted[2] in _UNITS:
                return cls(int(counted[1]), _UNITS[counted[2]])
        elif not isinstance(given, timedelta):
            raise TypeError(f"{what} {shown(given)} is no amount of training: {remedy}")
        try:
            return cls(to_seconds(given, what), "seconds")
        except ValueError as error:
            raise ValueError(f"{what} {shown(given)} is no amount of training: {remedy}") from error

    def text_of(self, number: float) -> str:
        """A number of this amount's unit, for people."""
        if self.unit == "seconds":
            return duration_text(number)
        return f"{number:g} {self.unit[:-1] if number == 1 else self.unit}"

    def __str__(self) -> str:
        return self.text_of(self.number)
