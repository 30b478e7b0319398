"""The learning rate, set by hand while a schedule may go on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch.optim import Optimizer

# What schedules keep in a parameter group, and scale with the rate itself.
_GROUP_RATES = ("initial_lr", "max_lr", "min_lr")


class LearningRate:
    """The learning rate of an optimizer, together with the schedule that it follows.

    A schedule computes each rate from those that it began with, or from the one before. Setting the rate scales all of
    them by the same factor: the schedule keeps its shape and goes on from the rate that was set. So do the rates of
    several parameter groups, which keep their ratios; the first group's is the one that is set.

    Args:
        optimizer: The optimizer.
        scheduler: The scheduler of its rate, if there is one.

    Example:
        >>> import torch
        >>> sgd = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        >>> halving = torch.optim.lr_scheduler.StepLR(sgd, step_size=1, gamma=0.5)
        >>> rate = LearningRate(sgd, halving)
        >>> rate.set(0.01)
        >>> sgd.step(); halving.step()
        >>> rate.value
        0.005
    """

    def __init__(self, optimizer: Optimizer, scheduler: Any = None) -> None:
        self._optimizer = optimizer
        self._scheduler = scheduler

    @staticmethod
    def can_set(optimizer: Optimizer) -> bool:
        """Whether every parameter group has a rate that is a number and can be read without waiting for a device."""
        rates = [group.get("lr") for group in optimizer.param_groups]
        on_host = [getattr(getattr(rate, "device", None), "type", "cpu") == "cpu" for rate in rates]
        numbers = [isinstance(rate, int | float) or hasattr(rate, "fill_") for rate in rates]
        return bool(rates) and all(on_host) and all(numbers)

    @property
    def value(self) -> float:
        """The rate of the first parameter group."""
        return float(self._optimizer.param_groups[0]["lr"])

    @property
    def is_scheduled(self) -> bool:
        """Whether a schedule goes on from the rate that is set."""
        return self._scheduler is not None

    def set(self, rate: float) -> None:
        """Sets the rate.

        Args:
            rate: The rate of the first parameter group.

        Raises:
            ValueError: It is negative or not finite, or would be the end of a schedule.
        """
        if not (math.isfinite(rate) and rate >= 0):
            raise ValueError(f"A learning rate of {rate:g} cannot be trained with: give a number from 0 on.")
        if rate == 0 and (self._scheduler is not None or len(self._optimizer.param_groups) > 1):
            raise ValueError("From a rate of 0 nothing could be scaled again: give a number above 0, or pause the run.")
        before = self.value
        factor = rate / before if before > 0 else None
        for group in self._optimizer.param_groups:
            _put(group, "lr", rate if factor is None else float(group["lr"]) * factor)
            for name in _GROUP_RATES:
                if factor and name in group:
                    _put(group, name, float(group[name]) * factor)
        _put(self._optimizer.param_groups[0], "lr", rate)  # exactly what was asked for
        if factor and self._scheduler is not None:
            for scheduler in _all_of(self._scheduler):
                _scale(scheduler, factor)


def _put(group: dict[str, Any], name: str, value: float) -> None:
    """A rate that is a tensor stays one: a compiled optimizer step holds it."""
    if hasattr(group[name], "fill_"):
        group[name].fill_(value)
    else:
        group[name] = value


def _all_of(scheduler: Any) -> list[Any]:
    """A scheduler, and those that it is composed of."""
    parts = getattr(scheduler, "_schedulers", ())
    return [scheduler, *(inner for part in parts for inner in _all_of(part))]


def _scale(scheduler: Any, factor: float) -> None:
    for name in ("base_lrs", "max_lrs", "min_lrs"):
        rates = getattr(scheduler, name, None)
        if isinstance(rates, list):
            setattr(scheduler, name, [rate * factor for rate in rates])
    if isinstance(least := getattr(scheduler, "eta_min", None), int | float):
        scheduler.eta_min = least * factor
