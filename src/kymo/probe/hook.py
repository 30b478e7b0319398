"""Hooks that look, and change nothing."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

_logger = logging.getLogger("kymo")


class Hook:
    """A hook that looks; whatever is copied or saved along with its model, the copy of it does nothing.

    What fails in it is no affair of the training.

    Args:
        call: What is done with what the hook is given.
    """

    def __init__(self, call: Callable[..., None]) -> None:
        from torch.compiler import is_compiling

        self._call = call
        self._is_compiling = is_compiling

    def __call__(self, *given: Any) -> None:
        if self._is_compiling():
            return
        try:
            self._call(*given)
        except Exception as error:  # the step goes on, whatever was looked at
            _logger.debug("A hook of the model has failed: %s", error)

    def __reduce__(self) -> tuple[type[Hook], tuple[Callable[..., None]]]:
        return Hook, (_do_nothing,)


def has_compiled_parts(model: nn.Module) -> bool:
    """Whether the model or a module in it is compiled: its modules' hooks are not called then."""
    return any(
        hasattr(each, "_orig_mod") or getattr(each, "_compiled_call_impl", None) is not None for each in model.modules()
    )


def is_compiled(model: nn.Module) -> bool:
    """Whether the model is compiled, or may be part of a function that is: hooks that come and go would be, too."""
    if has_compiled_parts(model):
        return True
    compiler = sys.modules.get("torch._dynamo.utils")
    return any(getattr(compiler, "counters", {}).values())


def is_under_compiled() -> bool:
    """Whether what is called is called from a compiled function, which then compiles what that calls in turn."""
    frames = getattr(getattr(sys.modules.get("torch._C"), "_dynamo", None), "eval_frame", None)
    callback = getattr(frames, "get_eval_frame_callback", None)
    return callback is not None and callable(callback())


def _do_nothing(*_: Any) -> None:
    pass
