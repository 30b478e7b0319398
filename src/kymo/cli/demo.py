"""`kymo demo`: trains a small network on real data, with the dashboard open."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from kymo import __version__
from kymo.cli.announcement import announce, has_browser, open_page
from kymo.cli.directories import checked_directories
from kymo.cli.misuse import misuse
from kymo.cli.serve_options import Port

_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.1
INTERRUPTED = 130


def demo(
    logdir: Annotated[str, typer.Option(help="Log directory that the run is recorded in.")] = "runs/demo",
    port: Port = None,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs to train.")] = 100,
    fast: Annotated[bool, typer.Option("--fast", help="Train at full speed, for nobody to watch.")] = False,
    exit_: Annotated[
        bool, typer.Option("--exit", help="End when the training does, rather than go on serving.")
    ] = False,
    open_browser: Annotated[bool, typer.Option(help="Open the page where there is a browser.")] = True,
) -> None:
    """Train a small network on handwritten digits and show it in the dashboard meanwhile.

    Example: `kymo demo`, or without a spectator: `kymo demo --fast --exit`
    """
    from kymo.server import create_app
    from kymo.server.access import Hosts
    from kymo.server.listen import ListenError, listen
    from kymo.server.models import printable
    from kymo.server.serving import in_thread
    from kymo.store import Logs

    (directory,) = checked_directories([logdir])
    try:
        listener = listen("127.0.0.1", port)
    except ListenError as error:
        misuse(str(error))
    with listener, Logs([directory]) as logs, _stop_signals() as stop:
        app = create_app(logs, hosts=Hosts.for_bind("127.0.0.1", []), title=printable(directory), version=__version__)
        with in_thread(app, listener.socket) as serving:
            address = f"http://{listener.authority}/"
            announce(address, [directory])
            if open_browser and has_browser():
                open_page(address)
            code = _train(directory / time.strftime("digits-%Y%m%d-%H%M%S"), epochs, fast, stop)
            if code == 0 and not exit_:
                _keep_serving(serving, stop)
    raise typer.Exit(code)


def _train(log_dir: Path, epochs: int, fast: bool, stop: threading.Event) -> int:
    """Trains in a process of its own and returns its exit code; when `stop` is set, asks it to end and waits."""
    command = [sys.executable, "-m", "kymo.cli.demo_training", str(log_dir), "--epochs", str(epochs)]
    # In a session of its own the terminal's Ctrl+C reaches only this process, which passes it on exactly once.
    with subprocess.Popen([*command, *(["--fast"] if fast else [])], start_new_session=True) as training:
        while training.poll() is None and not stop.wait(_POLL_SECONDS):
            pass
        if training.poll() is None:
            training.terminate()
            try:
                training.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                training.kill()
        return INTERRUPTED if stop.is_set() else training.wait()


def _keep_serving(serving: Callable[[], bool], stop: threading.Event) -> None:
    print("The training is done. The dashboard stays open until Ctrl+C.", flush=True)
    while serving() and not stop.wait(_POLL_SECONDS):
        pass


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set: nothing is interrupted halfway, the training's start included."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
