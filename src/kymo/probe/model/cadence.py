"""How often a network is looked at."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_WARM_UP = 3  # steps, in which memory is claimed and code is compiled
_LAST = 8  # looks: the next one may take what the longest of them took
_APART = 1 / 200  # of the time so far: the log of a training of months has some thousands of looks, not millions


class Cadence:
    """Chooses steps so that what looking takes stays within a share of the training's time.

    The first look comes after some steps; each next one as soon as there is time for it, by the longest of the last
    ones, but not before the training has gone on for a two-hundredth of its time.

    Args:
        budget: The share, above 0; from 1 on every step is chosen.
        every: One step at most of so many is chosen.
        clock: Nanoseconds.

    Example:
        >>> now = iter(range(0, 100_000, 1000))
        >>> cadence = Cadence(0.1, 1, clock=lambda: next(now))
        >>> chosen = []
        >>> for step in range(50):
        ...     if cadence.is_due():
        ...         chosen.append(step)
        ...         cadence.spend(1000)
        >>> chosen
        [3, 20, 30, 40]
    """

    def __init__(self, budget: float, every: int, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        self._budget = budget
        self._every = every
        self._clock = clock
        self._began: int | None = None
        self._steps = self._looked = 0
        self._spent = 0  # before the last look
        self._before: deque[int] = deque(maxlen=_LAST)  # what each look before it took
        self._host = self._device = 0  # because of it
        self._since = every  # steps

    def is_due(self, *, is_known: bool = True) -> bool:
        """Whether the step that begins is chosen; to be asked once in each step.

        Args:
            is_known: Whether all that the last look took is known; if not, the next one waits for it.
        """
        now = self._clock()
        if self._began is None:
            self._began = now
        self._steps += 1
        self._since += 1
        if self._steps <= _WARM_UP or self._since < self._every:
            return False
        if self._budget < 1 and not is_known:
            return False
        last = self._last
        if last and self._budget < 1:
            elapsed = now - self._began
            expected = max((last, *self._before))
            if self._spent + last + expected > self._budget * elapsed or now - self._looked < _APART * elapsed:
                return False
        self._looked = now
        self._spent += last
        self._before.append(last)
        self._since = self._host = self._device = 0
        return True

    def spend(self, nanoseconds: int) -> None:
        """Some time went into looking, in the step that was chosen last or because of it."""
        self._host += nanoseconds

    def spend_on_device(self, nanoseconds: int) -> None:
        """A device has worked for the look that was chosen last.

        Host and device do it at the same time, so the longer one of the two times counts.
        """
        self._device += nanoseconds

    @property
    def _last(self) -> int:
        return max(self._host, self._device)

    @property
    def share(self) -> float:
        """The share of the time that looking took so far."""
        if self._began is None:
            return 0.0
        return (self._spent + self._last) / max(1, self._clock() - self._began)


def budget_share(budget: str | float) -> float:
    """A share of the time: "1%", or 0.01.

    Raises:
        ValueError: It is no share.

    Example:
        >>> budget_share("0.5%"), budget_share(1)
        (0.005, 1.0)
    """
    try:
        share = float(budget[:-1]) / 100 if isinstance(budget, str) and budget.endswith("%") else float(budget)
    except (TypeError, ValueError):
        share = float("nan")
    if not 0 < share <= 1:
        raise ValueError(f"budget={budget!r} is no share of the training's time: pass one such as '1%' or 0.01.")
    return share
