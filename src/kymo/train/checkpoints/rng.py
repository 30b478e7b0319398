"""The state of every random number generator that a training draws from: Python's, NumPy's and torch's."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from typing import Any


def rng_state() -> dict[str, Any]:
    """The states as plain data and tensors. NumPy's only where it is in use; one tensor for each CUDA device in use.

    >>> import torch
    >>> state = rng_state()
    >>> drawn = torch.rand(2), random.random()
    >>> restore_rng(state)
    >>> bool((torch.rand(2) == drawn[0]).all()), random.random() == drawn[1]
    (True, True)
    """
    import torch

    state: dict[str, Any] = {"python": random.getstate(), "torch": torch.get_rng_state()}
    if (numpy := sys.modules.get("numpy")) is not None:
        name, keys, *rest = numpy.random.get_state()
        state["numpy"] = (str(name), keys.tolist(), *rest)
    if torch.cuda.is_available() and torch.cuda.is_initialized():  # type: ignore[no-untyped-call] # torch's
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def restore_rng(state: Mapping[str, Any]) -> None:
    """Sets the generators that the state has; a machine with fewer devices takes those that it has."""
    import torch

    version, keys, gauss = state["python"]
    random.setstate((version, tuple(keys), gauss))
    torch.set_rng_state(state["torch"])
    if "numpy" in state:
        import numpy as np

        name, numbers, *rest = state["numpy"]
        np.random.set_state((name, np.array(numbers, np.uint32), *rest))
    for device, one in enumerate(state.get("cuda", ())):
        if device < torch.cuda.device_count():
            torch.cuda.set_rng_state(one, device)
