"""`kymo control`: steers a training while it goes on."""

from __future__ import annotations

import os
import time
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kymo.cli.live_run import live_run
from kymo.cli.misuse import misuse

if TYPE_CHECKING:
    from pathlib import Path

    from kymo.format.control_answer import ControlAnswer
    from kymo.format.run_file import RunFile

_LOOK_SECONDS = 0.05
_REFUSED, _UNANSWERED = 1, 3


class Asked(StrEnum):
    """What the training shall do."""

    CHECKPOINT = "checkpoint"
    VALIDATE = "validate"
    PAUSE = "pause"
    RESUME = "resume"
    SET = "set"


def control(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run directory.")],
    verb: Annotated[Asked, typer.Argument(help="What it shall do.")],
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="What to set: lr, epochs, max_time, patience, …")
    ] = None,
    value: Annotated[str | None, typer.Argument(metavar="[VALUE]", help="To what: 0.001, 30, 2h30m.")] = None,
    wait: Annotated[float, typer.Option(help="Seconds to wait for the answer.", min=0.0)] = 10.0,
) -> None:
    """Save, validate, pause, go on, or set a limit or the learning rate of a training that records with `kymo.Run`.

    Exits with 0 once it is done, 1 if it is refused, 3 if no answer has come in time.

    Example: `kymo control runs/mlp pause`, or `kymo control runs/mlp set lr 0.001`
    """
    directory, said = live_run(run)
    if verb is Asked.SET and (name is None or value is None):
        misuse(f"set needs a name and a value: {_settings(said)}.")
    if verb is not Asked.SET and name is not None:
        misuse(f"{verb.value} takes no {name!r}: leave it out.")
    if said.data.get("offers") is None and "offers" in said.data:
        misuse(f"{run!r} takes no requests: it was made with control=False.")
    answer = _asked(run, directory, verb, name, value, wait)
    if answer is None:
        print(f"{run} has not answered yet: it does so after its batch. See `kymo runs` or the dashboard.")
        raise typer.Exit(_UNANSWERED)
    if answer.status == "refused":
        print(f"Refused: {answer.text}")
        raise typer.Exit(_REFUSED)
    print(answer.text)


def _asked(
    run: str, directory: Path, verb: Asked, name: str | None, value: str | None, wait: float
) -> ControlAnswer | None:
    """The answer, if it comes in time."""
    from kymo.format.control_answer import read_answer
    from kymo.format.control_request import ask
    from kymo.format.open_directory import open_directory

    until = time.monotonic() + wait
    try:
        with open_directory(directory) as opened:
            request_id = ask(opened, verb.value, name, value)
            while (answer := read_answer(opened, request_id)) is None and time.monotonic() < until:
                time.sleep(_LOOK_SECONDS)
            return answer
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or 0)
        misuse(f"{run!r} cannot be written to ({reason}): ask as the user who trains.")


def _settings(said: RunFile) -> str:
    offers = said.data.get("offers")
    settings = offers.get("settings") if isinstance(offers, dict) else None
    if not isinstance(settings, dict) or not settings:
        return "`kymo control RUN set lr 0.001`"
    return "this run has " + ", ".join(f"{name} ({value})" for name, value in settings.items())
