"""What was seen of a network in one step."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from kymo.probe.model.counted import Counter, Counts


class Wanted(NamedTuple):
    """What is looked at."""

    weights: bool
    gradients: bool
    updates: bool
    activations: bool


class Sample:
    """Takes in what is seen of a network in one step; what was counted on a device comes when it has arrived.

    Args:
        step: The global step.
        counter: Counts.

    Attributes:
        step: The global step.
        counts: What was counted, by kind ("weights", "gradients", "updates", "activations") and name; of a module that
            is called several times, one of each call.
        norms: Of each parameter that an optimizer changes, its norm before.
        input_variances: Of each module, the variance of what it was given, in each call.
        units: Of each layer behind which units can die or saturate, its activation, and of each unit what it did in
            this step.
        calls: How often each module was called, in the order of the first calls.
        functions: The activation functions that are no modules, by the names that they are logged under.
        shapes: The shape of what each module gave, without the batch.
    """

    def __init__(self, step: int, counter: Counter) -> None:
        self.step = step
        self.counts: defaultdict[tuple[str, str], list[Counts]] = defaultdict(list)
        self.norms: dict[str, float] = {}
        self.input_variances: defaultdict[str, list[float]] = defaultdict(list)
        self.units: defaultdict[str, list[tuple[str, NDArray[np.float64]]]] = defaultdict(list)
        self.calls: dict[str, int] = {}
        self.functions: dict[str, str] = {}
        self.shapes: dict[str, list[int]] = {}
        self._counter = counter

    def count(self, kind: str, name: str, tensor: torch.Tensor) -> None:
        """Counts the values of a tensor of real numbers; others are passed over."""
        if tensor.dtype.is_complex:
            return
        self._counter.count(tensor, self.counts[kind, name].append)

    def take_norm(self, name: str, parameter: torch.Tensor) -> None:
        """The norm of a parameter before it is changed."""

        def take(read: NDArray[np.float64]) -> None:
            self.norms[name] = float(read[0])

        self._counter.read(_wide(parameter).norm().reshape(1), take)

    def take_input(self, name: str, given: torch.Tensor) -> None:
        """What a module was given."""
        if not given.numel():
            return
        variance = _wide(given).var(correction=0)
        self._counter.read(variance.reshape(1), lambda read: self.input_variances[name].append(float(read[0])))

    def take_units(self, name: str, kind: str, units: torch.Tensor) -> None:
        """What each unit behind an activation function did."""
        self._counter.read(units, lambda read: self.units[name].append((kind, read)))


def _wide(tensor: torch.Tensor) -> torch.Tensor:
    """Of a precision that sums keep."""
    return tensor if tensor.dtype.itemsize >= 4 else tensor.float()
