"""How long a training may say nothing before something is wrong with it."""

import time
from typing import Literal

from kymo.train.stopping.stopwatch import Clock

Phase = Literal["training", "validation"]

# Nothing is known yet of how long a batch takes, or what lies between two: compiling, or a validation of one's own.
_LEAST: dict[Phase, float] = {"training": 120.0, "validation": 600.0}
_TIMES = 5.0  # of the longest so far


class Silence:
    """Measures the longest time between two signs of life of a training.

    Args:
        clock: Seconds.

    Example:
        >>> now = iter([0.0, 60.0, 61.0])
        >>> silence = Silence(lambda: next(now))
        >>> _ = silence.end("training"), silence.end("training")
        >>> silence.unusual("training"), silence.unusual("validation")
        (300.0, 600.0)
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._longest: dict[Phase, float] = {"training": 0.0, "validation": 0.0}

    def end(self, phase: Phase) -> float:
        """A sign of life, and what time it is.

        Args:
            phase: What has gone on since the one before.
        """
        now = self._clock()
        if now - self._last > self._longest[phase]:
            self._longest[phase] = now - self._last
        self._last = now
        return now

    def leave_out(self, seconds: float) -> None:
        """Does not count a pause."""
        self._last += seconds

    def unusual(self, phase: Phase) -> float:
        """After how many seconds without a sign of life a training has probably stalled."""
        return max(_LEAST[phase], _TIMES * self._longest[phase])
