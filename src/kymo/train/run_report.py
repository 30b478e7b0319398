"""What is told of a run while it goes on, and how it ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from traceback import format_exception
from typing import Any, Literal

from kymo.format.file_names import LAST_FILE
from kymo.train.control.steering import Steering
from kymo.train.pace import Pace
from kymo.train.run_checkpoints import RunCheckpoints
from kymo.train.run_numbers import RunNumbers, printable
from kymo.train.run_record import RunRecord
from kymo.train.silence import Silence
from kymo.train.stopping.early_stopping import EarlyStopping
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.outcome import Outcome
from kymo.train.stopping.stop_conditions import StopConditions

# What a viewer is told of the progress may be this old.
_TOLD_SECONDS = 5.0


class RunReport:
    """Keeps `run.json` up to date with where a run stands.

    Args:
        directory: The run directory.
        record: Its `run.json`.
        conditions: The run's stop conditions.
        checkpoints: The run's checkpoints, which know its place.
        pace: How fast it goes on.
        steering: What may be asked of it; None where nothing may.

    Attributes:
        phase: What goes on.
    """

    def __init__(
        self,
        directory: Path,
        record: RunRecord,
        conditions: StopConditions,
        checkpoints: RunCheckpoints,
        pace: Pace,
        steering: Steering | None,
    ) -> None:
        self.phase: Literal["training", "validation"] = "training"
        self._directory = directory
        self._record = record
        self._conditions = conditions
        self._checkpoints = checkpoints
        self._steering = steering
        self._pace = pace
        self._silence = Silence()
        self._told_at = time.monotonic()

    @contextmanager
    def during_validation(self, *, at_once: bool = False) -> Iterator[None]:
        """Surrounds a validation; `at_once`: one that viewers wait for."""
        self._enter("validation", at_once)
        try:
            yield
        finally:
            self._enter("training", False)

    def _enter(self, phase: Literal["training", "validation"], at_once: bool) -> None:
        self._silence.end(self.phase)
        self.phase = phase
        quiet = self._silence.unusual(phase)
        self._record.change(at_once=at_once, phase=phase, told=time.time(), stalled_after=quiet)

    def leave_out(self, seconds: float) -> None:
        """A pause is no silence."""
        self._silence.leave_out(seconds)

    def tell(self, *, if_due: bool = False, at_once: bool = False, **also: Any) -> None:
        """Says where the run stands.

        Args:
            if_due: Only if the last word on it is old.
            at_once: Whether viewers see it now, rather than within seconds.
            also: What else to say, as JSON knows it.
        """
        now = self._silence.end(self.phase)
        if if_due and now - self._told_at < _TOLD_SECONDS:
            return
        self._told_at = now
        self._record.change(at_once=at_once, **self._progress(), **also)

    def conclude(self, fired: Fired | None, error: BaseException | None) -> Outcome:
        """How the run has ended: by a stop condition, an exception, or because its loop was left."""
        best = next(iter(self._checkpoints.results()), None)
        is_resumable = self._checkpoints.saved_step >= 0 and (self._directory / LAST_FILE).exists()
        resume = f"kymo.Run({str(self._directory)!r}, resume=True)" if is_resumable else None
        if error is not None:
            return Outcome.of_error(error, best=best, resume=resume)
        if fired is None:
            place = self._checkpoints.place
            left = f"The loop was left in epoch {place.epoch + 1}."
            fired = Fired("completed", left, {"epochs": place.epoch, "steps": place.step})
        return Outcome.of(fired, best=best, resume=resume if fired.reason != "completed" else None)

    def finish(self, outcome: Outcome, error: BaseException | None, numbers: RunNumbers) -> None:
        """Says the last word: in the log, in `run.json`, and on standard output.

        Args:
            outcome: How the run has ended.
            error: The exception that has ended it, whose trace is logged.
            numbers: The run's log.
        """
        step = self._checkpoints.place.step
        try:
            numbers.event("stop", str(outcome), step)
            if error is not None:
                trace = printable("".join(format_exception(error)))
                numbers.writer.add_text("error", f"```\n{trace}```", step)
            numbers.writer.flush(sync=True)
            numbers.writer.close()
        except (OSError, ValueError) as trouble:  # the log cannot be written to at all
            logging.getLogger("kymo").warning("The outcome is not in the log: %s", trouble)
        self._record.close(outcome.reason, outcome=outcome.to_json(), **{**self._progress(), "offers": None})
        with suppress(OSError, ValueError):  # nobody reads it any more
            print(printable(str(outcome)), flush=True)

    def _progress(self) -> dict[str, Any]:
        place = self._checkpoints.place
        left = self._pace.left(place, self._conditions.conditions)
        return {
            "told": time.time(),
            "phase": self.phase if self._steering is None or not self._steering.is_paused else "paused",
            "stalled_after": self._silence.unusual(self.phase),
            "epoch": place.epoch,
            "step": place.step,
            "batch": place.batch,
            "batches": place.batches,
            "planned_epochs": place.planned,
            "left": left._asdict() if left is not None else None,
            "stop": {
                name: {"fraction": one.fraction, "text": one.text}
                for name, one in self._conditions.closenesses().items()
            },
            "best": [asdict(best) for best in self._checkpoints.results()],
            "monitors": {**self._monitors(), **self._checkpoints.monitors()},
            "saved_step": self._checkpoints.saved_step if self._checkpoints.saved_step >= 0 else None,
            "offers": self._steering.offers() if self._steering is not None else None,
        }

    def _monitors(self) -> dict[str, str]:
        watching = [one for one in self._conditions.conditions if isinstance(one, EarlyStopping)]
        return {one.monitor: one.mode for one in watching}
