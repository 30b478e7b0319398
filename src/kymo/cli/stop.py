"""`kymo stop`: asks a training to end softly."""

from __future__ import annotations

import os
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kymo.cli.misuse import misuse


class After(StrEnum):
    """What the training finishes first."""

    BATCH = "batch"
    EPOCH = "epoch"


def stop(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run directory.")],
    after: Annotated[After, typer.Option(help="What it finishes first.")] = After.BATCH,
) -> None:
    """Ask a training that records with `kymo.Run` to end, with everything saved.

    Example: `kymo stop runs/mlp`, or at the end of its epoch: `kymo stop runs/mlp --after epoch`
    """
    from kymo.format.file_names import STOP_FILE
    from kymo.format.whole_file import replace_file

    directory = Path(run).expanduser()
    _check_live(run, directory)
    try:
        opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            replace_file(opened, STOP_FILE, lambda stream: stream.write(after.value.encode()))
        finally:
            os.close(opened)
    except OSError as error:
        misuse(f"{run!r} cannot be written to ({error.strerror or error}): ask as the user who trains.")
    print(f"{run} is asked to stop after this {after.value}.")


def _check_live(run: str, directory: Path) -> None:
    from kymo.format.json_file import JsonFileError
    from kymo.format.run_file import RUN_FILE, read_run_file
    from kymo.store.status import status_of

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
