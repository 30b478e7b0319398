"""One process's part of a run: all that it keeps, and what is done with it at each moment."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kymo.format.control_answer import ControlAnswer
from kymo.format.file_names import STOP_FILE
from kymo.probe.device_sampler import DeviceSampler, machine
from kymo.probe.model.model_watch import ModelWatch
from kymo.probe.pipeline.makers import Makers
from kymo.probe.pipeline.model_timer import ModelTimer
from kymo.probe.pipeline.step_phases import StepPhases
from kymo.train.checkpoints.last_checkpoint import Stateful
from kymo.train.control.learning_rate import LearningRate
from kymo.train.control.steering import Steering
from kymo.train.control.validation_now import Validate, validated
from kymo.train.pace import Pace
from kymo.train.place import Place
from kymo.train.progress_display import ProgressDisplay
from kymo.train.run_checkpoints import RunCheckpoints
from kymo.train.run_numbers import RunNumbers
from kymo.train.run_record import RunRecord
from kymo.train.run_report import RunReport
from kymo.train.stopping.condition import Progress, StopCondition
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.outcome import Outcome
from kymo.train.stopping.signals import StopSignals
from kymo.train.stopping.stop_conditions import StopConditions
from kymo.train.stopping.stop_file import StopFile
from kymo.train.stopping.stop_request import StopRequest
from kymo.train.training_checks import TrainingChecks

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer


# Looking for files and requests, telling and showing take longer than some batches do.
_BESIDE_SECONDS = 0.05


class Session:
    """What a `Run` is made of, and what happens when a batch, an epoch or the run ends.

    Args:
        directory: The run directory.
        description: What the run is, as JSON knows it.
        stop: The user's stop conditions.
        checkpoints: The run's checkpoints.
        display: Shows how it goes on.
        is_steered: Whether it takes requests.

    Attributes:
        numbers: What it logs.
        checkpoints: What it saves.
        checks: What it looks at for mistakes.
        display: Shows how it goes on.
        pace: How fast it goes on.
        fired: The stop condition that was met.
        completed: All epochs are done, which is no reason to stop what follows.
        found_late: Met by a condition behind a validation: its epoch is still to be ended.
        loops: Loops over batches that this epoch has begun.
        in_batch: Stands for the loop whose batch is under way.
        phases: Where the steps' time goes.
        makers: Who makes the batches, and how.
        outcome: How it has ended.
    """

    def __init__(
        self,
        directory: Path,
        description: Mapping[str, Any],
        stop: Iterable[StopCondition],
        checkpoints: RunCheckpoints,
        display: ProgressDisplay,
        *,
        is_steered: bool,
        is_probed: bool,
    ) -> None:
        stop = list(stop)
        # Between other work, a question to each condition would take longer than all else that a batch needs.
        self._asks_each_batch = any(type(each).after_batch is not StopCondition.after_batch for each in stop)
        self.numbers = RunNumbers(directory, keep_batch=self._asks_each_batch)
        self.checkpoints = checkpoints
        self.checks = TrainingChecks()
        self.display = display
        self.pace = Pace()
        self.fired: Fired | None = None
        self.completed: Fired | None = None
        self.found_late: Fired | None = None
        self.loops = 0
        self.in_batch: object | None = None
        self.outcome: Outcome | None = None
        started = time.time()
        self._directory = directory
        self._description = description
        self._stop_file = StopFile(directory / STOP_FILE, started=started)
        self._conditions = StopConditions([StopSignals(self._signalled), self._stop_file, *stop])
        told = (self._stops_later, self._left_out, self.save, self._answered)
        self._steering = Steering(directory, started, self._conditions, checkpoints, *told) if is_steered else None
        # Many processes may train on one machine: one of them tells of it.
        self._is_probed = is_probed and os.environ.get("RANK", "0") == "0"
        self.phases = StepPhases() if self._is_probed else StepPhases(every=None)
        self.makers = Makers(is_on=self._is_probed)
        self._sampler: DeviceSampler | None = None
        self._network: ModelWatch | None = None
        self._report: RunReport | None = None
        self._parts: dict[str, Stateful] = {}
        self._model: nn.Module | None = None
        self._validate: Validate | None = None
        self._is_restored = self._is_open = False
        self._beside_at = 0.0
        self._told_asked: StopRequest | None = None
        self._process = os.getpid()

    @property
    def place(self) -> Place:
        """Where the training stands."""
        return self.checkpoints.place

    @property
    def report(self) -> RunReport:
        """What viewers are told."""
        self.start()
        assert self._report is not None
        return self._report

    def start(self) -> None:
        """The run is under way: viewers are told, and stop conditions begin to count."""
        if self._report is not None:
            return
        record = RunRecord(self._directory, self._description)
        self._report = RunReport(self._directory, record, self._conditions, self.checkpoints, self.pace, self._steering)
        if self._steering is not None:
            self._steering.start()
        self.checkpoints.begin()
        self._conditions.start()

    def watch(
        self, model: nn.Module, optimizer: Optimizer | None, parts: dict[str, Stateful], network: ModelWatch | None
    ) -> None:
        """Takes up what is trained, the state that a resumed run has of it, and what looks inside of it."""
        self._parts, self._model = parts, model
        self.checks.watch(model, optimizer)
        if self._is_probed:
            self.phases.model = ModelTimer(model, optimizer)
            self._network = network
        self.start()
        if self._steering is not None and optimizer is not None and LearningRate.can_set(optimizer):
            self._steering.rate = LearningRate(optimizer, parts.get("scheduler"))
        self._offer()
        self._restore()

    def open(self) -> None:
        """What logging needs, which begins at the step that the run goes on from."""
        if self._is_open:
            return
        self._is_open = True
        self.start()
        if not self._is_restored:
            self._restore()
        if self.numbers.open(self.place.step):
            goes_on = f"Training goes on after epoch {self.place.epoch}, step {self.place.step}."
            self.numbers.event("start", goes_on if self.place.step else "Training begins.", self.place.step)
            if self._is_probed:
                self._sampler = DeviceSampler(
                    self.numbers.writer,
                    step=lambda: self.place.step,
                    sensors=lambda: chain([self.phases, self.makers], machine()),
                )
                self._sampler.start()

    def offer_validation(self, validate: Validate) -> None:
        """Lets a validation be asked for, once it is known whose modules it may switch."""
        self._validate = validate
        self._offer()

    def _offer(self) -> None:
        validate = self._validate
        if self._steering is not None and validate is not None and self._model is not None:
            self._steering.validate = lambda: self._validated(validate)

    def ask(self, moment: str, metrics: Mapping[str, Any] | None = None) -> Fired | None:
        """What the stop conditions say at a moment."""
        place = self.checkpoints.place
        fired: Fired | None = getattr(self._conditions, moment)(Progress(place.epoch, place.step, metrics or {}))
        return fired

    def is_met(self, moment: str, metrics: Mapping[str, Any] | None = None) -> bool:
        """Whether the run shall stop."""
        if self.fired is None and (fired := self.ask(moment, metrics)) is not None:
            self._stop_by(fired)
        return self.fired is not None

    def begin_step(self) -> None:
        """A batch is about to be trained on."""
        if self._network is not None:
            self._network.begin_step(self.place.step)

    def end_step(self) -> None:
        """It was; a step that was looked into takes longer than others, and is no measure of them."""
        if self._network is not None:
            if self._network.is_looking:
                self.phases.leave_out()
            self._network.end_step()

    def leave_batch(self) -> None:
        """A batch whose loop was left counts as complete."""
        if self.in_batch is not None:
            self.in_batch = None
            self.place.end_batch()

    def end_batch(self) -> None:
        """A batch is complete."""
        self.in_batch = None
        self.checkpoints.place.end_batch()
        now = time.monotonic()
        is_due = now >= self._beside_at
        if is_due:
            self._beside_at = now + _BESIDE_SECONDS
        if is_due or self._asks_each_batch:
            self.is_met("after_batch", self.numbers.end_batch())
        if is_due:
            self._do_beside()

    def _signalled(self) -> None:
        """A signal that comes in a batch stops after it."""
        self._beside_at = 0.0

    def _do_beside(self) -> None:
        """What need not be done after each batch, where a batch may take microseconds."""
        self.checks.after_batch()
        if self._steering is not None and self.fired is None:
            self._stop_by(self._steering.obey())
        if self.checkpoints.is_due():
            self.save()
        asked = self._stop_file.asked
        if asked is not self._told_asked:
            self._told_asked = asked
            self.report.tell(at_once=True)  # a stop after the epoch is acknowledged
        else:
            self.report.tell(if_due=True)
        self.display.end_batch(self.numbers.means.values, self.place.batch, self._left)

    def end_epoch(self) -> None:
        """An epoch is complete."""
        self.leave_batch()
        if not self.loops:
            self.place.step += 1  # an epoch without batches is one step
        means, of_epoch = self.numbers.end_epoch()
        self.place.end_epoch()
        self.pace.end_epoch()
        of_means = {f"{tag}/epoch": mean for tag, mean in means.items()}
        self.numbers.log({**of_means, "epoch": self.place.epoch}, self.place.step, in_batch=False)
        metrics = {**means, **of_epoch}
        # What `log_epoch` was given has had its turn.
        self.keep_best({tag: means[tag] for tag in means.keys() - of_epoch}, self.place.epoch)
        self.checkpoints.check_kept(metrics)
        self.is_met("after_epoch", metrics)
        self.fired = self.fired or self.found_late
        if self._steering is not None and self.fired is None:
            self._stop_by(self._steering.obey())
        self.save()
        self.report.tell()
        best = {best.monitor: best.value for best in self.checkpoints.results()}
        self.display.end_epoch(metrics, best, None if self.fired is not None else self._left())

    def _left(self) -> float | None:
        left = self.pace.left(self.place, self._conditions.conditions)
        return None if left is None else left.seconds

    def save(self) -> None:
        """Has `last.pth` saved at this place."""
        with self.phases.pause("checkpoint"):
            self.numbers.settle()  # the means so far are part of it
            self.checkpoints.save()

    def keep_best(self, metrics: Mapping[str, Any], epoch: int) -> None:
        """Keeps the model if one of these metrics is the best so far."""
        with self.phases.pause("checkpoint"):
            kept = self.checkpoints.keep_best(metrics, epoch)
        for best in kept:
            self.numbers.event("best", f"{best.monitor} {best.value:.6g} is the best so far.", self.place.step)

    def close(self, error: BaseException | None) -> None:
        """Ends the run. A worker that was forked off leaves that to its owner."""
        if self.outcome is not None or self._process != os.getpid():
            return
        self.start()
        with ExitStack() as ending:  # whatever befalls one step of it, the others are taken
            ending.callback(self._conclude, error)
            ending.callback(self._conditions.close)
            ending.callback(self.display.close)
            if self._steering is not None:
                ending.callback(self._steering.close)
            ending.callback(self._close_probes)
            ending.callback(self.checkpoints.wait)
            if error is None:
                self.open()
                self.leave_batch()
                if self.place.step != self.checkpoints.saved_step:
                    self.save()

    def _close_probes(self) -> None:
        """Those of a run that did nothing before it ended, too: they began with its log, a moment ago."""
        if self._sampler is not None:
            self._sampler.close()
        if self._network is not None:
            self._network.close()

    def _conclude(self, error: BaseException | None) -> None:
        self.outcome = self.report.conclude(self.fired or self.found_late or self.completed, error)
        self.report.finish(self.outcome, error, self.numbers)

    def _restore(self) -> None:
        """Takes up the state of what `watch` has named so far."""
        self._is_restored = True
        parts = {**self._parts, "run_conditions": self._conditions, "run_means": self.numbers.means}
        self.checkpoints.watch(self._model, parts)

    def _stop_by(self, fired: Fired | None) -> None:
        """A stop is acknowledged at once, before all is saved."""
        self.fired = self.fired or fired
        if fired is not None:
            self.report.tell(at_once=True, stopping={"reason": fired.reason, "text": fired.text})

    def _stops_later(self) -> bool:
        asked = self._stop_file.requested()
        return asked is not None and asked.after == "epoch"

    def _left_out(self, seconds: float) -> None:
        self.phases.leave_out()
        for clock in (self._conditions, self.pace, self.display, self.report):
            clock.leave_out(seconds)

    def _validated(self, validate: Validate) -> Mapping[str, Any]:
        others = [part for part in self._parts.values() if hasattr(part, "modules")]
        with self.report.during_validation(at_once=True), self.phases.pause("validation"):
            metrics = validated(validate, others)
        self.numbers.log(metrics, self.place.step, in_batch=False)
        self.keep_best(metrics, self.place.epoch + 1)
        return metrics

    def _answered(self, answer: ControlAnswer) -> None:
        """A request has been answered: the timeline, the terminal and whoever watches are told."""
        refused = "" if answer.status == "done" else "Refused: "
        text = f"{answer.by} asked to {answer.request}. {refused}{answer.text}"
        self.numbers.event("control", text, answer.step)
        self.display.tell(text)
        self.report.tell(at_once=True)
