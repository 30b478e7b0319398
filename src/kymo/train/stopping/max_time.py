"""Stopping when a budget of time is used up."""

import time
from collections.abc import Mapping
from typing import Any

from kymo.format.duration_text import duration_text
from kymo.train.stopping.condition import UNTOLD, Closeness, Progress
from kymo.train.stopping.duration import Duration, to_seconds
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.stopwatch import Clock, Stopwatch
from kymo.train.stopping.time_limit import TimeLimit
from kymo.writer.bad_input import shown


class MaxTime(TimeLimit):
    """Ends the training within a budget of time, which all processes that a run is continued in share.

    The time runs from `start()` on, or else from the first moment that is asked, on a clock that no correction of the
    wall clock moves. What lies between two processes of one run costs nothing.

    Args:
        limit: "90s", "2h30m", "HH:MM:SS", a timedelta, or seconds; see `kymo.train.stopping.to_seconds`.
        reserve: Time of it that is kept for what comes after the training, such as saving.
        predict: Whether to stop before an epoch or a validation that would not end in time, by the measured length of
            those before; otherwise it is stopped in the middle.
        clock: Seconds.

    Attributes:
        seconds: The budget in seconds; may be assigned while the training runs.

    Raises:
        TypeError: A span is neither text, timedelta nor number.
        ValueError: It cannot be read as a span, or nothing is left of the budget beside the reserve.

    Example:
        >>> from kymo import MaxTime
        >>> now = iter([0, 60, 61, 62, 125, 126])
        >>> limit = MaxTime("2m", clock=lambda: next(now))
        >>> limit.start()
        >>> limit.after_batch() is None, limit.closeness().text, limit.closeness().fraction > 0.5
        (True, '1 min 1 s of 2 min', True)
        >>> limit.after_batch().text
        'The 2 min for training are used up.'
    """

    reason = "max_time"

    def __init__(
        self, limit: Duration, *, reserve: Duration = 0.0, predict: bool = True, clock: Clock = time.monotonic
    ) -> None:
        super().__init__(reserve=reserve, predict=predict, clock=clock)
        self.seconds = to_seconds(limit, "limit")
        if self.seconds <= self.reserve:
            kept = f" beside a reserve of {duration_text(self.reserve)}" if self.reserve else ""
            raise ValueError(f"MaxTime of {shown(limit)} leaves no time to train{kept}: pass a longer one")
        self._training = Stopwatch(clock)

    def start(self) -> None:
        """The time begins to run."""
        self._training.start()

    @property
    def elapsed(self) -> float:
        """Seconds of training so far, over all processes."""
        return self._training.seconds

    def left(self) -> float:
        """Seconds left, without the reserve; negative once the time is up."""
        return self.seconds - self.reserve - self._training.seconds

    def before_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether the time is up, or would be before the epoch ends."""
        self._training.start()
        return super().before_epoch(at)

    def after_batch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether the time is up."""
        self._training.start()
        return super().after_batch(at)

    def closeness(self) -> Closeness:
        """How much of the time is used up."""
        elapsed = self._training.seconds
        return Closeness(min(1.0, elapsed / self.seconds), f"{duration_text(elapsed)} of {duration_text(self.seconds)}")

    def leave_out(self, seconds: float) -> None:
        """A pause costs nothing of the budget."""
        super().leave_out(seconds)
        self._training.leave_out(seconds)

    def limits(self) -> dict[str, str]:
        """The budget."""
        return {"max_time": duration_text(self.seconds)}

    def change_limit(self, name: str, value: str) -> None:
        """Changes the budget, of which what was used so far stays used.

        Raises:
            ValueError: It is no span of time, or is used up already.
        """
        seconds = to_seconds(value, name)
        if seconds - self.reserve <= (used := self._training.seconds):
            raise ValueError(f"{duration_text(used)} are used already: give more than that, or stop the run")
        self.seconds = seconds

    def state_dict(self) -> dict[str, Any]:
        """The time that was used, and what was measured."""
        return {"seconds": self._training.seconds, **super().state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave; the time stands still until the training starts."""
        super().load_state_dict(state)
        self._training.carry_over(state["seconds"])

    def _used_up(self) -> str:
        return f"The {duration_text(self.seconds)} for training are used up{self._kept()}."

    def _of_what(self) -> str:
        return f"of {duration_text(self.seconds)}"
