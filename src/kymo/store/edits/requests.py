"""Requests to a run that goes on, made from a viewer."""

import os
from contextlib import suppress
from typing import Literal

from kymo.format.control_request import ControlRequest, Verb, ask, asked, read_request
from kymo.format.file_names import CONTROL_DIRECTORY, STOP_FILE
from kymo.format.json_file import JsonFileError
from kymo.format.open_directory import listed, open_inside
from kymo.format.whole_file import replace_file
from kymo.store.place import Place

After = Literal["batch", "epoch"]
_MOST_WORD = 16


def ask_to_stop(place: Place, after: After) -> None:
    """Asks a run to end softly.

    Args:
        place: The run's place.
        after: What it finishes first.

    Raises:
        Refusal: The run is reached through a link.
        OSError: The run directory cannot be written to.
    """
    with place.opened() as directory:
        replace_file(directory, STOP_FILE, lambda stream: stream.write(after.encode()))


def ask_for(place: Place, verb: Verb, name: str | None, value: str | None) -> str:
    """Asks a run for something else; see `kymo.format.control_request.ask`.

    Raises:
        Refusal: The run is reached through a link.
        OSError: The run directory cannot be written to.
    """
    with place.opened() as directory:
        return ask(directory, verb, name, value)


def asked_to_stop(directory: int) -> After | None:
    """What a run is asked to finish before it stops, while it has not taken that up.

    Args:
        directory: The open run directory.
    """
    try:
        fd = os.open(STOP_FILE, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=directory)
    except OSError:
        return None
    try:
        return "epoch" if os.read(fd, _MOST_WORD).strip().lower() == b"epoch" else "batch"
    except OSError:
        return "batch"
    finally:
        os.close(fd)


def unanswered(directory: int, most: int) -> list[ControlRequest]:
    """The requests that a run has not taken yet, the newest first.

    Args:
        directory: The open run directory.
        most: How many at the most.
    """
    found = []
    with suppress(OSError), open_inside(directory, CONTROL_DIRECTORY) as control:
        for request_id in asked(listed(control))[::-1][:most]:
            with suppress(JsonFileError):
                if (request := read_request(control, request_id)) is not None:
                    found.append(request)
    return found
