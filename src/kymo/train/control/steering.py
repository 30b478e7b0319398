"""What may be asked of a run while it goes on, and doing it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kymo.format.control_answer import ControlAnswer
from kymo.format.control_request import ControlRequest
from kymo.train.control.inbox import Inbox
from kymo.train.control.learning_rate import LearningRate
from kymo.train.place import Place
from kymo.train.run_checkpoints import RunCheckpoints
from kymo.train.stopping.condition import Progress
from kymo.train.stopping.count_limit import to_count
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.stop_conditions import StopConditions
from kymo.writer.scalar import to_float

_PAUSE_LOOK_SECONDS = 0.05


class Steering:
    """Does what is asked of a run through its `control/`, between two batches, and answers.

    What the run cannot do is not offered, and refused where it is asked for all the same. Whatever goes wrong with a
    request is its answer: training goes on.

    Args:
        run: The run directory.
        started: When the run began, in seconds since the epoch.
        conditions: The run's stop conditions, whose limits can be changed.
        checkpoints: Its checkpoints, which know its place.
        stops_later: Whether a stop is asked for that an epoch has to be ended for.
        left_out: Is told of the seconds that a pause has taken.
        save: Has `last.pth` saved at this place.
        answered: Is told of each answer.

    Attributes:
        rate: The learning rate, where it can be set.
        validate: Validates the model at this place and returns what it has logged, where that can be asked for.
        is_paused: Whether the training stands still until it is asked to go on.
    """

    def __init__(
        self,
        run: Path,
        started: float,
        conditions: StopConditions,
        checkpoints: RunCheckpoints,
        stops_later: Callable[[], bool],
        left_out: Callable[[float], None],
        save: Callable[[], None],
        answered: Callable[[ControlAnswer], None],
    ) -> None:
        self.rate: LearningRate | None = None
        self.validate: Callable[[], Mapping[str, Any]] | None = None
        self.is_paused = False
        self._inbox = Inbox(run, started)
        self._conditions = conditions
        self._checkpoints = checkpoints
        self._stops_later = stops_later
        self._left_out = left_out
        self._save = save
        self._answered = answered
        self._unwritten: list[tuple[ControlRequest, int]] = []  # checkpoints that are being written, and their steps

    @property
    def _place(self) -> Place:
        return self._checkpoints.place

    def start(self) -> None:
        """The run begins."""
        self._inbox.start(self._place)

    def close(self) -> None:
        """The run has ended, and its checkpoints are written."""
        self._answer_checkpoints()
        self._inbox.close(self._place)

    def offers(self) -> dict[str, Any]:
        """What may be asked for: `verbs`, and `settings` with the value that each of them has."""
        if _is_one_of_many():
            return {"verbs": ["checkpoint"], "settings": {}}
        verbs = ["checkpoint", "resume" if self.is_paused else "pause"]
        if self.validate is not None:
            verbs.append("validate")
        return {"verbs": verbs, "settings": self._settings()}

    def obey(self) -> Fired | None:
        """Does what was asked for since the last time. While the training is paused it does not return.

        Returns:
            The stop that ended a pause; None where training goes on.
        """
        self._take()
        return self._stand_still() if self.is_paused else None

    def _take(self) -> None:
        if self._unwritten:
            self._answer_checkpoints()
        for request in self._inbox.take(self._place):
            self._do(request)

    def _stand_still(self) -> Fired | None:
        self._save()
        fired = None
        while self.is_paused and fired is None:
            began = time.monotonic()
            time.sleep(_PAUSE_LOOK_SECONDS)
            self._take()
            paused = time.monotonic() - began
            self._left_out(paused)
            fired = self._conditions.while_paused(Progress(self._place.epoch, self._place.step))
            if self._stops_later():
                break  # it is asked to stop after the epoch, which has to be ended for that
        self.is_paused = False
        return fired

    def _do(self, request: ControlRequest) -> None:
        if request.verb != "checkpoint" and _is_one_of_many():
            self._answer(
                request, False, "It is one of many processes that train together, and the others are not asked."
            )
            return
        try:
            text = {
                "checkpoint": self._save_now,
                "validate": self._validate_now,
                "pause": self._pause,
                "resume": self._go_on,
                "set": self._set,
            }[request.verb](request)
        except Exception as error:  # a validation is the user's own code, and a scheduler may be anything
            self._answer(request, False, _sentence(error))
        else:
            if text is not None:
                self._answer(request, True, text)

    def _answer(self, request: ControlRequest, is_done: bool, text: str) -> None:
        self._answered(self._inbox.answer(request, is_done, text, self._place))

    def _save_now(self, request: ControlRequest) -> str | None:
        self._save()
        self._unwritten.append((request, self._place.step))
        return None  # it is answered once the file is there

    def _answer_checkpoints(self) -> None:
        is_written = self._checkpoints.is_written
        if is_written is None:
            return
        waiting, self._unwritten = self._unwritten, []
        for request, step in waiting:
            saved, failed = f"last.pth is saved at step {step}.", "last.pth cannot be written: standard error says why."
            self._answer(request, is_written, saved if is_written else failed)

    def _validate_now(self, _: ControlRequest) -> str:
        if self.validate is None:
            raise ValueError("This run offers no validation: call run.offer_validation in its program.")
        metrics = {name: to_float(name, value) for name, value in self.validate().items()}
        told = ", ".join(f"{name} {value:.6g}" for name, value in metrics.items()) or "nothing"
        return f"Validation at step {self._place.step}: {told}."

    def _pause(self, _: ControlRequest) -> str:
        if self.is_paused:
            raise ValueError("Training is paused already.")
        self.is_paused = True
        return f"Training is paused after step {self._place.step}."

    def _go_on(self, _: ControlRequest) -> str:
        if not self.is_paused:
            raise ValueError("Training is not paused.")
        self.is_paused = False
        return f"Training goes on after step {self._place.step}."

    def _settings(self) -> dict[str, str]:
        settings = {"lr": f"{self.rate.value:.6g}"} if self.rate is not None else {}
        if self._place.planned is not None:
            settings["epochs"] = str(self._place.planned)
        # A limit of the same name is the run's own, and changes with it.
        return {**self._conditions.limits(), **settings}

    def _set(self, request: ControlRequest) -> str:
        name, value, settings = request.name, request.value, self._settings()
        if name is None or value is None:
            raise ValueError('A name and a value are missing: {"verb": "set", "name": "lr", "value": "0.001"}.')
        if name not in settings:
            raise ValueError(f"This run has no {name} to set: it has {', '.join(settings) or 'nothing'}.")
        if name == "lr":
            return self._set_rate(value)
        if name == "epochs" and self._place.planned is not None:
            self._place.planned = to_count(value, name, more_than=self._place.epoch)
        if name in self._conditions.limits():
            self._conditions.change_limit(name, value)
        return f"{name} is {self._settings()[name]}, after {settings[name]}."

    def _set_rate(self, value: str) -> str:
        assert self.rate is not None
        before = self.rate.value
        try:
            rate = float(value)
        except ValueError:
            raise ValueError(f"{value!r} is no learning rate: give a number such as 0.001.") from None
        self.rate.set(rate)
        schedule = ""
        if self.rate.is_scheduled:
            schedule = " Its schedule goes on from there." if before > 0 else " Its schedule sets it anew."
        return f"The learning rate is {rate:g} after step {self._place.step}; it was {before:g}.{schedule}"


def _is_one_of_many() -> bool:
    """Whether other processes train the same model: what one alone did would set it apart, or have them wait for it."""
    torch = sys.modules.get("torch")
    distributed = getattr(torch, "distributed", None)
    if distributed is None or not distributed.is_available() or not distributed.is_initialized():
        return False
    return bool(distributed.get_world_size() > 1)


def _sentence(error: Exception) -> str:
    text = str(error) or type(error).__name__
    text = text if isinstance(error, ValueError | TypeError) else f"{type(error).__name__}: {text}"
    return text.rstrip(".") + "."
