"""What is known of a process that uses a GPU."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import NamedTuple


class TrainingProcess(NamedTuple):
    """A process, and the run that it records.

    Attributes:
        pid: Its number.
        command: How it was started; "" where that is not told.
        run: The directory of the run; None where it records none, or another user's process does not tell.
        said: How the run is doing, in a word, and how far it is; None without a run.
    """

    pid: int
    command: str = ""
    run: Path | None = None
    said: str | None = None


def training_process(pid: int) -> TrainingProcess:
    """What is known of a process: a run is known by the event file that it keeps open."""
    import psutil

    try:
        process = psutil.Process(pid)
        command = shlex.join(process.cmdline()) or process.name()
    except psutil.Error:
        return TrainingProcess(pid)
    try:
        files = [Path(file.path) for file in process.open_files()]
    except (psutil.Error, OSError):
        return TrainingProcess(pid, command)
    for directory in dict.fromkeys(file.parent for file in files):
        if (said := _said(directory, pid)) is not None:
            return TrainingProcess(pid, command, directory, said)
    return TrainingProcess(pid, command)


def _said(directory: Path, pid: int) -> str | None:
    """How a run is doing that this process says is its own."""
    from kymo.format.json_file import JsonFileError
    from kymo.format.run_file import read_run_file
    from kymo.store.said import Said
    from kymo.store.standing import standing_of
    from kymo.store.status import status_of

    try:
        file = read_run_file(directory)
    except JsonFileError:
        return None
    if file is None or file.data.get("pid") != pid:
        return None
    said, now = Said(file.data), time.time()
    state = standing_of(said, status_of(file, None, now), now).state
    epoch, planned = said.count("epoch"), said.count("planned_epochs")
    if epoch is None:
        return state
    return f"{state}, epoch {epoch}" + (f" of {planned}" if planned is not None else "")
