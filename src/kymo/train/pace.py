"""How fast a training goes on, and when it will have ended."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from kymo.train.place import Place
from kymo.train.stopping.condition import StopCondition
from kymo.train.stopping.count_limit import CountLimit
from kymo.train.stopping.stopwatch import Clock

_REMEMBERED = 10  # epochs


class TimeLeft(NamedTuple):
    """When a training will have ended, unless something ends it earlier.

    Attributes:
        seconds: Until then.
        by: What will end it: "epochs", or the name of a stop condition.
    """

    seconds: float
    by: str


class Pace:
    """Measures epochs and steps, pauses left out.

    Args:
        clock: Seconds.

    Example:
        >>> now = iter([0.0, 0.0, 60.0, 60.0, 75.0])
        >>> pace = Pace(lambda: next(now))
        >>> pace.begin_epoch(Place(planned=5))
        >>> pace.end_epoch()
        >>> pace.begin_epoch(Place(epoch=1, step=100, planned=5))
        >>> pace.left(Place(epoch=1, step=125, batch=25, batches=100, planned=5), [])
        TimeLeft(seconds=225.0, by='epochs')
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._epochs: deque[float] = deque(maxlen=_REMEMBERED)
        self._began = self._epoch_began = 0.0
        self._first: Place | None = None
        self._first_of_epoch = 0.0

    def begin_epoch(self, place: Place) -> None:
        """An epoch begins, or goes on where a run was interrupted."""
        if self._first is None:
            self._first = Place(place.epoch, place.step)
            self._began = self._clock()
        self._epoch_began = self._clock()
        self._first_of_epoch = place.epochs_done % 1

    def begin_loop(self, place: Place) -> None:
        """The batches of the loop are known: what of the epoch was done before this process, too."""
        if self._first is not None and place.step == self._first.step and place.epoch == self._first.epoch:
            self._first_of_epoch = place.epochs_done % 1

    def end_epoch(self) -> None:
        """The epoch is complete."""
        self._epochs.append((self._clock() - self._epoch_began) / (1 - self._first_of_epoch))

    def leave_out(self, seconds: float) -> None:
        """Does not count a pause."""
        self._began += seconds
        self._epoch_began += seconds

    def left(self, place: Place, conditions: Iterable[StopCondition]) -> TimeLeft | None:
        """How long the training will still take: until its epochs are done, or a limit is reached before.

        Args:
            place: Where it stands.
            conditions: Its stop conditions.

        Returns:
            None where that cannot be known yet, or nothing limits the training.
        """
        now = self._clock()
        ends = [
            TimeLeft(seconds, condition.name)
            for condition in conditions
            if (seconds := condition.seconds_left()) is not None
        ]
        each_epoch, each_step = self._epoch_seconds(place, now), self._step_seconds(place, now)
        if place.planned is not None and each_epoch is not None:
            ends.append(TimeLeft(each_epoch * (place.planned - place.epochs_done), "epochs"))
        for limit in (condition for condition in conditions if isinstance(condition, CountLimit)):
            each, done = (each_epoch, place.epochs_done) if limit.unit == "epoch" else (each_step, float(place.step))
            if each is not None:
                ends.append(TimeLeft(each * (limit.limit - done), limit.name))
        soonest = min(ends, default=None)
        return None if soonest is None else TimeLeft(max(0.0, soonest.seconds), soonest.by)

    def _epoch_seconds(self, place: Place, now: float) -> float | None:
        if self._epochs:
            # The first one compiles, and reads from cold disks.
            counted = list(self._epochs)[1 if len(self._epochs) > 1 else 0 :]
            return sum(counted) / len(counted)
        done = place.epochs_done % 1 - self._first_of_epoch
        return (now - self._epoch_began) / done if self._first is not None and done > 0 else None

    def _step_seconds(self, place: Place, now: float) -> float | None:
        if self._first is None or place.step <= self._first.step:
            return None
        return (now - self._began) / (place.step - self._first.step)
