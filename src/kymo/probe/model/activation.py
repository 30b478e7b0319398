"""Activation functions, and what can be wrong with a unit behind one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import nn

# By the names of classes, since whoever derives from one or writes one again means the same.
_KINDS = {
    "ReLU": "relu",
    "ReLU6": "relu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "leaky_relu",
    "RReLU": "leaky_relu",
    "ELU": "elu",
    "CELU": "elu",
    "SELU": "elu",
    "GELU": "gelu",
    "SiLU": "silu",
    "Mish": "silu",
    "Hardswish": "silu",
    "Softplus": "softplus",
    "Tanh": "tanh",
    "Hardtanh": "tanh",
    "Sigmoid": "sigmoid",
    "Hardsigmoid": "sigmoid",
    "Softmax": "softmax",
    "LogSoftmax": "softmax",
}
# By the names of functions of torch and of methods of its tensors.
_FUNCTIONS = {
    "relu": "relu",
    "relu6": "relu",
    "leaky_relu": "leaky_relu",
    "prelu": "leaky_relu",
    "rrelu": "leaky_relu",
    "elu": "elu",
    "celu": "elu",
    "selu": "elu",
    "gelu": "gelu",
    "silu": "silu",
    "mish": "silu",
    "hardswish": "silu",
    "softplus": "softplus",
    "tanh": "tanh",
    "hardtanh": "tanh",
    "sigmoid": "sigmoid",
    "hardsigmoid": "sigmoid",
}
FUNCTIONS = tuple(_FUNCTIONS)  # their names
_NEAR_END = 0.97  # of a tanh: its slope is a seventeenth of its greatest there


def activation_of(module: nn.Module) -> str:
    """Which activation function a module is: "relu", "tanh", "sigmoid" and the like; "" where it is none."""
    return next((_KINDS[each.__name__] for each in type(module).__mro__ if each.__name__ in _KINDS), "")


def function_name(function: Any) -> str:
    """The name of a torch function that is an activation function, in place or not; "" of others.

    Example:
        >>> import torch
        >>> [function_name(each) for each in (torch.relu, torch.Tensor.relu_, torch.nn.functional.gelu, torch.exp)]
        ['relu', 'relu', 'gelu', '']
    """
    name = getattr(function, "__name__", "").removesuffix("_")
    return name if name in _FUNCTIONS else ""


def function_kind(name: str) -> str:
    """Which activation function one is, by its name, in the words of `activation_of`.

    Example:
        >>> function_kind("relu6"), function_kind("mish")
        ('relu', 'silu')
    """
    return _FUNCTIONS[name]


def active(output: torch.Tensor, axis: int) -> torch.Tensor:
    """Of each unit behind a ReLU, whether it let anything pass; bool of shape (units,)."""
    others = [each for each in range(output.ndim) if each != axis]
    return (output > 0).any(dim=others) if others else output > 0


def saturated(output: torch.Tensor, axis: int, kind: str) -> torch.Tensor:
    """Of each unit behind a tanh or a sigmoid, the share of its values at an end; float32 of shape (units,)."""
    # A sigmoid's range is half as wide, and begins at 0.
    low, high = (-_NEAR_END, _NEAR_END) if kind == "tanh" else ((1 - _NEAR_END) / 2, (1 + _NEAR_END) / 2)
    is_at_end = (output < low) | (output > high)
    others = [each for each in range(output.ndim) if each != axis]
    return is_at_end.float().mean(dim=others) if others else is_at_end.float()


def unit_axis(output: torch.Tensor, *, after_channels: bool) -> int:
    """The axis of the units: that of channels in images, of features elsewhere.

    Args:
        output: What a layer gives: (batch, features), (batch, time, features), (batch, channels, …).
        after_channels: Whether what came before has its channels in the second place, as convolutions do.
    """
    return 1 if output.ndim > 3 or (output.ndim == 3 and after_channels) else output.ndim - 1
