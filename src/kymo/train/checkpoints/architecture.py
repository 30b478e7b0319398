"""What a model is made of: enough to tell that a checkpoint belongs to another one, and in which layers they differ."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kymo.train.checkpoints.errors import CheckpointError

if TYPE_CHECKING:
    from torch import nn

# Layers that an error names; a reader wants the first, not all thousand.
_NAMED = 4


def describe(model: nn.Module) -> dict[str, Any]:
    """The model's class, and the shape and dtype of each entry of its state, as plain data.

    >>> from torch import nn
    >>> describe(nn.Linear(3, 2))
    {'class': 'torch.nn.modules.linear.Linear', 'state': {'weight': ['float32', 2, 3], 'bias': ['float32', 2]}}
    """
    model = unwrapped(model)
    state = {name: _entry(value) for name, value in model.state_dict().items()}
    return {"class": f"{type(model).__module__}.{type(model).__qualname__}", "state": state}


def unwrapped(model: nn.Module) -> nn.Module:
    """The model itself, without what `torch.compile` and the parallel wrappers put around it.

    Its state has the names that a plain model of the same architecture has.

    >>> import torch
    >>> plain = torch.nn.Linear(1, 1)
    >>> unwrapped(torch.nn.DataParallel(plain)) is plain, unwrapped(plain) is plain
    (True, True)
    """
    from torch import nn

    while True:
        inner = getattr(model, "_orig_mod", None)
        if inner is None and isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            inner = model.module
        if not isinstance(inner, nn.Module):
            return model
        model = inner


def check_same(path: str | Path, saved: Mapping[str, Any], model: nn.Module) -> None:
    """Compares a description that was saved with a model that is to take the state up.

    Dtypes may differ: loading converts them.

    Args:
        path: The checkpoint, for the error.
        saved: What `describe` returned when it was saved.
        model: The model.

    Raises:
        CheckpointError: They differ; the layers that do are named.
    """
    known, here = saved.get("state", {}), describe(model)["state"]
    other_shape = (name for name in known if name in here and _sizes(known[name]) != _sizes(here[name]))
    differences = [
        *(f"{name} is {_shape(known[name])} there and {_shape(here[name])} here" for name in other_shape),
        *(f"{name} is only there" for name in known if name not in here),
        *(f"{name} is only here" for name in here if name not in known),
    ]
    if differences:
        more = f", and {len(differences) - _NAMED} more" if len(differences) > _NAMED else ""
        raise CheckpointError(
            f"{path} was saved from another architecture: {', '.join(differences[:_NAMED])}{more}. "
            "Build the model as it was, or start anew in another directory."
        )


def _entry(value: Any) -> list[Any]:
    # What a module adds to its state by itself (get_extra_state) may be anything.
    try:
        shape = getattr(value, "shape", None)
    except RuntimeError:  # a lazy parameter, which has none yet
        shape = None
    return ["object"] if shape is None else [str(value.dtype).removeprefix("torch."), *shape]


def _sizes(entry: list[Any]) -> list[Any] | None:
    return None if entry == ["object"] else entry[1:]


def _shape(entry: list[Any]) -> str:
    kind, *sizes = entry
    return "×".join(map(str, sizes)) if sizes else ("one number" if kind != "object" else "an object")
