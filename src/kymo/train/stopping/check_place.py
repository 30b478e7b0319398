"""Where a training was when a metric was checked."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from kymo.train.stopping.amount import Amount


class CheckPlace(NamedTuple):
    """Where a training was at a check.

    Attributes:
        checks: The number of the check, from 1.
        epochs: The epoch, as it was told.
        steps: The step, as it was told.
        seconds: Of training, over all processes that the run was continued in.
    """

    checks: int
    epochs: int | None
    steps: int | None
    seconds: float

    def reading(self, amount: Amount, what: str) -> float:
        """How far the training was, in the unit of an amount.

        Raises:
            ValueError: The check was not told its epoch or step, and the amount is in it.
        """
        found = cast("float | None", getattr(self, amount.unit))
        if found is None:
            unit = amount.unit[:-1]
            raise ValueError(f"{what} is {amount}, and the check was not told its {unit}: pass {unit}=…")
        return found

    def evidence(self) -> dict[str, float | int | str]:
        """What is known of the place, by name."""
        return {name: value for name, value in self._asdict().items() if value is not None}

    @classmethod
    def from_state(cls, state: Mapping[str, Any] | None) -> "CheckPlace | None":
        """The place in a state; None where there is none."""
        return None if state is None else cls(**state)
