"""An optimizer's step, with something done around it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch.optim import Optimizer


def wrap_step(optimizer: Optimizer, around: Callable[[functools.partial[Any]], Any]) -> Callable[[], None]:
    """Has each step of an optimizer done by `around`, which is given the step and returns what it returns.

    Not by hooks of the optimizer: torch takes them off its optimizers once anything is compiled.

    Returns:
        What takes it off again.

    Example:
        >>> import torch
        >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
        >>> unwrap = wrap_step(optimizer, lambda step: (print("before"), step(), print("after"))[1])
        >>> optimizer.step()
        before
        after
        >>> unwrap(), "step" in vars(optimizer)
        (None, False)
    """
    from torch.compiler import is_compiling

    step = optimizer.step
    before = vars(optimizer).get("step")  # a scheduler's, perhaps
    is_on = True

    @functools.wraps(step)
    def wrapped(_: Optimizer, *args: Any, **kwargs: Any) -> Any:
        if not is_on or is_compiling():
            return step(*args, **kwargs)
        return around(functools.partial(step, *args, **kwargs))

    method = MethodType(wrapped, optimizer)  # as schedulers expect that wrap it in turn

    def unwrap() -> None:
        nonlocal is_on
        is_on = False
        if vars(optimizer).get("step") is not method:
            return  # somebody has wrapped it in turn, and it goes on with nothing around
        if before is None:
            del vars(optimizer)["step"]
        else:
            vars(optimizer)["step"] = before

    vars(optimizer)["step"] = method
    return unwrap
