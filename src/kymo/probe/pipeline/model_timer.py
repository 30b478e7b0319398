"""How long a model's forward pass, its gradients and its optimizer take."""

from __future__ import annotations

import functools
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import MethodType
from typing import TYPE_CHECKING, Any

from kymo.probe.pipeline.device_timer import DeviceTimer
from kymo.probe.pipeline.timed_step import ModelTimes

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
        self._timed: MethodType | None = None
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
        self._is_able = self._is_able and not _is_compiled(model)
        if not self._is_able:
            return
        try:
            self._hook(model, self._optimizer)
        except Exception as error:  # whatever a model makes of hooks, it is trained without them
            self.end()
            self._is_able = False
            _logger.info("The model takes no hooks, so its passes are not timed: %s", error)

    def _hook(self, model: nn.Module, optimizer: Optimizer | None) -> None:
        self._removals.append(model.register_forward_pre_hook(_Hook(self._before_call)).remove)
        self._removals.append(model.register_forward_hook(_Hook(self._after_call)).remove)
        if optimizer is not None:
            self._wrap(optimizer)

    def _wrap(self, optimizer: Optimizer) -> None:
        """Not by hooks of the optimizer: torch takes them off its optimizers once anything is compiled."""
        from torch.compiler import is_compiling

        step = optimizer.step
        before = vars(optimizer).get("step")  # a scheduler's, perhaps

        @functools.wraps(step)
        def step_timed(_: Optimizer, *args: Any, **kwargs: Any) -> Any:
            if self._timed is not timed or is_compiling():
                return step(*args, **kwargs)
            self._tell_start("optimizer")
            began = time.perf_counter_ns()
            try:
                return step(*args, **kwargs)
            finally:
                self._stepping += time.perf_counter_ns() - began
                self._tell_stop("optimizer")

        self._timed = timed = MethodType(step_timed, optimizer)  # a method, as schedulers expect that wrap it in turn

        def unwrap() -> None:
            self._timed = None
            if vars(optimizer).get("step") is not timed:
                return  # somebody has wrapped it in turn, and it goes on untimed
            if before is None:
                del vars(optimizer)["step"]
            else:
                vars(optimizer)["step"] = before

        vars(optimizer)["step"] = timed
        self._removals.append(unwrap)

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
            tensor.register_hook(_Hook(self._before_gradients))

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


class _Hook:
    """A hook that times; whatever is copied or saved along with its model, the copy of it does nothing."""

    def __init__(self, call: Callable[..., None]) -> None:
        from torch.compiler import is_compiling

        self._call = call
        self._is_compiling = is_compiling

    def __call__(self, *given: Any) -> None:
        if self._is_compiling():
            return
        try:
            self._call(*given)
        except Exception as error:  # the step goes on, whatever its time was
            _logger.debug("A pass of the model is not timed: %s", error)

    def __reduce__(self) -> tuple[type[_Hook], tuple[Callable[..., None]]]:
        return _Hook, (_do_nothing,)


def _is_compiled(model: nn.Module) -> bool:
    """Whether the model is compiled, or may be part of a function that is."""
    if hasattr(model, "_orig_mod") or getattr(model, "_compiled_call_impl", None) is not None:
        return True
    compiler = sys.modules.get("torch._dynamo.utils")
    return any(getattr(compiler, "counters", {}).values())


def _do_nothing(*_: Any) -> None:
    pass


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
