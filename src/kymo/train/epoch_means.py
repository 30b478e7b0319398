"""The means of an epoch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class EpochMeans:
    """The mean of each number that the batches of an epoch have logged, over those that logged it.

    Example:
        >>> means = EpochMeans()
        >>> means.add([("train/loss", 0.5), ("train/accuracy", 0.75)])
        >>> means.add([("train/loss", 0.25)])
        >>> means.values()
        {'train/loss': 0.375, 'train/accuracy': 0.75}
    """

    def __init__(self) -> None:
        self._sums: dict[str, list[float]] = {}

    def add(self, items: Iterable[tuple[str, float]]) -> None:
        """Takes in the numbers of a batch."""
        sums = self._sums
        for tag, value in items:
            found = sums.get(tag)
            if found is None:
                sums[tag] = [value, 1]
            else:
                found[0] += value
                found[1] += 1

    def values(self) -> dict[str, float]:
        """The means so far, by name."""
        return {tag: total / count for tag, (total, count) in self._sums.items()}

    def clear(self) -> None:
        """Begins another epoch."""
        self._sums.clear()

    def state_dict(self) -> dict[str, Any]:
        """The sums and counts so far."""
        return {tag: list(sums) for tag, sums in self._sums.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self._sums = {tag: list(sums) for tag, sums in state.items()}
