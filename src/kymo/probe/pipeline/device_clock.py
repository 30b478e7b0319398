"""When events of a GPU have passed, on the clock of the host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kymo.probe.pipeline.device_timer import Mark
    from kymo.probe.pipeline.streams import Event

_MILLISECOND = 1_000_000


class DeviceClock:
    """How far a GPU is behind the host, by events that tell only how long they are apart.

    The first event is taken to have passed when it was asked for. What the host knows puts that right, and keeps right
    what two clocks drift apart: no event passes before it is asked for, or before the host has last seen that it has
    not passed, or after the host has seen that it has.

    Attributes:
        anchor: The event that the next ones are told from; it must not be recorded again meanwhile.
    """

    def __init__(self) -> None:
        self.anchor: Event | None = None
        self._at = 0  # when that was

    def lags(self, marks: Sequence[Mark], end: Mark, *, unfinished_at: int, now: int) -> tuple[int, int]:
        """How far the GPU was behind the host when a step was over, and at most in it, in nanoseconds.

        Args:
            marks: Moments of the step.
            end: The last one of all.
            unfinished_at: When the host has last seen that the last one has not passed.
            now: When the host has seen that all have.
        """
        if self.anchor is None:
            self.anchor, self._at = marks[0].event, marks[0].host
        anchor = self.anchor
        marks = [*marks, end]
        times = [self._at + int(anchor.elapsed_time(mark.event) * _MILLISECOND) for mark in marks]
        early = max(mark.host - at for mark, at in zip(marks, times, strict=True))
        shift = min(max(0, early, unfinished_at - times[-1]), now - times[-1])
        lags = [max(0, at + shift - mark.host) for mark, at in zip(marks, times, strict=True)]
        self.anchor, self._at = end.event, times[-1] + shift
        return lags[-1], max(lags)
