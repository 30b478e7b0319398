"""`kymo runs`: the runs of a log directory as a table."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kymo.cli.directories import checked_directories

if TYPE_CHECKING:
    from rich.table import Table

    from kymo.store import Logs, Run

_WATCH_SECONDS = 1.0


def runs(
    logdirs: Annotated[list[str], typer.Argument(metavar="LOGDIR", help="Log directories.")],
    watch: Annotated[bool, typer.Option("--watch", help="Keep the table up to date until Ctrl+C.")] = False,
) -> None:
    """List runs with their status, progress and best value, those that started last first.

    Example: `kymo runs runs`, or kept up to date: `kymo runs runs --watch`
    """
    from rich.console import Console

    from kymo.store import Logs

    console = Console(highlight=False)
    with Logs(checked_directories(logdirs)) as logs:
        logs.refresh()
        if not watch:
            console.print(_table(logs) if logs else f"No runs are in {', '.join(logdirs)} yet.")
            return
        from rich.live import Live

        with Live(_table(logs), console=console, auto_refresh=False) as live:
            while True:
                time.sleep(_WATCH_SECONDS)
                logs.refresh()
                live.update(_table(logs), refresh=True)


def _table(logs: Logs) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("run", "status", "progress", "best", "last event"):
        table.add_column(heading, overflow="fold")
    for run in sorted(logs.values(), key=lambda run: run.started or 0.0, reverse=True):
        cells = (run.notes.name or run.name, _status(run), _progress(run), _best(run.metadata), _ago(run.last_event))
        table.add_row(*map(Text, cells))
    return table


def _status(run: Run) -> str:
    """How it is doing, and once it has ended, why."""
    from kymo.store.said import Said
    from kymo.store.standing import standing_of

    said = Said(run.metadata)
    reason = said.text("status")
    return reason if run.status == "finished" and reason else standing_of(said, run.status, time.time()).state


def _progress(run: Run) -> str:
    """Epochs and steps, as far as the run tells; otherwise the newest step."""
    epoch, planned, step = (run.metadata.get(name) for name in ("epoch", "planned_epochs", "step"))
    if isinstance(epoch, int) and isinstance(step, int):
        of = f" of {planned}" if isinstance(planned, int) else ""
        return f"epoch {epoch}{of}, step {step}"
    return "" if run.newest is None else f"step {run.newest[1]}"


def _best(metadata: Mapping[str, Any]) -> str:
    """The best values that the run says it has."""
    said = metadata.get("best")
    best = [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
    return ", ".join(
        f"{one.get('monitor')} {one['value']:.5g}" for one in best if isinstance(one.get("value"), int | float)
    )


def _ago(moment: float | None) -> str:
    from kymo.format.duration_text import duration_text

    return "" if moment is None else f"{duration_text(max(0.0, time.time() - moment))} ago"
