"""`control/done/`: what a run has answered to the requests in `control/`, each under its request's name."""

import math
import os
from contextlib import suppress
from typing import Any, Literal, NamedTuple

from kymo.format.control_request import MAX_BYTES, SUFFIX, asked
from kymo.format.file_names import CONTROL_DIRECTORY, DONE_DIRECTORY
from kymo.format.json_file import JsonFileError, read_json_object, replace_json_object
from kymo.format.open_directory import listed, open_inside

# The timeline in the event files tells everything that was ever asked; older answers serve nobody.
KEPT_ANSWERS = 200


class ControlAnswer(NamedTuple):
    """What became of a request.

    Attributes:
        id: The request's id.
        request: What was asked, as one would type it: "set lr 0.001".
        by: Who has asked.
        asked: When, in seconds since the epoch.
        status: Whether it was done.
        text: What was done, or why not, as a sentence.
        answered: When the run has answered, in seconds since the epoch.
        epoch: Epochs that were complete.
        step: Steps that were complete.
    """

    id: str
    request: str
    by: str
    asked: float
    status: Literal["done", "refused"]
    text: str
    answered: float
    epoch: int
    step: int


def write_answer(control: int, answer: ControlAnswer) -> None:
    """Answers a request, and forgets the oldest answers.

    Args:
        control: The open `control/`.
        answer: The answer.

    Raises:
        OSError: It cannot be written.
    """
    with open_inside(control, DONE_DIRECTORY, make=True) as done:
        content = answer._asdict()
        del content["id"]
        replace_json_object(done, answer.id + SUFFIX, content)
        for old in _by_age(done)[KEPT_ANSWERS:]:
            with suppress(OSError):
                os.unlink(old + SUFFIX, dir_fd=done)


def read_answer(run: int, request_id: str) -> ControlAnswer | None:
    """The answer to a request; None while there is none.

    Args:
        run: The open run directory.
        request_id: The request's id.

    Raises:
        JsonFileError: The file is not one that a run wrote.
    """
    try:
        with open_inside(run, CONTROL_DIRECTORY) as control, open_inside(control, DONE_DIRECTORY) as done:
            return _read(done, request_id)
    except FileNotFoundError:
        return None


def newest_answers(run: int, most: int) -> list[ControlAnswer]:
    """The answers to the requests that were made last, the newest first; what no run wrote is left out.

    Args:
        run: The open run directory.
        most: How many at the most.
    """
    found = []
    with (
        suppress(OSError),
        open_inside(run, CONTROL_DIRECTORY) as control,
        open_inside(control, DONE_DIRECTORY) as done,
    ):
        for request_id in _by_age(done)[:most]:
            with suppress(JsonFileError):
                if (answer := _read(done, request_id)) is not None:
                    found.append(answer)
    return found


def _by_age(done: int) -> list[str]:
    """The ids of the answers, the newest first: whoever asks may name a request as they like."""
    ages = []
    for request_id in asked(listed(done)):
        with suppress(OSError):
            ages.append((os.stat(request_id + SUFFIX, dir_fd=done).st_mtime_ns, request_id))
    return [request_id for _, request_id in sorted(ages, reverse=True)]


def _read(done: int, request_id: str) -> ControlAnswer | None:
    name = request_id + SUFFIX
    data = read_json_object(name, MAX_BYTES, "an answer", follow=False, dir_fd=done)
    if data is None:
        return None
    kinds: dict[str, Any] = {"asked": float, "answered": float, "epoch": int, "step": int}
    try:
        told = {field: kinds.get(field, str)(data[field]) for field in ControlAnswer._fields if field != "id"}
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise JsonFileError(f"{name} is not what a run answers ({error}).") from error
    if not (math.isfinite(told["asked"]) and math.isfinite(told["answered"])):
        raise JsonFileError(f"{name} has a time that is no number, which no run answers.")
    told = {field: _whole(value) for field, value in told.items()}
    if told["status"] not in ("done", "refused"):
        raise JsonFileError(f"{name} has the status {told['status']!r:.80}, which no run answers.")
    return ControlAnswer(request_id, **told)


def _whole(value: Any) -> Any:
    """A text without half characters, which no answer of a viewer could repeat."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
