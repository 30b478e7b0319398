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
