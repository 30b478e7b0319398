"""The run that a command asks something of."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from kymo.cli.misuse import misuse

if TYPE_CHECKING:
    from kymo.format.run_file import RunFile


def live_run(run: str) -> tuple[Path, RunFile]:
    """The directory of a run that goes on, and what it says of itself; any other run ends the command."""
    from kymo.format.json_file import JsonFileError
    from kymo.format.run_file import RUN_FILE, read_run_file
    from kymo.store.status import status_of

    directory = Path(run).expanduser()
    try:
        said = read_run_file(directory)
    except JsonFileError as error:
        misuse(f"{run!r} cannot be asked: {error}")
    if said is None:
        misuse(f"{run!r} has no {RUN_FILE}, so no kymo.Run trains there: name the directory of one.")
    status = status_of(said, None, time.time())
    if status == "finished":
        misuse(f"{run!r} has ended already: {said.status}.")
    if status == "stale":
        misuse(f"{run!r} has not said for a while that it is alive, so nobody would be asked: look for its process.")
    return directory, said
