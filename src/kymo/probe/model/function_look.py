"""What is seen of the activation functions that modules call without a module of their own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from kymo.probe.hook import Hook
from kymo.probe.model.activation import activation_of, function_name

if TYPE_CHECKING:
    import torch
    from torch import nn

_MOST = 16  # calls of one function that one call of a module is told apart; a loop may make thousands


class _Call(NamedTuple):
    """A module that is being called."""

    name: str
    module: nn.Module
    counts: Counter[str]  # of the calls of each activation function


class FunctionLook:
    """Sees activation functions that are called while a network's modules are, each under the name of its module.

    The name is that of the innermost module and the function: `"block.relu"`, and `"block.relu.2"` where the module
    calls it a second time. What modules such as `torch.nn.ReLU` call is seen as theirs already. It is a mode of torch
    only between the beginning and the end of the outermost module's call.

    Args:
        names: Of all modules: functions are called otherwise.
        see: Is given a name, the function, what it was given and what it has given.

    Example:
        >>> import torch
        >>> module = torch.nn.Linear(2, 2)
        >>> look = FunctionLook(["block"], lambda name, *_: print(name))
        >>> look.enter("block", module)
        >>> torch.ones(1, 2).relu().exp().relu().tolist()
        block.relu
        block.relu.2
        [[2.7182817459106445, 2.7182817459106445]]
        >>> look.leave(module)
        >>> torch.ones(1, 2).relu().tolist()
        [[1.0, 1.0]]
    """

    def __init__(self, names: Iterable[str], see: Callable[[str, str, Any, torch.Tensor], None]) -> None:
        self._names = set(names)
        self._see = see
        self._calls: list[_Call] = []
        self._thread = threading.get_ident()
        self._look = Hook(self._look_at)  # what fails in it is no affair of the network's
        self._mode = _mode(self._called)
        self._is_on = False

    def enter(self, name: str, module: nn.Module) -> None:
        """A module is about to be called; its name is "" for the network itself."""
        if threading.get_ident() != self._thread:  # that of a replica, which knows nothing of the mode
            return
        self._calls.append(_Call(name, module, Counter()))
        if not self._is_on:
            self._is_on = True
            self._mode.__enter__()

    def leave(self, module: nn.Module) -> None:
        """The call of a module has ended, by an error perhaps."""
        if threading.get_ident() != self._thread or all(call.module is not module for call in self._calls):
            return
        while self._calls.pop().module is not module:
            pass
        if not self._calls:
            self.close()

    def close(self) -> None:
        """Sees nothing any more, wherever a call was left."""
        from torch.overrides import _get_current_function_mode

        self._calls.clear()
        # Below a mode that somebody has entered since and not left, it stays, and does nothing.
        if self._is_on and _get_current_function_mode() is self._mode:  # type: ignore[no-untyped-call]  # torch's own
            self._is_on = False
            self._mode.__exit__(None, None, None)

    def _called(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Calls the function, and looks at what it has given if it is an activation function."""
        output = func(*args, **kwargs)
        if self._calls:
            self._look(func, args, kwargs, output)
        return output

    def _look_at(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], output: Any) -> None:
        import torch

        function = function_name(func)
        if not function:
            return
        call, given = self._calls[-1], args[0] if args else kwargs.get("input")
        if activation_of(call.module) or isinstance(given, torch.nn.Parameter):
            return  # what is made of parameters, such as a positive scale, is no activation
        if not isinstance(output, torch.Tensor) or output.ndim < 2:
            return
        call.counts[function] += 1
        if call.counts[function] <= _MOST:
            self._see(self._name(call, function), function, (given,), output)

    def _name(self, call: _Call, function: str) -> str:
        first = f"{call.name}.{function}" if call.name else function
        names = [first, *(f"{first}.{number}" for number in range(2, 2 * _MOST + 1))]
        free = [name for name in names if name not in self._names]
        return free[call.counts[function] - 1]


def _mode(called: Callable[..., Any]) -> Any:
    """A mode of torch in which functions are called by `called`, which is given each with its arguments."""
    from torch.overrides import TorchFunctionMode

    class Mode(TorchFunctionMode):
        def __torch_function__(
            self, func: Any, _types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
        ) -> Any:
            return called(func, args, kwargs or {})

    return Mode()
