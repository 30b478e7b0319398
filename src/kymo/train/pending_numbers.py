"""What a run has logged and cannot be written yet: numbers of a device that are on their way."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping


class Moment:
    """What was logged at one moment and is not written yet.

    Args:
        step: The global step.
        at: Seconds since the epoch.
        in_batch: Whether among the batches of an epoch.
        tags: The names, in the order in which they were logged.

    Attributes:
        numbers: What is known of them.
        missing: How many are on their way.
    """

    def __init__(self, step: int, at: float, *, in_batch: bool, tags: Iterable[str]) -> None:
        self.step, self.at, self.in_batch = step, at, in_batch
        self.tags = tuple(tags)
        self.numbers: dict[str, float] = {}
        self.missing = 0

    def items(self) -> list[tuple[str, float]]:
        """The numbers that have come, by name, in the order in which they were logged."""
        return [(tag, self.numbers[tag]) for tag in self.tags if tag in self.numbers]


class PendingNumbers:
    """Moments in the order in which they were logged, which is the order that they are written in.

    Example:
        >>> pending = PendingNumbers()
        >>> first, second = (Moment(step, 0.0, in_batch=True, tags=["loss"]) for step in (1, 2))
        >>> first.missing = 1
        >>> pending.add(first), pending.add(second)
        (None, None)
        >>> list(pending.complete()), pending.has_any({"loss": 0.5})
        ([], True)
        >>> pending.come(first, "loss", 0.25)
        >>> [moment.step for moment in pending.complete()], pending.has_any({"loss": 0.5})
        ([1, 2], False)
    """

    def __init__(self) -> None:
        self._moments: deque[Moment] = deque()
        self._tags: Counter[str] = Counter()

    def add(self, moment: Moment) -> None:
        """Takes in a moment behind all that wait."""
        self._moments.append(moment)
        self._tags.update(moment.tags)

    def has_any(self, values: Mapping[str, object]) -> bool:
        """Whether an earlier number of one of these names is still to be written."""
        return bool(self._moments) and not self._tags.keys().isdisjoint(values)

    def come(self, moment: Moment, tag: str, value: float) -> None:
        """A number has come; one that was given up is too late."""
        if moment.missing:
            moment.numbers[tag] = value
            moment.missing -= 1

    def complete(self) -> Iterator[Moment]:
        """The first moments of which nothing is missing; they wait no more."""
        while self._moments and not self._moments[0].missing:
            moment = self._moments.popleft()
            self._tags.subtract(moment.tags)
            for tag in moment.tags:
                if not self._tags[tag]:
                    del self._tags[tag]
            yield moment

    def give_up(self) -> int:
        """Nothing that is on its way will come; returns how many numbers that were."""
        lost = sum(moment.missing for moment in self._moments)
        for moment in self._moments:
            moment.missing = 0
        return lost
