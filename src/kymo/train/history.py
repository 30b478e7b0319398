"""What the epochs of a training came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kymo.train.stopping.outcome import Outcome


class History(Mapping[str, Sequence[float]]):
    """A mapping of names to one number for each epoch; NaN where an epoch had none.

    Attributes:
        outcome: How the training ended; None while it goes on.

    Example:
        >>> history = History()
        >>> history.add({"train/loss": 0.5, "val/loss": 0.6})
        >>> history.add({"train/loss": 0.25, "val/loss": 0.5})
        >>> history["val/loss"], len(history["train/loss"])
        ([0.6, 0.5], 2)
    """

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self._epochs: list[dict[str, float]] = []

    def add(self, numbers: Mapping[str, float]) -> None:
        """Takes in what an epoch came to."""
        self._epochs.append(dict(numbers))

    def __getitem__(self, name: str) -> list[float]:
        if name not in self._names():
            raise KeyError(f"no epoch has {name!r}: there is {', '.join(self) or 'nothing'}")
        return [epoch.get(name, float("nan")) for epoch in self._epochs]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def _names(self) -> dict[str, None]:
        return {name: None for epoch in self._epochs for name in epoch}

    def state_dict(self) -> dict[str, Any]:
        """The epochs so far."""
        return {"epochs": [dict(epoch) for epoch in self._epochs]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""
        self._epochs = [dict(epoch) for epoch in state["epochs"]]
