"""What a data loader is set to."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

_PREFETCH = 2  # what torch takes where nothing is said


class Setting(NamedTuple):
    """How a DataLoader makes its batches.

    Attributes:
        num_workers: How many processes make them; 0: the training process itself.
        prefetch_factor: How many batches each worker makes ahead; it says nothing without workers.
        pin_memory: Whether batches are put into memory that a GPU can read while it computes.
        persistent_workers: Whether workers live on from epoch to epoch.

    Example:
        >>> Setting(2, prefetch_factor=4).arguments()
        {'num_workers': 2, 'pin_memory': False, 'prefetch_factor': 4, 'persistent_workers': True}
        >>> Setting(0).arguments()
        {'num_workers': 0, 'pin_memory': False}
    """

    num_workers: int
    prefetch_factor: int = _PREFETCH
    pin_memory: bool = False
    persistent_workers: bool = True

    @classmethod
    def of(cls, loader: Any) -> Self:
        """That of a DataLoader."""
        persists = loader.persistent_workers or not loader.num_workers
        return cls(loader.num_workers, loader.prefetch_factor or _PREFETCH, loader.pin_memory, persists)

    @property
    def batches_ahead(self) -> int:
        """How many batches lie ready at most."""
        return self.num_workers * self.prefetch_factor

    def arguments(self) -> dict[str, Any]:
        """As arguments of a DataLoader."""
        found: dict[str, Any] = {"num_workers": self.num_workers, "pin_memory": self.pin_memory}
        if self.num_workers:
            found |= {"prefetch_factor": self.prefetch_factor, "persistent_workers": self.persistent_workers}
        return found

    def __str__(self) -> str:
        words = [f"num_workers={self.num_workers}"]
        if self.num_workers:
            words.append(f"prefetch_factor={self.prefetch_factor}")
            if not self.persistent_workers:
                words.append("persistent_workers=False")
        if self.pin_memory:
            words.append("pin_memory=True")
        return ", ".join(words)
