"""Which parameters and modules of a network are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from kymo.probe.model.activation import FUNCTIONS

if TYPE_CHECKING:
    from torch import nn

_PARAMETRIZATIONS = "parametrizations"  # torch's name


def bare(model: nn.Module) -> nn.Module:
    """The model that a compiled one was made of."""
    found: nn.Module = getattr(model, "_orig_mod", model)
    return found


def named_leaves(model: nn.Module) -> dict[str, nn.Module]:
    """The modules without parts, each by its first name; a model that is one itself, by its class.

    What makes the parameters of a module, as weight normalization does, is no part of it.
    """
    leaves = {
        name: module
        for name, module in model.named_modules()
        if _PARAMETRIZATIONS not in name.split(".")
        and not any(part != _PARAMETRIZATIONS for part, _ in module.named_children())
    }
    return {name or type(module).__name__: module for name, module in leaves.items()}


def named_layers(model: nn.Module) -> dict[str, nn.Module]:
    """The modules without parts, and those that have parameters of their own, by the same names."""
    modules = {name or type(model).__name__: module for name, module in model.named_modules()}
    leaves = named_leaves(model)
    return {
        name: module
        for name, module in modules.items()
        if name in leaves or any(True for _ in module.parameters(recurse=False))
    }


def named_callers(model: nn.Module) -> dict[str, nn.Module]:
    """The modules in whose calls functions are seen, each by its first name; "" for the model itself."""
    from torch.jit import ScriptModule

    return {
        name: module
        for name, module in model.named_modules()
        if _PARAMETRIZATIONS not in name.split(".") and not isinstance(module, ScriptModule)
    }


def function_names(model: nn.Module) -> list[str]:
    """What activation functions that are no modules may be called: "relu" and "block.relu"."""
    return [f"{name}.{function}" if name else function for name in named_callers(model) for function in FUNCTIONS]


class Patterns:
    """Which names are taken: those that a pattern includes, or all without one, but for those that another excludes.

    Patterns are those of a shell: `"features.*"`, `"*.bias"`.

    Args:
        include: Patterns, or one.
        exclude: Patterns, or one.

    Example:
        >>> patterns = Patterns("features.*", "*.bias")
        >>> [name for name in ("features.0.weight", "features.0.bias", "head.weight") if patterns.take(name)]
        ['features.0.weight']
    """

    def __init__(self, include: str | Sequence[str] | None, exclude: str | Sequence[str] | None) -> None:
        self._include = _listed("include", include)
        self._exclude = _listed("exclude", exclude) or []

    def take(self, name: str) -> bool:
        """Whether a name is taken."""
        is_included = self._include is None or _matches(name, self._include)
        return is_included and not _matches(name, self._exclude)

    def check(self, names: Iterable[str]) -> None:
        """Refuses patterns that none of all names matches.

        Raises:
            ValueError: There is one.
        """
        names = list(names)
        for role, patterns in (("include", self._include or []), ("exclude", self._exclude)):
            for pattern in patterns:
                if not any(fnmatchcase(name, pattern) for name in names):
                    raise ValueError(
                        f"{role}={pattern!r} matches no parameter and no module of the model: their names are those of "
                        f"model.named_parameters() and model.named_modules(), such as {_some(names)}."
                    )


def _listed(role: str, patterns: str | Sequence[str] | None) -> list[str] | None:
    if patterns is None:
        return None
    found = [patterns] if isinstance(patterns, str) else list(patterns)
    if not all(isinstance(pattern, str) for pattern in found):
        raise TypeError(f"{role}={patterns!r} are no patterns: pass strings such as 'features.*'.")
    return found


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _some(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names[:3])
