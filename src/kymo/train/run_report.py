"""What is told of a run while it goes on, and how it ended."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from traceback import format_exception
from typing import Any

from kymo.format.file_names import LAST_FILE
from kymo.train.run_checkpoints import RunCheckpoints
from kymo.train.run_record import RunRecord
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.outcome import Outcome
from kymo.train.stopping.stop_conditions import StopConditions
from kymo.writer import SummaryWriter

# What a viewer is told of the progress may be this old.
_TOLD_SECONDS = 5.0


class RunReport:
    """Keeps `run.json` up to date with where a run stands.

    Args:
        directory: The run directory.
        record: Its `run.json`.
        conditions: The run's stop conditions.
        checkpoints: The run's checkpoints, which know its place.

    Attributes:
        planned: How many epochs are planned; None where only a stop condition ends the run.
    """

    def __init__(
        self, directory: Path, record: RunRecord, conditions: StopConditions, checkpoints: RunCheckpoints
    ) -> None:
        self.planned: int | None = None
        self._directory = directory
        self._record = record
        self._conditions = conditions
        self._checkpoints = checkpoints
        self._told_at = time.monotonic()

    def tell(self, *, if_due: bool = False) -> None:
        """Says where the run stands; with `if_due`, only if the last word on it is old."""
        if if_due and time.monotonic() - self._told_at < _TOLD_SECONDS:
            return
        self._told_at = time.monotonic()
        self._record.change(**self._progress())

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

    def finish(self, outcome: Outcome, error: BaseException | None, writer: SummaryWriter | None) -> None:
        """Says the last word: in the log, in `run.json`, and on standard output.

        Args:
            outcome: How the run has ended.
            error: The exception that has ended it, whose trace is logged.
            writer: The run's writer, if it was opened.
        """
        step = self._checkpoints.place.step
        try:
            writer = writer or SummaryWriter(self._directory)
            writer.add_text("outcome", _printable(str(outcome)), step)
            if error is not None:
                writer.add_text("error", f"```\n{_printable(''.join(format_exception(error)))}```", step)
            writer.flush(sync=True)
            writer.close()
        except (OSError, ValueError) as trouble:  # the log cannot be written to at all
            logging.getLogger("kymo").warning("The outcome is not in the log: %s", trouble)
        self._record.close(outcome.reason, outcome=outcome.to_json(), **self._progress())
        with suppress(OSError, ValueError):  # nobody reads it any more
            print(_printable(str(outcome)), flush=True)

    def _progress(self) -> dict[str, Any]:
        place = self._checkpoints.place
        return {
            "epoch": place.epoch,
            "step": place.step,
            "planned_epochs": self.planned,
            "stop": {name: one._asdict() for name, one in self._conditions.closenesses().items()},
            "best": [asdict(best) for best in self._checkpoints.results()],
        }


def _printable(text: str) -> str:
    """What no encoding refuses."""
    return text.encode("utf-8", "backslashreplace").decode()
