"""The requests to a run: taken out of `control/`, and answered."""

import errno
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kymo.format.control_answer import ControlAnswer, write_answer
from kymo.format.control_request import ControlRequest, asked, read_request, signed, take_away
from kymo.format.file_names import CONTROL_DIRECTORY
from kymo.format.json_file import JsonFileError
from kymo.format.mounts import needs_polling, read_mounts
from kymo.format.open_directory import open_directory, open_inside
from kymo.train.place import Place
from kymo.train.stopping.far_watch import FarWatch

_LOOK_SECONDS = 0.1
# Where a look takes this long a thread looks instead.
_SLOW_SECONDS = 0.005
_SLOW_LOOKS = 3  # in a row: one alone may be a busy processor's
# What is written by hand is there before all of it is.
_SETTLE_SECONDS = 1.0
_MOST_AT_ONCE = 100

_logger = logging.getLogger("kymo")


class Inbox:
    """Looks for requests, at most ten times a second.

    A request is taken out of the directory before it is done, so that none is done twice. One that cannot be understood
    is answered here; so is one that was left over from before the run began, or that comes when it has ended.

    Args:
        run: The run directory.
        started: When the run began, in seconds since the epoch.
        clock: Seconds.
    """

    def __init__(self, run: Path, started: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._path = str(run / CONTROL_DIRECTORY)
        self._run = run
        self._started = started
        self._clock = clock
        self._due = 0.0
        self._slow_looks = 0
        self._watch: FarWatch[list[str]] | None = None
        self._taken: set[str] = set()  # those that could not be removed
        self._told: set[str] = set()

    def start(self, place: Place) -> None:
        """The run begins: what was asked before is refused."""
        self._refuse(place, "It was asked before this run began: ask again.", before=self._started)
        if needs_polling(self._path, read_mounts()):
            self._look_from_afar()

    def close(self, place: Place) -> None:
        """The run has ended: what was not answered yet is refused."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self._refuse(place, "The run has ended.")

    def take(self, place: Place) -> list[ControlRequest]:
        """The requests that have come, each of them once, in order; mostly there are none.

        Args:
            place: Where the run stands.
        """
        now = self._clock()
        if now < self._due:
            return []
        self._due = now + _LOOK_SECONDS
        if self._watch is not None:
            waiting = self._watch.found()
        else:
            waiting = _listed(self._path)
            self._slow_looks = self._slow_looks + 1 if self._clock() - now > _SLOW_SECONDS else 0
            if self._slow_looks >= _SLOW_LOOKS:
                self._look_from_afar()
        return self._read(waiting, place) if waiting else []

    def answer(self, request: ControlRequest, is_done: bool, text: str, place: Place) -> ControlAnswer:
        """Answers a request that was taken.

        Args:
            request: The request.
            is_done: Whether it was done.
            text: What was done, or why not: a sentence.
            place: Where the run stands.
        """
        answer = ControlAnswer(
            id=request.id,
            request=request.text,
            by=request.by,
            asked=request.at,
            status="done" if is_done else "refused",
            text=text,
            answered=time.time(),
            epoch=place.epoch,
            step=place.step,
        )
        self._write(answer)
        return answer

    def _look_from_afar(self) -> None:
        path = self._path
        self._watch = FarWatch(lambda: _listed(path), [], "kymo-control")

    def _read(self, waiting: list[str], place: Place) -> list[ControlRequest]:
        found: list[ControlRequest] = []
        with suppress(OSError), open_directory(self._run) as run, open_inside(run, CONTROL_DIRECTORY) as control:
            for request_id in waiting[:_MOST_AT_ONCE]:
                if request_id in self._taken:
                    continue
                try:
                    request = read_request(control, request_id)
                except JsonFileError as error:
                    self._refuse_unread(control, request_id, str(error), place)
                    continue
                if request is not None and self._remove(control, request_id):
                    found.append(request)
        return found

    def _refuse_unread(self, control: int, request_id: str, reason: str, place: Place) -> None:
        by, at = signed(control, request_id)
        if 0 <= time.time() - at < _SETTLE_SECONDS:
            return
        if self._remove(control, request_id):
            self._write(
                ControlAnswer(request_id, "?", by, at, "refused", reason, time.time(), place.epoch, place.step), control
            )

    def _refuse(self, place: Place, reason: str, before: float | None = None) -> None:
        waiting = _listed(self._path)
        if not waiting:
            return
        with suppress(OSError), open_directory(self._run) as run, open_inside(run, CONTROL_DIRECTORY) as control:
            for request_id in waiting:
                by, at = signed(control, request_id)
                if before is not None and at >= before:
                    continue
                asked_for = "?"
                with suppress(JsonFileError):
                    request = read_request(control, request_id)
                    asked_for = request.text if request is not None else asked_for
                if self._remove(control, request_id):
                    answer = (request_id, asked_for, by, at, "refused", reason, time.time(), place.epoch, place.step)
                    self._write(ControlAnswer(*answer), control)  # type: ignore[arg-type]

    def _remove(self, control: int, request_id: str) -> bool:
        """Whether this run takes the request: it has not been withdrawn, and was not taken before."""
        try:
            take_away(control, request_id)
        except FileNotFoundError:
            return False
        except OSError as error:
            self._taken.add(request_id)
            self._tell(f"{self._path}/{request_id}.json cannot be removed ({_reason(error)}): it is done only once.")
        return True

    def _write(self, answer: ControlAnswer, control: int | None = None) -> None:
        try:
            if control is not None:
                write_answer(control, answer)
                return
            with open_directory(self._run) as run, open_inside(run, CONTROL_DIRECTORY) as opened:
                write_answer(opened, answer)
        except OSError as error:
            self._tell(f"Answers cannot be written to {self._path} ({_reason(error)}): {answer.request}: {answer.text}")

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            _logger.warning("%s", text)


def _listed(path: str) -> list[str]:
    """The ids of the requests that wait."""
    try:
        return asked(os.listdir(path))  # noqa: PTH208 - ten times a second; a Path costs as much again
    except OSError:
        return []


def _reason(error: OSError) -> str:
    return error.strerror or errno.errorcode.get(error.errno or 0, "unknown")
