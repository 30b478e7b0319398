"""A validation in the middle of an epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kymo.train.checkpoints.rng import restore_rng, rng_state

if TYPE_CHECKING:
    from torch import nn

Validate = Callable[[], Mapping[str, Any]]


def validated(validate: Validate, models: Iterable[Any]) -> dict[str, Any]:
    """What a validation measures. Training goes on afterwards as it would have without.

    Modules are put back into the mode that each was in, and random number generators to where they were.

    Args:
        validate: Measures the model.
        models: The model, and whatever other modules are trained or kept beside it.

    Raises:
        TypeError: What it gives is no mapping.
    """
    modules: list[nn.Module] = [module for model in models for module in model.modules()]
    modes = [(module, module.training) for module in modules]
    generators = rng_state()
    try:
        metrics = validate()
    finally:
        restore_rng(generators)
        for module, is_training in modes:
            module.training = is_training
    if not isinstance(metrics, Mapping):
        raise TypeError(f"The validation gave a {type(metrics).__name__}: return its metrics as a dict.")
    return dict(metrics)
