"""What is seen of a network's modules in one step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kymo.probe.model.activation import activation_of, active, function_kind, saturated, unit_axis

if TYPE_CHECKING:
    import torch
    from torch import nn

    from kymo.probe.model.sample import Sample

_CHANNELS = ("Conv", "BatchNorm", "InstanceNorm", "GroupNorm", "Pool")


class ModuleLook:
    """Looks at what modules are given and give, in the passes that the network is trained in.

    Args:
        sample: What takes in what is seen.
        network: The network, at the beginning of a step.

    Attributes:
        has_seen: Whether any module was seen being called.
    """

    def __init__(self, sample: Sample, network: nn.Module) -> None:
        self.has_seen = False
        self._sample = sample
        self._network = network
        self._was_training = network.training
        self._has_channels = False

    def entered(self, name: str) -> None:
        """A module is about to be called."""
        if self._is_counted():
            self._sample.calls.setdefault(name, 0)

    def left(self, name: str, output: Any) -> None:
        """A module has given something, of which only its shape matters."""
        tensor = next(_tensors(output), None)
        if tensor is not None and self._is_counted():
            self._sample.calls[name] = self._sample.calls.get(name, 0) + 1
            self._sample.shapes.setdefault(name, list(tensor.shape[1:]))

    def called(self, name: str, module: nn.Module, given: Any, output: Any) -> None:
        """A module without parts was given something, and has given something."""
        self.has_seen = True
        tensor = next(_tensors(output), None)
        if tensor is None or not self._is_counted() or _is_vectorized(tensor):
            return
        self._has_channels = self._has_channels_behind(module)
        if not tensor.dtype.is_floating_point:
            return
        tensor = tensor.detach()
        self._count(name, activation_of(module), given, tensor)

    def called_function(self, name: str, function: str, given: Any, output: torch.Tensor) -> None:
        """A module has called an activation function that is no module."""
        if not self._is_counted() or _is_vectorized(output) or not output.dtype.is_floating_point:
            return
        self._sample.functions[name] = function
        self.entered(name)
        self.left(name, output)
        self._count(name, function_kind(function), given, output.detach())

    def _count(self, name: str, kind: str, given: Any, tensor: torch.Tensor) -> None:
        self._sample.count("activations", name, tensor)
        first = next(_tensors(given), None)
        # What a module has overwritten, or hands on as it is, says nothing of what it does.
        if first is not None and first.dtype.is_floating_point and not _shares_memory(first, tensor):
            self._sample.take_input(name, first.detach())
        if tensor.ndim < 2 or kind not in ("relu", "tanh", "sigmoid"):
            return
        axis = unit_axis(tensor, after_channels=self._has_channels)
        self._sample.take_units(name, kind, active(tensor, axis) if kind == "relu" else saturated(tensor, axis, kind))

    def _is_counted(self) -> bool:
        """Not in a validation, which switches the network over, nor in what is computed once more."""
        import torch

        is_training = self._network.training
        if is_training != self._was_training or not (is_training or torch.is_grad_enabled()):
            return False
        return not _is_recomputed()

    def _has_channels_behind(self, module: nn.Module) -> bool:
        """Whether features lie in the second place of what comes now, as convolutions put them."""
        if any(word in type(module).__name__ for word in _CHANNELS):
            return True
        return self._has_channels and (bool(activation_of(module)) or "Dropout" in type(module).__name__)


def _tensors(output: Any) -> Iterator[torch.Tensor]:
    if hasattr(output, "detach") and hasattr(output, "dtype"):
        yield output
    elif isinstance(output, Mapping):
        for part in output.values():
            yield from _tensors(part)
    elif isinstance(output, (tuple, list)):
        for part in output:
            yield from _tensors(part)


def _is_vectorized(tensor: torch.Tensor) -> bool:
    """Whether its values are hidden, as in a function that torch.func maps or differentiates."""
    import torch

    ask = getattr(getattr(torch._C, "_functorch", None), "is_functorch_wrapped_tensor", None)
    return ask is not None and bool(ask(tensor))


def _shares_memory(one: torch.Tensor, other: torch.Tensor) -> bool:
    return bool(one.layout == other.layout and one.data_ptr() == other.data_ptr())


def _is_recomputed() -> bool:
    """Whether a backward pass goes on, in which checkpointed activations are computed once more."""
    import torch

    current = getattr(torch._C, "_current_graph_task_id", None)
    return current is not None and current() != -1
