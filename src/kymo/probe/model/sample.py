"""What is looked at in one step of a training."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from kymo.probe.model.activation import activation_of, active, saturated, unit_axis

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from torch import nn
    from torch.optim import Optimizer

    from kymo.probe.model.counted import Counter, Counts

_CHANNELS = ("Conv", "BatchNorm", "InstanceNorm", "GroupNorm", "Pool")


class Wanted(NamedTuple):
    """What is looked at."""

    weights: bool
    gradients: bool
    updates: bool
    activations: bool


class Sample:
    """Looks at a network in one step, and changes nothing.

    Args:
        step: The global step.
        counter: Counts.
        wanted: What is looked at.
        parameters: Those that are looked at, by name.

    Attributes:
        step: The global step.
        counts: What was counted, by kind ("weights", "gradients", "updates", "activations") and name; of a module that
            is called several times, one of each call.
        units: Of each layer behind which units can die or saturate, its activation, and of each unit what it did in
            this step.
        calls: How often each module was called, in the order of the first calls.
        shapes: The shape of what each module gave, without the batch.
        has_stepped: Whether an optimizer has made its step.
    """

    def __init__(self, step: int, counter: Counter, wanted: Wanted, parameters: Mapping[str, nn.Parameter]) -> None:
        self.step = step
        self.counts: defaultdict[tuple[str, str], list[Counts]] = defaultdict(list)
        self.units: defaultdict[str, list[tuple[str, NDArray[np.float64]]]] = defaultdict(list)
        self.calls: dict[str, int] = {}
        self.shapes: dict[str, list[int]] = {}
        self.has_stepped = False
        self._counter = counter
        self._wanted = wanted
        self._parameters = parameters
        self._has_channels = False

    def called(self, name: str, module: nn.Module, output: Any) -> None:
        """A module has given something."""
        tensor = next(_tensors(output), None)
        if tensor is None or _is_recomputed() or not _is_training(module):
            return
        self.calls[name] = self.calls.get(name, 0) + 1
        self.shapes.setdefault(name, list(tensor.shape[1:]))
        self._has_channels = self._has_channels_behind(module)
        if not tensor.dtype.is_floating_point:
            return
        tensor = tensor.detach()
        self._count("activations", name, tensor)
        kind = activation_of(module)
        if tensor.ndim < 2 or kind not in ("relu", "tanh", "sigmoid"):
            return
        axis = unit_axis(tensor, after_channels=self._has_channels)
        units = active(tensor, axis) if kind == "relu" else saturated(tensor, axis, kind)
        self._counter.read(units, lambda read: self.units[name].append((kind, read)))

    def before_step(self, optimizer: Optimizer) -> Callable[[], None]:
        """An optimizer is about to make its step; returns what is to be done after it."""
        import torch

        self.has_stepped = True
        mine = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        parameters = {name: each for name, each in self._parameters.items() if id(each) in mine}
        # What a fused optimizer has yet to divide its gradients by.
        scale = getattr(optimizer, "grad_scale", None)
        for name, parameter in parameters.items():
            self._look_at(name, parameter, scale)
        if not self._wanted.updates:
            return _nothing
        before = {name: each.detach().clone() for name, each in parameters.items() if each.grad is not None}

        def after_step() -> None:
            with torch.no_grad():
                for name, old in before.items():
                    self._count("updates", name, parameters[name].detach() - old)

        return after_step

    def without_step(self) -> None:
        """No optimizer is known: gradients are those that are there when the step ends."""
        for name, parameter in self._parameters.items():
            self._look_at(name, parameter, None)

    def _look_at(self, name: str, parameter: nn.Parameter, scale: Any) -> None:
        gradient = parameter.grad
        if self._wanted.weights:
            self._count("weights", name, parameter.detach())
        if self._wanted.gradients and gradient is not None:
            gradient = gradient.detach()
            self._count("gradients", name, gradient if scale is None else gradient / scale.to(gradient.device))

    def _count(self, kind: str, name: str, tensor: torch.Tensor) -> None:
        taken = self.counts[kind, name]
        self._counter.count(tensor, taken.append)

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


def _is_recomputed() -> bool:
    """Whether a backward pass goes on, in which checkpointed activations are computed once more."""
    import torch

    current = getattr(torch._C, "_current_graph_task_id", None)
    return current is not None and current() != -1


def _is_training(module: nn.Module) -> bool:
    """Not in a validation, which switches modules over and needs no gradients."""
    import torch

    return module.training or torch.is_grad_enabled()


def _nothing() -> None:
    pass
