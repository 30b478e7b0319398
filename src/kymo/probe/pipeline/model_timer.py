"""How long a model's forward pass, its gradients and its optimizer take."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kymo.probe.hook import Hook, is_compiled
from kymo.probe.pipeline.device_timer import DeviceTimer
from kymo.probe.pipeline.timed_step import ModelTimes
from kymo.probe.wrapped_step import wrap_step

if TYPE_CHECKING:
    import torch
    from torch import nn
    from torch.optim import Optimizer

_logger = logging.getLogger("kymo")
_OUTPUTS = 8  # of a model, whose gradients are waited for: the first of them begins the backward pass


class ModelTimer:
    """Times the passes of one model in the steps that it is switched on for; at other times the model has no hook.

    The forward pass is the call of the model itself, the backward pass lasts from the gradient of its output until all
    gradients are there, and what the loss function takes is neither. On a GPU it is the time that the host takes to ask
    for them. A model that takes no hooks is not timed, and none is once anything was compiled in the process: what
    comes and goes with the steps would be compiled along, again and again.

    Args:
        model: The model.
        optimizer: Its optimizer.

    Example:
        >>> import torch
        >>> model = torch.nn.Linear(3, 1)
        >>> timer = ModelTimer(model, torch.optim.SGD(model.parameters()))
        >>> timer.begin()
        >>> model(torch.ones(2, 3)).sum().backward()
        >>> times = timer.end()
        >>> times.forward > 0, times.backward > 0, times.optimizer
        (True, True, 0)
    """

    def __init__(self, model: nn.Module, optimizer: Optimizer | None = None) -> None:
        self._model, self._optimizer = model, optimizer
        self._forward = self._backward = self._stepping = 0
        self._called = self._asked = 0
        self._removals: list[Callable[[], None]] = []
        self._is_able = hasattr(model, "register_forward_pre_hook")
        self._gpu: DeviceTimer | None = None

    @property
    def device(self) -> torch.device | None:
        """Where the model is; None where that is not known."""
        try:
            return next((parameter.device for parameter in self._model.parameters()), None)
        except Exception:  # what a model is, nobody knows
            return None

    def begin(self, gpu: DeviceTimer | None = None) -> None:
        """A step begins that is timed.

        Args:
            gpu: Is told of the passes, too.
        """
        self.end()
        self._gpu = gpu
        model = self._model
        self._is_able = self._is_able and not is_compiled(model)
        if not self._is_able:
            return
        try:
            self._hook(model, self._optimizer)
        except Exception as error:  # whatever a model makes of hooks, it is trained without them
            self.end()
            self._is_able = False
            _logger.info("The model takes no hooks, so its passes are not timed: %s", error)

    def _hook(self, model: nn.Module, optimizer: Optimizer | None) -> None:
        self._removals.append(model.register_forward_pre_hook(Hook(self._before_call)).remove)
        self._removals.append(model.register_forward_hook(Hook(self._after_call)).remove)
        if optimizer is not None:
            self._removals.append(wrap_step(optimizer, self._stepped))

    def _stepped(self, step: Callable[[], Any]) -> Any:
        self._tell_start("optimizer")
        began = time.perf_counter_ns()
        try:
            return step()
        finally:
            self._stepping += time.perf_counter_ns() - began
            self._tell_stop("optimizer")

    def end(self) -> ModelTimes | None:
        """It has ended; returns what it took, or None where that cannot be known."""
        for remove in self._removals:
            remove()
        self._removals.clear()
        self._gpu = None
        times = ModelTimes(self._forward, self._backward, self._stepping)
        self._forward = self._backward = self._stepping = 0
        self._called = self._asked = 0
        return times if self._is_able else None

    def _tell_start(self, name: str) -> None:
        if self._gpu is not None:
            self._gpu.start(name)

    def _tell_stop(self, name: str) -> None:
        if self._gpu is not None:
            self._gpu.stop(name)

    def _before_call(self, *_: Any) -> None:
        self._tell_start("forward")
        self._called = time.perf_counter_ns()

    def _after_call(self, _: nn.Module, __: Any, output: Any) -> None:
        if self._called:
            self._forward += time.perf_counter_ns() - self._called
            self._called = 0
            self._tell_stop("forward")
        for number, tensor in enumerate(_with_gradients(output)):
            if number == _OUTPUTS:
                break
            tensor.register_hook(Hook(self._before_gradients))

    def _before_gradients(self, _: Any) -> None:
        if self._asked or not self._removals:
            return
        from torch.autograd import Variable

        self._tell_start("backward")
        self._asked = time.perf_counter_ns()
        # The engine calls it when the backward pass that goes on is complete.
        variable: Any = Variable
        variable._execution_engine.queue_callback(self._after_gradients)

    def _after_gradients(self) -> None:
        if self._asked:
            self._backward += time.perf_counter_ns() - self._asked
            self._asked = 0
            self._tell_stop("backward")


def _with_gradients(output: Any) -> Iterator[Any]:
    """The tensors of a model's output that gradients may flow through."""
    if getattr(output, "grad_fn", None) is not None and hasattr(output, "register_hook"):
        yield output
    elif isinstance(output, Mapping):
        for part in output.values():
            yield from _with_gradients(part)
    elif isinstance(output, (tuple, list)):
        for part in output:
            yield from _with_gradients(part)
