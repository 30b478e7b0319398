"""A copy of a state on the host, which training may go on changing the original of."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def host_copy(state: Any) -> Any:
    """Copies nested dicts, lists and tuples with every tensor in them to the host's memory.

    Devices copy while the next tensor is asked for, and are waited for once, at the end: training stands still for
    as long as the copy takes. Tensors that are one and the same (tied weights) are one in the copy, too.

    Args:
        state: What a `state_dict()` returns, of any depth: tensors, numbers, texts, booleans and None. NumPy's numbers
            become Python's and its arrays tensors, so that `torch.load` reads all of it with `weights_only=True`.

    Raises:
        TypeError: It holds something else.

    >>> import torch
    >>> weight = torch.zeros(2)
    >>> copy = host_copy({"weight": weight, "tied": weight, "epoch": 3})
    >>> weight += 1
    >>> copy["weight"].tolist(), copy["weight"] is copy["tied"], copy["epoch"]
    ([0.0, 0.0], True, 3)
    """
    copying = _Copying()
    copied = copying.copy(state)
    copying.wait()
    return copied


_PLAIN = bool | int | float | complex | str | bytes


class _Copying:
    def __init__(self) -> None:
        self._copies: dict[tuple[Any, ...], torch.Tensor] = {}
        self._devices: set[torch.device] = set()

    def copy(self, state: Any) -> Any:
        import torch

        if isinstance(state, torch.Tensor):
            return self._tensor(state)
        if isinstance(state, Mapping):
            return self._mapping(state)
        if isinstance(state, list):
            return [self.copy(item) for item in state]
        if isinstance(state, tuple):
            return tuple(self.copy(item) for item in state)
        if type(state).__module__ == "numpy":  # before the plain ones: its float64 is a float, too
            return torch.from_numpy(state.copy()) if state.shape else state.item()
        if state is None or isinstance(state, _PLAIN | torch.dtype | torch.device):
            return state
        raise TypeError(f"it holds a {type(state).__module__}.{type(state).__qualname__}")

    def _mapping(self, state: Mapping[Any, Any]) -> dict[Any, Any]:
        items = {key: self.copy(value) for key, value in state.items()}
        if isinstance(state, Counter):
            return Counter(items)
        if not isinstance(state, OrderedDict):
            return items
        ordered = OrderedDict(items)
        # The versions of a module's layers, which loading looks at.
        if hasattr(state, "_metadata"):
            ordered._metadata = state._metadata  # type: ignore[attr-defined] # torch sets it
        return ordered

    def _tensor(self, tensor: torch.Tensor) -> torch.Tensor:
        import torch

        tensor = tensor.detach()
        if tensor.layout is not torch.strided:
            return tensor.cpu().clone()
        # Those that share memory in another shape are copied apart: what a load puts them into shares it again.
        key = (tensor.device, tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride())
        if key in self._copies and tensor.numel():
            return self._copies[key]
        if tensor.device.type == "cpu":
            copy = tensor.clone()
        else:
            copy = tensor.to("cpu", non_blocking=True)
            self._devices.add(tensor.device)
        self._copies[key] = copy
        return copy

    def wait(self) -> None:
        """A copy that does not block holds nothing that can be read until its device has come so far."""
        import torch

        for device in self._devices:
            if device.type == "cuda":
                torch.cuda.current_stream(device).synchronize()
            else:
                getattr(torch, device.type).synchronize()
