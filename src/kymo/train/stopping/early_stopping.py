"""Stopping when a metric no longer improves."""

import math
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from kymo.train.stopping.amount import Amount
from kymo.train.stopping.check_place import CheckPlace
from kymo.train.stopping.condition import UNTOLD, Closeness, Progress, StopCondition
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.metric_mode import mode_of
from kymo.train.stopping.min_delta import MinDelta
from kymo.train.stopping.missing_metric import MissingMetricError
from kymo.train.stopping.numbers_in_json import to_json
from kymo.train.stopping.reason import Reason
from kymo.train.stopping.smoothed import Smoothed
from kymo.train.stopping.stopwatch import Clock, Stopwatch
from kymo.train.stopping.threshold import threshold_of
from kymo.writer.bad_input import shown
from kymo.writer.scalar import to_float


class EarlyStopping(StopCondition):
    """Stops when a metric has not improved for a while, has reached its target, or has diverged.

    A check is one value of the metric, however many epochs or steps lie between two of them. Rules are asked in this
    order: is it finite, has it reached the target, has it diverged, has it improved, is the patience used up.

    Amounts of training have their unit beside the number, so that no second option can contradict the first: an int
    counts checks, as elsewhere; `"3 epochs"`, `"2000 steps"` and `"30m"` count epochs, steps and time since the best
    value. Epochs and steps are those that the checks are told.

    Args:
        monitor: The name of the metric.
        mode: "min" if lower is better, "max" if higher; "auto" goes by the name where that leaves no doubt.
        patience: How long to wait for an improvement: with 3, the third check in a row without one stops.
        baseline: A value that must be beaten, too: until it is, an improvement does not begin the patience anew.
        min_delta: The least improvement that counts, in units of the metric (0.001) or as a share of the best value's
            size ("1%"). An improvement must be larger than it.
        start_from: The warm-up: checks count from the one on at which this much has been trained (`6` from the sixth
            check on, `"5 epochs"` from epoch 5 on). Before, only a value that is not finite stops.
        smoothing: Weight of the past in an exponential mean of the metric, from 0 to below 1; the mean is compared.
        check_finite: Whether NaN or an infinity stops; otherwise it is a check without an improvement.
        stopping_threshold: The target: a value as good as this stops.
        divergence_threshold: A value worse than this stops.
        strict: Whether metrics without this one are an error; False for one that is not measured each time.
        clock: Seconds, for patience and warm-up in time.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is out of its range, or the mode is "auto" and the name leaves doubt.

    Example:
        >>> from kymo import EarlyStopping
        >>> stopping = EarlyStopping("val/loss", patience=2)
        >>> for epoch, loss in enumerate([0.9, 0.5, 0.6, 0.7, 0.4], start=1):
        ...     if stopping.update(loss, epoch=epoch):
        ...         break
        >>> epoch, stopping.best, stopping.best_place.epochs
        (4, 0.5, 2)
        >>> print(stopping.fired.text)
        val/loss has not improved on 0.5 (epoch 2) for 2 checks.
    """

    def __init__(
        self,
        monitor: str,
        mode: str = "auto",
        patience: int | str | timedelta = 3,
        *,
        min_delta: float | str = 0.0,
        baseline: float | None = None,
        start_from: int | str | timedelta = 0,
        smoothing: float = 0.0,
        check_finite: bool = True,
        stopping_threshold: float | None = None,
        divergence_threshold: float | None = None,
        strict: bool = True,
        clock: Clock = time.monotonic,
    ) -> None:
        if not isinstance(monitor, str) or not monitor:
            raise TypeError(f"monitor {shown(monitor)} is not the name of a metric")
        self.monitor = monitor
        self.mode = mode_of(monitor, mode)
        self.patience = Amount.of(patience, "patience")
        if not self.patience.number:
            raise ValueError(
                f"patience {shown(patience)} waits for nothing: pass 1 to stop at the first check without one"
            )
        self.min_delta = MinDelta.of(min_delta)
        self.baseline = threshold_of("baseline", baseline)
        self.start_from = Amount.of(start_from, "start_from")
        self.check_finite = check_finite
        self.stopping_threshold = threshold_of("stopping_threshold", stopping_threshold)
        self.divergence_threshold = threshold_of("divergence_threshold", divergence_threshold)
        self.strict = strict
        self._smoothed = Smoothed(smoothing)
        self._training = Stopwatch(clock)
        self._best: tuple[float, CheckPlace] | None = None
        self._last: tuple[float, CheckPlace] | None = None
        self._waits_from: CheckPlace | None = None  # where the best value was found, if it was

    @property
    def name(self) -> str:
        """`EarlyStopping(val/loss)`: several that watch different metrics are told apart."""
        return f"EarlyStopping({self.monitor})"

    @property
    def best(self) -> float | None:
        """The best value, smoothed if smoothing is asked for; None before the first that counts."""
        return self._best[0] if self._best else None

    @property
    def best_place(self) -> CheckPlace | None:
        """Where the best value was found."""
        return self._best[1] if self._best else None

    @property
    def should_stop(self) -> bool:
        """Whether the last check says so."""
        return self.fired is not None

    def start(self) -> None:
        """Training begins: seconds of patience and warm-up run from here on, or else from the first check on."""
        self._training.start()

    def update(self, value: Any, *, epoch: int | None = None, step: int | None = None) -> bool:
        """Takes in a value of the metric and says whether to stop.

        Args:
            value: A number, or an array or tensor of one element; reading one on a device waits for the device.
            epoch: The epoch; needed where patience or warm-up count epochs.
            step: The step; needed where they count steps.

        Raises:
            TypeError: The value is no number.
            ValueError: It has more than one element, or the epoch or step is needed and not given.
        """
        number = to_float(self.monitor, value)
        self._training.start()
        checks = self._last[1].checks + 1 if self._last else 1
        place = CheckPlace(checks, epoch, step, self._training.seconds)
        place.reading(self.patience, "patience")
        counts = place.reading(self.start_from, "start_from") >= self.start_from.number
        if counts:
            # The first check that counts is one without an improvement, until it is found to be one.
            self._waits_from = self._waits_from or place._replace(checks=place.checks - 1)
            if math.isfinite(number):
                number = self._smoothed.add(number)
                self._compare(number, place)
        self._last = (number, place)
        return self.should_stop

    def check(self, metrics: Mapping[str, Any], *, epoch: int | None = None, step: int | None = None) -> bool:
        """Takes in the metric from among others and says whether to stop; see `update`.

        Raises:
            MissingMetricError: It is not among them, unless `strict` is False.

        Example:
            >>> stopping = EarlyStopping("val/accuracy", patience=2)
            >>> stopping.check({"val/loss": 0.5, "val/accuracy": 0.8}, epoch=1)
            False
            >>> stopping.check({"val/acc": 0.8}, epoch=2)
            Traceback (most recent call last):
            kymo.train.stopping.missing_metric.MissingMetricError: There is no metric 'val/accuracy': there is ...
        """
        if self.monitor in metrics:
            return self.update(metrics[self.monitor], epoch=epoch, step=step)
        if self.strict:
            raise MissingMetricError(self.monitor, metrics)
        return False

    @property
    def fired(self) -> Fired | None:
        """What the last check has met; None while training may go on."""
        if self._last is None:
            return None
        value, place = self._last
        if not math.isfinite(value) and self.check_finite:
            return self._met("diverged", f"{self.monitor} is {to_json(value)}{_at(place)}.")
        if self._waits_from is None:
            return None
        target, worst = self.stopping_threshold, self.divergence_threshold
        if target is not None and (value <= target if self.mode == "min" else value >= target):
            return self._met("target_reached", f"{self.monitor} has reached {target:g}: it is {value:.6g}{_at(place)}.")
        if worst is not None and (value > worst if self.mode == "min" else value < worst):
            side = "above" if self.mode == "min" else "below"
            return self._met("diverged", f"{self.monitor} is {value:.6g}, {side} {worst:g}{_at(place)}.")
        waited = self._waited()
        if waited < self.patience.number:
            return None
        waited_text = self.patience.text_of(waited)
        if self._best is None:
            text = f"{self.monitor} has been no number for {waited_text}."
        elif self._waits_from != self._best[1]:
            text = f"{self.monitor} has not beaten the baseline {self.baseline:g} in {waited_text}."
        else:
            where = _at(self._best[1], " ({})")
            text = f"{self.monitor} has not improved on {self._best[0]:.6g}{where} for {waited_text}."
        return self._met("early_stopping", text)

    def before_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """What the last check has met: a run that is resumed where it had stopped ends, if its options still say so."""
        return self.fired

    def after_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Checks the metrics of the epoch, if there are any."""
        if not at.metrics:
            return None
        return self.fired if self.check(at.metrics, epoch=at.epoch, step=at.step) else None

    def closeness(self) -> Closeness:
        """How much of the patience is used up."""
        if self._last is not None and self._waits_from is None:
            return Closeness(0.0, f"warm-up until {self.start_from}")
        waited = self._waited()
        return Closeness(
            min(1.0, waited / self.patience.number),
            f"patience {_number(self.patience, waited)} of {self.patience}",
        )

    def leave_out(self, seconds: float) -> None:
        """A pause is no waiting."""
        self._training.leave_out(seconds)

    def limits(self) -> dict[str, str]:
        """The patience."""
        return {"patience": str(self.patience)}

    def change_limit(self, name: str, value: str) -> None:
        """Changes the patience; a number without a unit is of the unit that it has.

        Raises:
            ValueError: It is no amount of training, or waits for nothing.
        """
        unit = self.patience.unit
        patience = Amount.of(f"{value} {unit}" if value.strip().isdigit() else value, name)
        if not patience.number:
            raise ValueError(f"patience {value!r} waits for nothing: give 1 or more, or stop the run")
        if self._last is not None:
            self._last[1].reading(patience, name)
        self.patience = patience

    def state_dict(self) -> dict[str, Any]:
        """Best value, last value, how long it has waited, and the smoothed mean."""
        return {
            "monitor": self.monitor,
            "mode": self.mode,
            "seconds": self._training.seconds,
            "best": _value_state(self._best),
            "last": _value_state(self._last),
            "waits_from": self._waits_from._asdict() if self._waits_from else None,
            "smoothed": self._smoothed.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave, with the options of this object.

        Raises:
            ValueError: It is the state of another metric or mode.
        """
        if (state["monitor"], state["mode"]) != (self.monitor, self.mode):
            raise ValueError(
                f"The state is of {state['monitor']!r} with mode {state['mode']!r}, and this watches {self.monitor!r} "
                f"with mode {self.mode!r}: resume with the same, or leave the state out"
            )
        self._training.carry_over(state["seconds"])
        self._best = _value_from(state["best"])
        self._last = _value_from(state["last"])
        self._waits_from = CheckPlace.from_state(state["waits_from"])
        self._smoothed.load_state_dict(state["smoothed"])

    def _waited(self) -> float:
        if self._last is None or self._waits_from is None:
            return 0.0
        return self._last[1].reading(self.patience, "patience") - self._waits_from.reading(self.patience, "patience")

    def _compare(self, value: float, place: CheckPlace) -> None:
        if self._best is not None and not self.min_delta.improves(value, self._best[0], self.mode):
            return
        self._best = (value, place)
        if self.baseline is None or self.min_delta.improves(value, self.baseline, self.mode):
            self._waits_from = place

    def _met(self, reason: Reason, text: str) -> Fired:
        assert self._last is not None
        evidence: dict[str, float | int | str] = {"value": self._last[0], **self._last[1].evidence()}
        if self._best:
            evidence["best"] = self._best[0]
            evidence |= {f"best_{name}": value for name, value in self._best[1].evidence().items()}
        return Fired(reason, text, evidence, self.name)


def _at(place: CheckPlace, frame: str = " at {}") -> str:
    if place.epochs is not None:
        return frame.format(f"epoch {place.epochs}")
    return frame.format(f"step {place.steps}" if place.steps is not None else f"check {place.checks}")


def _number(patience: Amount, waited: float) -> str:
    return patience.text_of(waited) if patience.unit == "seconds" else f"{waited:g}"


def _value_state(found: tuple[float, CheckPlace] | None) -> dict[str, Any] | None:
    return None if found is None else {"value": to_json(found[0]), "place": found[1]._asdict()}


def _value_from(state: Mapping[str, Any] | None) -> tuple[float, CheckPlace] | None:
    return None if state is None else (float(state["value"]), CheckPlace(**state["place"]))
