"""`notes.json`: what people have noted of a run in a viewer, beside its event files.

Viewers write it and nobody else; it is replaced atomically, so a reader sees either the old or the whole new content.
What a later version may have added to it is kept.
"""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from kymo.format.json_file import JsonFileError, kind_of, read_json_object, replace_json_object

NOTES_FILE = "notes.json"
MAX_NAME = 200
MAX_NOTE = 10_000
# Each character of a note may take twelve bytes in JSON; a file over this is something else under the same name.
_MAX_BYTES = 1 << 20
_LONGEST = {"name": MAX_NAME, "note": MAX_NOTE}


@dataclass(frozen=True, slots=True)
class Notes:
    """What people have noted of a run.

    Attributes:
        name: What it is called, in place of its directory's name; "" for that.
        note: Any text about it.
        starred: Whether it is one to come back to.
        archived: Whether it is put aside.
    """

    name: str = ""
    note: str = ""
    starred: bool = False
    archived: bool = False


NO_NOTES = Notes()
_FIELDS = tuple(field.name for field in fields(Notes))


def read_notes_file(directory: str | Path) -> Notes | None:
    """What was noted of the run, or None where nothing was.

    Raises:
        JsonFileError: The file is there and is not what a viewer writes, or cannot be read.
    """
    data = _read(f"{directory}/{NOTES_FILE}")
    return None if data is None else _checked(data)


def change_notes_file(directory: int, changes: Mapping[str, str | bool]) -> Notes:
    """Changes some of the notes, and returns what they are then. A file with nothing in it is removed.

    Args:
        directory: The run's open directory.
        changes: New values by the names of their fields.

    Raises:
        JsonFileError: The file that is there is not one that a viewer wrote: it is left as it is.
        OSError: The directory cannot be written to.
    """
    before = _read(NOTES_FILE, directory) or {}
    _checked(before)
    after = {**before, **changes}
    notes = _checked(after)
    if after.keys() <= set(_FIELDS) and notes == NO_NOTES:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(NOTES_FILE, dir_fd=directory)
    elif after != before:
        replace_json_object(directory, NOTES_FILE, {**asdict(notes), **after})
    return notes


def _read(path: str, dir_fd: int | None = None) -> dict[str, Any] | None:
    return read_json_object(path, _MAX_BYTES, "a run's notes", follow=False, dir_fd=dir_fd)


def _checked(data: Mapping[str, Any]) -> Notes:
    given = {name: data[name] for name in _FIELDS if name in data}
    if data and not given:
        raise JsonFileError(f"{NOTES_FILE} says nothing that a viewer notes ({', '.join(_FIELDS)}).")
    for name, value in given.items():
        if name not in _LONGEST:
            if not isinstance(value, bool):
                raise JsonFileError(f"{NOTES_FILE} holds {kind_of(value)} as {name!r} where a boolean is expected.")
        elif not isinstance(value, str):
            raise JsonFileError(f"{NOTES_FILE} holds {kind_of(value)} as {name!r} where a string is expected.")
        elif len(value) > _LONGEST[name]:
            most = _LONGEST[name]
            raise JsonFileError(f"{NOTES_FILE} has {len(value)} characters as {name!r}, and {most} are allowed.")
        elif any("\ud800" <= character <= "\udfff" for character in value):
            raise JsonFileError(f"{NOTES_FILE} has half of a surrogate pair in {name!r}, which is no text.")
    return Notes(**given)
