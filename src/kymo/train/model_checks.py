"""What is wrong with a model, its optimizer and its data before the training has run for hours: told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kymo.train.batch_device import tensors_of

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer

# Parameters that a warning names.
_NAMED = 3


class DeviceMismatchError(RuntimeError):
    """The model is on one device and its data on another."""


def check_devices(model: nn.Module, batch: Any) -> None:
    """Compares the devices of a model and of a batch.

    A model that lies on several devices is right as long as the batch is on one of them.

    Raises:
        DeviceMismatchError: The batch is on none of the model's devices. A RuntimeError, as torch's own is.

    >>> import torch
    >>> check_devices(torch.nn.Linear(2, 1, device="meta"), [torch.zeros(2)])
    Traceback (most recent call last):
    kymo.train.model_checks.DeviceMismatchError: The model's parameter 'weight' is on meta and the batch is on cpu: \
use run.batches(loader, device='meta'), or model.to('cpu').
    """
    first = next(tensors_of(batch), None)
    homes = {parameter.device: name for name, parameter in reversed(list(model.named_parameters()))}
    if first is None or not homes or any(tensor.device in homes for tensor in tensors_of(batch)):
        return
    device, name = next(reversed(homes.items()))
    raise DeviceMismatchError(
        f"The model's parameter {name!r} is on {device} and the batch is on {first.device}: "
        f"use run.batches(loader, device='{device}'), or model.to('{first.device}')."
    )


def check_first_call(model: nn.Module) -> None:
    """Compares the devices of a model and of what it is called with the next time, as `check_devices` does."""

    def check(module: nn.Module, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        handle.remove()
        check_devices(module, [arguments, named])

    handle = model.register_forward_pre_hook(check, with_kwargs=True)


def optimizer_faults(model: nn.Module, optimizer: Optimizer) -> Iterator[str]:
    """What will keep an optimizer from training a model, each a sentence.

    >>> import torch
    >>> model = torch.nn.Linear(2, 1)
    >>> list(optimizer_faults(model, torch.optim.SGD(torch.nn.Linear(2, 1).parameters())))
    ["The optimizer holds none of the model's parameters, so training changes nothing: give it model.parameters()."]
    """
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    parameters = [(name, parameter, id(parameter) in held) for name, parameter in model.named_parameters()]
    if parameters and not any(is_held for _, _, is_held in parameters):
        yield (
            "The optimizer holds none of the model's parameters, so training changes nothing: "
            "give it model.parameters()."
        )
        return
    frozen = [
        name for name, parameter in model.named_parameters() if id(parameter) in held and not parameter.requires_grad
    ]
    if frozen:
        yield (
            f"The optimizer holds {_listed(frozen)} with requires_grad=False, which it will never change: "
            "leave them out, or set requires_grad to train them."
        )
    left = [
        name for name, parameter in model.named_parameters() if id(parameter) not in held and parameter.requires_grad
    ]
    if left:
        yield (
            f"The optimizer does not hold {_listed(left)}, which therefore will not train: "
            "add them, or set requires_grad=False so that no gradients are computed for them."
        )


def gradient_faults(model: nn.Module) -> Iterator[str]:
    """Gradients that do not fit their parameters, each a sentence; to be asked after a backward pass.

    >>> import torch
    >>> list(gradient_faults(torch.nn.Linear(2, 1)))
    []
    """
    for name, parameter in model.named_parameters():
        gradient = parameter.grad
        if gradient is None:
            continue
        if gradient.shape != parameter.shape:
            yield (
                f"The gradient of {name!r} has the shape {tuple(gradient.shape)}, and the parameter "
                f"{tuple(parameter.shape)}: whatever sets its .grad must keep the shape."
            )
        elif gradient.device != parameter.device:
            yield f"The gradient of {name!r} is on {gradient.device}, and the parameter on {parameter.device}."


def _listed(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:_NAMED]))
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
