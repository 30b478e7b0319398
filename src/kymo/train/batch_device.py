"""Batches on the device that they are computed on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kymo.probe.pipeline.device_step import CopiedBytes

if TYPE_CHECKING:
    import torch

    Move = Callable[[torch.Tensor, torch.device | str], torch.Tensor]


def to_device(batch: Any, device: torch.device | str, move: Move | None = None) -> Any:
    """Moves every tensor of a batch to a device.

    Goes into tuples (named ones, too), lists, dicts and dataclasses of any depth; anything else that has a method `to`
    (a `PackedSequence`, a graph, a tokenizer's encoding) moves itself, and what has none stays as it is. The host does
    not wait for tensors that lie in pinned memory.

    Args:
        batch: What a data loader gives.
        device: Where it shall be.
        move: Moves a tensor there, if it is to be moved in another way.

    >>> import torch
    >>> to_device({"image": torch.zeros(2), "names": ["a", "b"]}, "meta")
    {'image': tensor(..., device='meta', size=(2,)), 'names': ['a', 'b']}
    """
    import torch

    if isinstance(batch, torch.Tensor):
        return batch.to(device, non_blocking=batch.is_pinned()) if move is None else move(batch, device)
    if isinstance(batch, str | bytes):
        return batch
    if hasattr(batch, "to") and not isinstance(batch, type):
        return batch.to(device)
    if isinstance(batch, Mapping):
        moved = {key: to_device(value, device, move) for key, value in batch.items()}
        return moved if type(batch) is dict else _rebuilt(batch, moved)
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*(to_device(item, device, move) for item in batch))
    if isinstance(batch, list | tuple):
        return type(batch)([to_device(item, device, move) for item in batch])
    if dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        return _moved_fields(batch, device, move)
    return batch


def tensors_of(batch: Any) -> Iterator[torch.Tensor]:
    """Every tensor of a batch, in order.

    >>> import torch
    >>> [len(tensor) for tensor in tensors_of([torch.zeros(2), {"label": torch.zeros(3)}, "name"])]
    [2, 3]
    """
    import torch

    if isinstance(batch, torch.Tensor):
        yield batch
    elif isinstance(batch, Mapping):
        for value in batch.values():
            yield from tensors_of(value)
    elif isinstance(batch, list | tuple):
        for item in batch:
            yield from tensors_of(item)
    elif dataclasses.is_dataclass(batch) and not isinstance(batch, type):
        for field in dataclasses.fields(batch):
            yield from tensors_of(getattr(batch, field.name))


def copied_bytes(batch: Any) -> CopiedBytes:
    """How much of a batch is copied when it is moved to a GPU, as far as it is tensors on the host.

    >>> import torch
    >>> copied_bytes([torch.zeros(2), {"image": torch.zeros(3, dtype=torch.uint8)}, "name"])
    CopiedBytes(total=11, pinned=0, floats=8)
    """
    import torch

    total = pinned = floats = 0
    for tensor in tensors_of(batch):
        if tensor.device.type != "cpu":
            continue
        size = tensor.numel() * tensor.element_size()
        total += size
        if tensor.is_pinned():
            pinned += size
        if tensor.dtype in (torch.float32, torch.float64):
            floats += size
    return CopiedBytes(total, pinned, floats)


def _rebuilt(batch: Mapping[Any, Any], moved: dict[Any, Any]) -> Any:
    """A mapping of its own kind where that can be made of a dict; a dict serves as well."""
    try:
        return type(batch)(moved)  # type: ignore[call-arg] # tried
    except TypeError:
        return moved


def _moved_fields(batch: Any, device: torch.device | str, move: Move | None) -> Any:
    import copy

    # A copy, so that neither __init__ nor __post_init__ runs again, and a frozen one can be moved, too.
    moved = copy.copy(batch)
    for field in dataclasses.fields(batch):
        object.__setattr__(moved, field.name, to_device(getattr(batch, field.name), device, move))
    return moved
