"""What limits on epochs and on steps share."""

from collections.abc import Mapping
from typing import Any

from kymo.train.stopping.condition import Closeness, StopCondition
from kymo.train.stopping.fired import Fired
from kymo.writer.bad_input import shown


class CountLimit(StopCondition):
    """Ends the training as completed when a count has been reached.

    Args:
        limit: The count, at least 1.

    Raises:
        TypeError: The limit is no integer.
        ValueError: It is below 1.
    """

    unit = ""  # in the singular

    def __init__(self, limit: int) -> None:
        if isinstance(limit, bool) or not isinstance(limit, int):
            raise TypeError(f"{type(self).__name__} of {shown(limit)} is no number of {self.unit}s: pass an integer")
        if limit < 1:
            raise ValueError(f"{type(self).__name__} of {limit} would train nothing: pass 1 or more")
        self.limit = limit
        self.count = 0

    def closeness(self) -> Closeness:
        """How much of the count is done."""
        return Closeness(min(1.0, self.count / self.limit), f"{self.unit} {self.count} of {self.limit}")

    def limits(self) -> dict[str, str]:
        """The count at which the training ends."""
        return {f"{self.unit}s": str(self.limit)}

    def change_limit(self, name: str, value: str) -> None:
        """Changes the count at which the training ends.

        Raises:
            ValueError: It is no integer, or is reached already.
        """
        self.limit = to_count(value, name, more_than=self.count)

    def state_dict(self) -> dict[str, Any]:
        """The count so far."""
        return {"count": self.count}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self.count = state["count"]

    def _reached(self, told: int | None, more: int) -> Fired | None:
        self.count = self.count + more if told is None else told
        if self.count < self.limit:
            return None
        text = f"All {self.limit} {self.unit}s are done." if self.limit > 1 else f"The one {self.unit} is done."
        return Fired("completed", text, {f"{self.unit}s": self.count, "limit": self.limit}, self.name)


def to_count(value: str, unit: str, *, more_than: int) -> int:
    """A count of epochs or steps, as a person writes it.

    Args:
        value: The text.
        unit: What is counted, in the plural.
        more_than: How many are done.

    Raises:
        ValueError: It is no integer, or not more than what is done.

    Example:
        >>> to_count("20", "epochs", more_than=3)
        20
        >>> to_count("3", "epochs", more_than=3)
        Traceback (most recent call last):
        ValueError: 3 epochs are done already: give more than that, or stop the run
    """
    try:
        count = int(value)
    except ValueError:
        raise ValueError(f"{value!r} is no number of {unit}: give an integer") from None
    if count <= more_than:
        raise ValueError(f"{more_than} {unit} are done already: give more than that, or stop the run")
    return count
