"""What a budget of time and a deadline share."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from kymo.format.duration_text import duration_text
from kymo.train.stopping.condition import UNTOLD, Progress, StopCondition
from kymo.train.stopping.duration import Duration, to_seconds
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.phase_lengths import Phase, PhaseLengths
from kymo.train.stopping.reason import Reason
from kymo.train.stopping.stopwatch import Clock


class TimeLimit(StopCondition):
    """Ends the training in time: after the batch in which the time is up, or before what would not end in time.

    Args:
        reserve: Time that is kept free at the end.
        predict: Whether to stop before an epoch or a validation that, by the measured length of those before, would not
            end in time. An epoch counts from before it to after it, so a validation inside is part of it.
        clock: Seconds, for measuring epochs and validations.
    """

    reason: ClassVar[Reason]

    def __init__(self, *, reserve: Duration, predict: bool, clock: Clock) -> None:
        self.reserve = to_seconds(reserve, "reserve")
        self.predict = predict
        self._lengths = PhaseLengths(clock)

    @abstractmethod
    def left(self) -> float:
        """Seconds left, without the reserve; negative once the time is up."""

    @abstractmethod
    def _used_up(self) -> str:
        """That the time is up, as a sentence."""

    @abstractmethod
    def _of_what(self) -> str:
        """What the time is left of: "of 2 h", "until 18:30"."""

    def before_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether the time is up, or would be before the epoch ends."""
        return self._before("epoch", at)

    def after_batch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether the time is up."""
        return self._if_up(at)

    def before_validation(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether the time is up, or would be before the validation ends."""
        return self._before("validation", at)

    def after_validation(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether the time is up; the validation is measured."""
        self._lengths.end("validation")
        return self._if_up(at)

    def after_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether the time is up; the epoch is measured."""
        self._lengths.end("epoch")
        return self._if_up(at)

    def while_paused(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether the time is up."""
        return self._if_up(at)

    def seconds_left(self) -> float:
        """Seconds until the time is up."""
        return max(0.0, self.left())

    def leave_out(self, seconds: float) -> None:
        """Does not count a pause as part of an epoch."""
        self._lengths.leave_out(seconds)

    def state_dict(self) -> dict[str, Any]:
        """What was measured."""
        return {"lengths": self._lengths.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self._lengths.load_state_dict(state["lengths"])

    def _if_up(self, at: Progress) -> Fired | None:
        left = self.left()
        return self._met(self._used_up(), at, left) if left <= 0 else None

    def _before(self, phase: Phase, at: Progress) -> Fired | None:
        left = self.left()
        if left <= 0:
            return self._met(self._used_up(), at, left)
        expected = self._lengths.expected(phase) if self.predict else None
        if expected is not None and expected > left:
            text = (
                f"The next {phase} would take about {duration_text(expected)}, "
                f"and {duration_text(left)} {self._of_what()} are left{self._kept()}."
            )
            return self._met(text, at, left, expected)
        self._lengths.begin(phase)
        return None

    def _kept(self) -> str:
        return f", with {duration_text(self.reserve)} kept in reserve" if self.reserve else ""

    def _met(self, text: str, at: Progress, left: float, expected: float | None = None) -> Fired:
        told = {"epochs": at.epoch, "steps": at.step, "seconds_expected": expected}
        evidence = {name: value for name, value in told.items() if value is not None}
        return Fired(self.reason, text, {"seconds_left": left, "reserve": self.reserve, **evidence}, self.name)
