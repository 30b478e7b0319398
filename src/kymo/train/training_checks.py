"""Looks once at what a run is given, while little time is lost yet."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from kymo.train.model_checks import check_devices, check_first_call, gradient_faults, optimizer_faults

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer


class TrainingChecks:
    """Compares a model with its optimizer, its first batch and its first gradients.

    Attributes:
        is_before_first: The first batch is still to be compared.
    """

    def __init__(self) -> None:
        self._model: nn.Module | None = None
        self.is_before_first = self._is_after_first = True

    def watch(self, model: nn.Module, optimizer: Optimizer | None) -> None:
        """Says what is trained; what is wrong with the optimizer is told."""
        self._model = model
        if optimizer is not None:
            _tell(optimizer_faults(model, optimizer))

    def before_first_batch(self, batch: Any, *, is_moved: bool) -> None:
        """Compares devices, once: of what the model is called with, where the loop moves the batch by itself.

        Raises:
            DeviceMismatchError: The batch is on another device than the model.
        """
        if self._model is None:
            return
        self.is_before_first = False
        if is_moved:
            check_devices(self._model, batch)
        else:
            check_first_call(self._model)

    def after_batch(self) -> None:
        """Tells, once, what is wrong with the gradients."""
        if self._model is not None and self._is_after_first:
            self._is_after_first = False
            _tell(gradient_faults(self._model))


def _tell(faults: Any) -> None:
    for fault in faults:
        logging.getLogger("kymo").warning("%s", fault)
