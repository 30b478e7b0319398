"""The means of an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_TOGETHER = 32


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
        self._waiting: list[Sequence[tuple[str, float]]] = []  # added up together: a batch waits for that as little

    def add(self, items: Sequence[tuple[str, float]]) -> None:
        """Takes in the numbers of a batch."""
        self._waiting.append(items)
        if len(self._waiting) >= _TOGETHER:
            self._add_up()

    def values(self) -> dict[str, float]:
        """The means so far, by name."""
        self._add_up()
        return {tag: total / count for tag, (total, count) in self._sums.items()}

    def clear(self) -> None:
        """Begins another epoch."""
        self._waiting.clear()
        self._sums.clear()

    def _add_up(self) -> None:
        sums, waiting = self._sums, self._waiting
        self._waiting = []
        for items in waiting:
            for tag, value in items:
                found = sums.get(tag)
                if found is None:
                    sums[tag] = [value, 1]
                else:
                    found[0] += value
                    found[1] += 1

    def state_dict(self) -> dict[str, Any]:
        """The sums and counts so far."""
        self._add_up()
        return {tag: list(sums) for tag, sums in self._sums.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self._waiting.clear()
        self._sums = {tag: list(sums) for tag, sums in state.items()}
