"""`record.json` in the trash of a log directory: which run an entry holds, and where it came from.

A run that is deleted in a viewer is moved to `.kymo-trash/<id>/content` of its log directory. The record is written
before anything is moved, so what is there can always be put back.
"""

from typing import NamedTuple

from kymo.format.json_file import JsonFileError, read_json_object, replace_json_object

TRASH_DIRECTORY = ".kymo-trash"
RECORD_FILE = "record.json"
_MAX_BYTES = 1 << 20


class TrashRecord(NamedTuple):
    """What is noted of a run in the trash.

    Attributes:
        run: The run directory's path below the log directory; "." for the log directory itself.
        trashed_at: When it was put there, in seconds since the epoch.
        complete: Whether all that belongs to it is there; files are moved one by one where a directory cannot be.
    """

    run: str
    trashed_at: float
    complete: bool


def read_trash_record(entry: int) -> TrashRecord | None:
    """The record of an entry that is open, or None where it has none.

    Raises:
        JsonFileError: It is there and is no record, or cannot be read.
    """
    data = read_json_object(RECORD_FILE, _MAX_BYTES, "a record", follow=False, dir_fd=entry)
    if data is None:
        return None
    run, trashed_at, complete = (data.get(name) for name in TrashRecord._fields)
    if isinstance(run, str) and run and isinstance(trashed_at, int | float) and isinstance(complete, bool):
        return TrashRecord(run, float(trashed_at), complete)
    raise JsonFileError(f"{RECORD_FILE} does not say which run was put into the trash, and when.")


def write_trash_record(entry: int, record: TrashRecord) -> None:
    """Writes the record into an entry that is open.

    Raises:
        OSError: The directory cannot be written to.
    """
    replace_json_object(entry, RECORD_FILE, record._asdict())
