"""How far the first reading of the logs has come, told in the terminal."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from kymo.store import Logs

# What is read sooner than this needs no bar.
_QUIET_SECONDS = 0.5
_STEP_SECONDS = 0.1


@contextmanager
def reading_told(logs: Logs, console: Console | None = None) -> Iterator[None]:
    """Tells on stderr how far reading has come, until all that is there at first is read or the block ends.

    A terminal gets a bar while it takes longer than a moment; anything else a line when it begins to and one at the
    end. The bar goes when reading ends, and leaves a line that says what was read.
    """
    from rich.console import Console as NewConsole

    stop = threading.Event()
    told = console or NewConsole(stderr=True, highlight=False, soft_wrap=True)
    thread = threading.Thread(target=_tell, args=(logs, told, stop), name="kymo-reading", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _tell(logs: Logs, console: Console, stop: threading.Event) -> None:
    began = time.monotonic()
    while logs.loading is not None and time.monotonic() - began < _QUIET_SECONDS:
        if stop.wait(_STEP_SECONDS / 4):
            return
    if logs.loading is not None:
        (_show_bar if console.is_terminal else _say_it)(logs, console, stop)
    if not stop.is_set() and len(logs) > 0:
        points = sum(run.points for run in logs.values())
        seconds = time.monotonic() - began
        console.print(f"Read {_count(len(logs), 'run')} with {_count(points, 'point')} in {seconds:.1f} s.")


def _show_bar(logs: Logs, console: Console, stop: threading.Event) -> None:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("reading", total=None)
        while (progress := logs.loading) is not None and not stop.wait(_STEP_SECONDS):
            bar.update(task, completed=progress.bytes_read, total=progress.bytes_found or None)


def _say_it(logs: Logs, console: Console, stop: threading.Event) -> None:
    from rich.filesize import decimal

    progress = logs.loading
    if progress is not None and progress.bytes_found:
        console.print(f"Reading {_count(progress.files_found, 'file')} of {decimal(progress.bytes_found)}.")
    while logs.loading is not None and not stop.wait(_STEP_SECONDS):
        pass


def _count(number: int, noun: str) -> str:
    """A number with what it counts.

    >>> _count(1, "run"), _count(12345, "point")
    ('1 run', '12 345 points')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", " ")
