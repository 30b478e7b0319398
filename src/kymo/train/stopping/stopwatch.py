"""Time spent training, over all processes that a run is continued in."""

import time
from collections.abc import Callable

Clock = Callable[[], float]


class Stopwatch:
    """Adds up spans of a clock; what was read before can be carried over to another process.

    Args:
        clock: Seconds from any origin. The default is monotonic: it leaps with no correction of the wall clock, and
            on Linux it rests while the machine is suspended.

    Example:
        >>> now = iter([100.0, 107.0, 500.0, 501.0])
        >>> first = Stopwatch(lambda: next(now))
        >>> first.start()
        >>> first.seconds
        7.0
        >>> second = Stopwatch(lambda: next(now))
        >>> second.carry_over(7.0)
        >>> second.start()
        >>> second.seconds
        8.0
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._before = 0.0
        self._since: float | None = None

    def start(self) -> None:
        """Lets the time run; without effect while it does."""
        if self._since is None:
            self._since = self._clock()

    @property
    def seconds(self) -> float:
        """Seconds so far."""
        return self._before + (self._clock() - self._since if self._since is not None else 0.0)

    def leave_out(self, seconds: float) -> None:
        """Does not count so much of the time that has run."""
        self._before -= seconds if self._since is not None else 0.0

    def carry_over(self, seconds: float) -> None:
        """Begins with the seconds of an earlier process, and stands still until it is started."""
        self._before, self._since = seconds, None
