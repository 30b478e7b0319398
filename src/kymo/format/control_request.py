"""`control/`: what is asked of a run while it goes on, one small JSON file for each request.

`{"verb": "pause"}`, `{"verb": "set", "name": "lr", "value": "0.001"}`. Whoever may write to the run directory may ask:
the file's owner counts as the one who did. The run takes requests in the order of their names and answers each one in
`control/done/`, under the same name.
"""

import os
import secrets
import time
from typing import Literal, NamedTuple, get_args

from kymo.format.file_names import CONTROL_DIRECTORY
from kymo.format.json_file import JsonFileError, kind_of, read_json_object, replace_json_object
from kymo.format.open_directory import open_inside
from kymo.format.owner import user_name

Verb = Literal["checkpoint", "validate", "pause", "resume", "set"]
VERBS: tuple[Verb, ...] = get_args(Verb)

MAX_BYTES = 1 << 16
SUFFIX = ".json"
_MOST_TEXT = 200  # characters of a value


class ControlRequest(NamedTuple):
    """What is asked of a run.

    Attributes:
        id: The file's name without its suffix.
        verb: What it shall do.
        name: What it shall set: "lr", "epochs", "max_time", "patience", and so on.
        value: To what, as a person writes it: "0.001", "2h30m".
        by: The name of the user who asks.
        at: When the file was written, in seconds since the epoch, by the clock of its file system.
    """

    id: str
    verb: Verb
    name: str | None
    value: str | None
    by: str
    at: float

    @property
    def text(self) -> str:
        """The request as one would type it.

        >>> ControlRequest("1", "set", "lr", "0.001", "ada", 0.0).text
        'set lr 0.001'
        """
        return " ".join(filter(None, (self.verb, self.name, self.value)))


def ask(run: int, verb: Verb, name: str | None = None, value: str | None = None) -> str:
    """Puts a request.

    Args:
        run: The open run directory.
        verb: What the run shall do.
        name: What it shall set.
        value: To what.

    Returns:
        The request's id.

    Raises:
        OSError: It cannot be written.
    """
    request_id = f"{time.time_ns() // 1_000_000}-{verb}-{secrets.token_hex(4)}"
    content = {"verb": verb} | {key: told for key, told in (("name", name), ("value", value)) if told is not None}
    with open_inside(run, CONTROL_DIRECTORY, make=True) as control:
        replace_json_object(control, request_id + SUFFIX, content)
    return request_id


def asked(names: list[str]) -> list[str]:
    """The ids of the requests among the names in `control/`, in order.

    >>> asked(["done", "2-pause.json", ".3-set.json.part", "1-set.json"])
    ['1-set', '2-pause']
    """
    found = (name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX) and not name.startswith("."))
    return sorted(name for name in found if name.isprintable())


def read_request(control: int, request_id: str) -> ControlRequest | None:
    """Reads a request; None where it is gone.

    Args:
        control: The open `control/`.
        request_id: The request's id.

    Raises:
        JsonFileError: It asks for nothing that can be understood.
    """
    name = request_id + SUFFIX
    data = read_json_object(name, MAX_BYTES, "a request", follow=False, dir_fd=control)
    if data is None:
        return None
    by, at = signed(control, request_id)
    verb = data.get("verb")
    if verb not in VERBS:
        raise JsonFileError(f"{name} has the verb {verb!r:.80}: write one of {', '.join(VERBS)}.")
    return ControlRequest(request_id, verb, _text(name, data, "name"), _text(name, data, "value"), by, at)


def signed(control: int, request_id: str) -> tuple[str, float]:
    """Who has put a request, and when.

    Raises:
        OSError: It is gone.
    """
    found = os.stat(request_id + SUFFIX, dir_fd=control, follow_symlinks=False)
    return user_name(found.st_uid), found.st_mtime


def take_away(control: int, request_id: str) -> None:
    """Removes a request that has been answered.

    Raises:
        OSError: It cannot be removed.
    """
    os.unlink(request_id + SUFFIX, dir_fd=control)


def _text(file: str, data: dict[str, object], key: str) -> str | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise JsonFileError(f"{file} has {kind_of(value)} as {key!r}: write a text or a number.")
    text = str(value)
    if not text.isprintable():
        raise JsonFileError(f"{file} has characters as {key!r} that cannot be shown: write plain text.")
    if len(text) > _MOST_TEXT:
        raise JsonFileError(f"{file} has {len(text)} characters as {key!r}, and {_MOST_TEXT} are allowed.")
    return text
