"""`kymo stop`: asks a training to end softly."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from kymo.cli.live_run import live_run
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
    from kymo.format.open_directory import open_directory
    from kymo.format.whole_file import replace_file

    directory, _ = live_run(run)
    try:
        with open_directory(directory) as opened:
            replace_file(opened, STOP_FILE, lambda stream: stream.write(after.value.encode()))
    except OSError as error:
        misuse(f"{run!r} cannot be written to ({error.strerror or error}): ask as the user who trains.")
    print(f"{run} is asked to stop after this {after.value}.")
