"""Stopping when the loss is no longer a number."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kymo.train.stopping.condition import UNTOLD, Progress, StopCondition
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.missing_metric import MissingMetricError
from kymo.train.stopping.numbers_in_json import to_json
from kymo.train.stopping.threshold import threshold_of
from kymo.writer.bad_input import shown
from kymo.writer.scalar import to_float

if TYPE_CHECKING:
    from kymo.train.device_numbers import DeviceNumbers


class Diverged(StopCondition):
    """Stops when a loss is NaN, infinite or above a threshold, without waiting for the device at each step.

    A loss on the CPU is looked at at once. One on a device is kept there; a few at a time are copied to the host while
    training goes on, and looked at when they have arrived, so that the stop comes some steps later. The step that is
    told is the one at which it began, exactly. At the end of an epoch, all losses so far are waited for.

    Args:
        monitor: The name of the loss among the metrics of a batch.
        threshold: A loss above it has diverged, too.
        every: How many losses of a device are looked at together.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: `every` is below 1, or the threshold is NaN.

    Example:
        >>> from kymo import Diverged
        >>> diverged = Diverged()
        >>> [diverged.update(loss, step=step) for step, loss in enumerate([0.7, 0.9, float("nan")], start=1)]
        [False, False, True]
        >>> diverged.fired.text, diverged.fired.evidence["last_good"]
        ('train/loss is NaN since step 3.', 0.9)
    """

    def __init__(self, monitor: str = "train/loss", *, threshold: float | None = None, every: int = 16) -> None:
        if isinstance(every, bool) or not isinstance(every, int):
            raise TypeError(f"every {shown(every)} is not a number of losses: pass an integer")
        if every < 1:
            raise ValueError(f"every {every} looks at no loss: pass 1 or more")
        self.monitor = monitor
        self.threshold = threshold_of("threshold", threshold)
        self.every = every
        self._rings: list[DeviceNumbers[int]] = []
        self._step = 0
        self._last_good: tuple[int, float] | None = None
        self._bad: tuple[int, float] | None = None
        self._others: set[str] = set()  # what was measured instead, while the loss was not

    @property
    def name(self) -> str:
        """`Diverged(train/loss)`: several that watch different losses are told apart."""
        return f"Diverged({self.monitor})"

    @property
    def fired(self) -> Fired | None:
        """What was found so far; None while the loss is sound, as far as it was looked at."""
        if self._bad is None:
            return None
        step, value = self._bad
        evidence: dict[str, float | int | str] = {"steps": step, "value": value, "noticed_steps": self._step}
        if self._last_good is not None:
            evidence |= {"last_good_steps": self._last_good[0], "last_good": self._last_good[1]}
        if math.isfinite(value):
            text = f"{self.monitor} is {value:.6g}, above {self.threshold:g}, since step {step}."
        else:
            text = f"{self.monitor} is {to_json(value)} since step {step}."
        return Fired("diverged", text, evidence, self.name)

    def update(self, loss: Any, *, step: int | None = None) -> bool:
        """Takes in the loss of a step and says whether to stop, by the losses looked at so far.

        Args:
            loss: A number, or a tensor of one element on any device.
            step: The step; without it, one more than the last.

        Raises:
            TypeError: The loss is no number.
            ValueError: It has more than one element.
        """
        self._step = self._step + 1 if step is None else step
        device = getattr(loss, "device", None)
        if device is None or getattr(device, "type", "cpu") == "cpu":
            self._look([(self._step, to_float(self.monitor, loss))])
        elif loss.numel() != 1:
            raise ValueError(f"{self.monitor} has {loss.numel()} elements: pass a loss of one")
        else:
            ring = self._ring(loss)
            ring.add(self._step, loss)
            self._look(ring.arrived())
        return self._bad is not None

    def settle(self) -> bool:
        """Waits for all losses that are on a device and says whether to stop: for what must be sure."""
        for ring in self._rings:
            self._look(ring.settle())
        return self._bad is not None

    def after_batch(self, at: Progress = UNTOLD) -> Fired | None:
        """Takes in the loss from among the metrics of the batch."""
        if self.monitor in at.metrics:
            self.update(at.metrics[self.monitor], step=at.step)
        elif not self._step:
            self._others.update(at.metrics)
        return self.fired if self._bad is not None else None

    def after_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Waits for all losses.

        Raises:
            MissingMetricError: Batches had metrics, and this loss was never among them.
        """
        if not self._step and self._others:
            raise MissingMetricError(self.monitor, self._others)
        self.settle()
        return self.fired

    def state_dict(self) -> dict[str, Any]:
        """Where the loss was last looked at and last sound; waits for all losses."""
        self.settle()
        return {"step": self._step, "last_good": list(self._last_good) if self._last_good else None}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave; whether the loss has diverged is found anew."""
        self._rings.clear()
        self._step = state["step"]
        self._last_good = tuple(state["last_good"]) if state["last_good"] else None
        self._bad = None

    def _ring(self, loss: Any) -> "DeviceNumbers[int]":
        for ring in self._rings:
            if ring.takes(loss):
                return ring
        from kymo.train.device_numbers import DeviceNumbers

        self._rings.append(DeviceNumbers(loss, self.every))
        return self._rings[-1]

    def _look(self, losses: list[tuple[int, float]]) -> None:
        for step, value in losses:
            if self._bad is not None:
                return
            if math.isfinite(value) and (self.threshold is None or value <= self.threshold):
                self._last_good = (step, value)
            else:
                self._bad = (step, value)
