"""What is seen of a network's parameters in one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import nn
    from torch.optim import Optimizer

    from kymo.probe.model.sample import Sample, Wanted


class ParameterLook:
    """Looks at parameters, their gradients, and what an optimizer changes in them.

    Each parameter is looked at once, however often optimizers make steps.

    Args:
        sample: What takes in what is seen.
        wanted: What is looked at.
        parameters: Those that are looked at, by name.

    Attributes:
        has_stepped: Whether an optimizer was seen making its step.
    """

    def __init__(self, sample: Sample, wanted: Wanted, parameters: Mapping[str, nn.Parameter]) -> None:
        self.has_stepped = False
        self._sample = sample
        self._wanted = wanted
        self._rest = dict(parameters)  # not looked at yet
        self._versions = {name: each._version for name, each in parameters.items()}
        self._kept: dict[str, torch.Tensor] = {}

    def before_step(self, optimizer: Optimizer) -> Callable[[], None]:
        """An optimizer is about to make its step; returns what is to be done after it."""
        self.has_stepped = True
        mine = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        parameters = {name: each for name, each in self._rest.items() if id(each) in mine}
        # What a fused optimizer has yet to divide its gradients by.
        scale = getattr(optimizer, "grad_scale", None)
        for name, parameter in parameters.items():
            del self._rest[name]
            self._look_at(name, parameter, scale)
        if not self._wanted.updates:
            return _nothing
        before = self._copies({name: each for name, each in parameters.items() if each.grad is not None})
        return lambda: self._take_updates(before, parameters)

    def keep(self) -> None:
        """Copies the parameters, where no optimizer is seen making its step: what it changes is known when it has."""
        if self._wanted.updates:
            self._kept = self._copies({name: each for name, each in self._rest.items() if each.requires_grad})

    def has_changed(self) -> bool:
        """Whether anything was written to the parameters in the step, by an optimizer most likely."""
        return any(each._version != self._versions[name] for name, each in self._rest.items())

    def without_optimizer(self) -> None:
        """The step has ended, and no optimizer was seen: gradients are those that are there."""
        changed = {name for name, each in self._rest.items() if each._version != self._versions[name]}
        parameters = dict(self._rest)
        for name, parameter in parameters.items():
            self._look_at(name, parameter, None)
        self._rest.clear()
        self._take_updates({name: old for name, old in self._kept.items() if name in changed}, parameters)

    def look_at_rest(self) -> None:
        """Looks at the weights of those parameters that no optimizer has, or whose optimizer made no step."""
        for name, parameter in self._rest.items():
            if self._wanted.weights:
                self._sample.count("weights", name, parameter.detach())
        self._rest.clear()

    def _look_at(self, name: str, parameter: nn.Parameter, scale: Any) -> None:
        gradient = parameter.grad
        if self._wanted.weights:
            self._sample.count("weights", name, parameter.detach())
        if self._wanted.gradients and gradient is not None:
            gradient = gradient.detach()
            scaled = gradient if scale is None else gradient / scale.to(gradient.device)
            self._sample.count("gradients", name, scaled)

    def _copies(self, parameters: Mapping[str, nn.Parameter]) -> dict[str, torch.Tensor]:
        for name, parameter in parameters.items():
            self._sample.take_norm(name, parameter.detach())
        return {name: each.detach().clone() for name, each in parameters.items()}

    def _take_updates(self, before: Mapping[str, torch.Tensor], parameters: Mapping[str, nn.Parameter]) -> None:
        for name, old in before.items():
            self._sample.count("updates", name, parameters[name].detach() - old)


def first_evaluation(closure: Callable[..., Any], look: Callable[[], None]) -> Callable[..., Any]:
    """A closure that an optimizer evaluates, which has gradients looked at once it has made them first.

    Example:
        >>> evaluated = first_evaluation(lambda: print("evaluated"), lambda: print("looked at"))
        >>> evaluated(), evaluated()
        evaluated
        looked at
        evaluated
        (None, None)
    """
    looks = [look]

    def evaluated(*args: Any, **kwargs: Any) -> Any:
        result = closure(*args, **kwargs)
        if looks:
            looks.pop()()
        return result

    return evaluated


def _nothing() -> None:
    pass
