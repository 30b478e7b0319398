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
        whole: Whether the directory itself was moved, rather than the run's own files out of it.
    """

    run: str
    trashed_at: float
    whole: bool


def read_trash_record(entry: str, trash: int) -> TrashRecord | None:
    """The record of an entry of the open trash, or None where it has none.

    Raises:
        JsonFileError: It is there and is no record, or cannot be read.
    """
    data = read_json_object(f"{entry}/{RECORD_FILE}", _MAX_BYTES, "a record", follow=False, dir_fd=trash)
    if data is None:
        return None
    run, trashed_at, whole = data.get("run"), data.get("trashed_at"), data.get("whole")
    if isinstance(run, str) and run and isinstance(trashed_at, int | float) and isinstance(whole, bool):
        return TrashRecord(run, float(trashed_at), whole)
    raise JsonFileError(f"{RECORD_FILE} does not say which run was put into the trash, and when.")


def write_trash_record(directory: int, record: TrashRecord) -> None:
    """Writes the record into the entry's open directory.

    Raises:
        OSError: The directory cannot be written to.
    """
    replace_json_object(directory, RECORD_FILE, record._asdict())
