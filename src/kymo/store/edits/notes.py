"""What people note of a run, changed from a viewer."""

from collections.abc import Mapping

from kymo.format.json_file import JsonFileError
from kymo.format.notes_file import NOTES_FILE, Notes, change_notes_file
from kymo.store.edits.open_directory import held
from kymo.store.edits.refusal import Refusal
from kymo.store.place import Place


def change_notes(place: Place, changes: Mapping[str, str | bool]) -> Notes:
    """Changes some of a run's notes, whoever else changes others at the same time; returns what they are then.

    Args:
        place: The run's place.
        changes: New values by the names of their fields.

    Raises:
        Refusal: The run is reached through a link, or its `notes.json` is not one that a viewer wrote.
        OSError: The run directory cannot be written to.
    """
    with place.opened() as directory, held(directory):
        try:
            return change_notes_file(directory, changes)
        except JsonFileError as error:
            raise Refusal(f"{error} It is left as it is: move that {NOTES_FILE} away first.") from error
