"""The means of an epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# So many that wait are added up: a batch alone finds the sums far from the processor.
MANY = 32


class EpochMeans:
    """The mean of each number that the batches of an epoch have logged, over those that logged it.

    Attributes:
        waiting: The numbers of batches that are still to be added up: `add` does it now and then, of many together.

    Example:
        >>> means = EpochMeans()
        >>> means.add({"train/loss": 0.5, "train/accuracy": 0.75})
        >>> means.add({"train/loss": 0.25})
        >>> means.values()
        {'train/loss': 0.375, 'train/accuracy': 0.75}
    """

    def __init__(self) -> None:
        self.waiting: list[dict[str, float]] = []
        self._sums: dict[str, list[float]] = {}

    def add(self, numbers: dict[str, float]) -> None:
        """Takes in the numbers of a batch, which nobody may change from then on."""
        self.waiting.append(numbers)
        if len(self.waiting) >= MANY:
            self.add_up()

    def values(self) -> dict[str, float]:
        """The means so far, by name."""
        self.add_up()
        return {tag: total / count for tag, (total, count) in self._sums.items()}

    def clear(self) -> None:
        """Begins another epoch."""
        self.waiting.clear()
        self._sums.clear()

    def add_up(self) -> None:
        """Adds up those that wait."""
        sums, waiting = self._sums, self.waiting[:]
        del self.waiting[: len(waiting)]  # what another thread adds meanwhile waits on
        for numbers in waiting:
            for tag, value in numbers.items():
                found = sums.get(tag)
                if found is None:
                    sums[tag] = [value, 1]
                else:
                    found[0] += value
                    found[1] += 1

    def state_dict(self) -> dict[str, Any]:
        """The sums and counts so far."""
        self.add_up()
        return {tag: list(sums) for tag, sums in self._sums.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self.waiting.clear()
        self._sums = {tag: list(sums) for tag, sums in state.items()}
