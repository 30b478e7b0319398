"""What a loader draws its batches with, besides the generators that all share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class LoaderState:
    """The state of a torch `DataLoader`, as far as a resumed run needs it; any other loader has none.

    Args:
        loader: The loader.

    Example:
        >>> import torch
        >>> generator = torch.Generator().manual_seed(7)
        >>> loader = torch.utils.data.DataLoader(range(4), shuffle=True, generator=generator)
        >>> state = LoaderState(loader).state()
        >>> first = [batch.item() for batch in loader]
        >>> LoaderState(loader).restore(state)
        >>> [batch.item() for batch in loader] == first
        True
    """

    def __init__(self, loader: Any) -> None:
        self._loader = loader
        sampler = getattr(loader, "sampler", None)
        owners = [loader, sampler, getattr(getattr(loader, "batch_sampler", None), "sampler", None)]
        found: list[Any] = [getattr(owner, "generator", None) for owner in owners]
        # Each once, in order: mostly it is the same one.
        self._generators = list({id(one): one for one in found if hasattr(one, "get_state")}.values())

    def state(self) -> dict[str, Any]:
        """The states of its own generators, and whether it has workers that persist, which draw a seed only once."""
        has_workers = getattr(self._loader, "_iterator", None) is not None
        return {"generators": [one.get_state() for one in self._generators], "has_workers": has_workers}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes up a state. Workers that persist draw their seed anew: what they draw themselves is not as it was."""
        if state["has_workers"] and getattr(self._loader, "_iterator", None) is None:
            iter(self._loader)
        for one, saved in zip(self._generators, state["generators"], strict=False):
            one.set_state(saved)
