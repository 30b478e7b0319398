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
from urllib.parse import quote

import typer

from kymo import __version__
from kymo.cli.announcement import announce, has_browser, open_page
from kymo.cli.bottlenecks.recipe import Bottleneck
from kymo.cli.directories import checked_directories
from kymo.cli.doctor import told
from kymo.cli.misuse import misuse
from kymo.cli.serve_options import Port
from kymo.cli.sickness import Sickness
from kymo.format.file_names import LAST_FILE

_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.1
INTERRUPTED = 130


def demo(
    logdir: Annotated[str, typer.Option(help="Log directory that the run is recorded in.")] = "runs/demo",
    port: Port = None,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs to train.")] = 100,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last run, where it was stopped.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Train at full speed, for nobody to watch.")] = False,
    exit_: Annotated[
        bool, typer.Option("--exit", help="End when the training does, rather than go on serving.")
    ] = False,
    bottleneck: Annotated[
        Bottleneck | None, typer.Option(help="Train on image files instead, held back by this, and tell the verdict.")
    ] = None,
    sick: Annotated[
        Sickness | None, typer.Option(help="Train a network that cannot learn for this reason, and tell the verdict.")
    ] = None,
    mended: Annotated[bool, typer.Option("--mended", help="The same, with what the verdict advises.")] = False,
    seconds: Annotated[float, typer.Option(min=5, help="How long to train so.")] = 40.0,
    open_browser: Annotated[bool, typer.Option(help="Open the page where there is a browser.")] = True,
) -> None:
    """Train a small network on handwritten digits and show it in the dashboard meanwhile.

    Example: `kymo demo`, to go on after a stop: `kymo demo --resume`, without a spectator: `kymo demo --fast --exit`,
    held back by slow augmentation: `kymo demo --bottleneck augment`, with gradients that vanish: `kymo demo --sick
    vanishing`, and with what mends it, `--mended`
    """
    from kymo.server import create_app
    from kymo.server.access import Hosts
    from kymo.server.listen import ListenError, listen
    from kymo.server.models import printable
    from kymo.server.serving import in_thread
    from kymo.store import Logs

    (directory,) = checked_directories([logdir])
    flaw = bottleneck or sick
    if bottleneck is not None and sick is not None:
        misuse(f"--bottleneck {bottleneck} and --sick {sick} are two trainings: ask for one of them.")
    if flaw is not None and (resume or fast):
        option = "--sick" if sick else "--bottleneck"
        misuse(f"{option} {flaw} goes with neither --resume nor --fast: leave them out.")
    if mended and flaw is None:
        misuse("--mended needs something to mend: add --bottleneck augment, or --sick dead.")
    name = "digits" if flaw is None else f"{flaw}-mended" if mended else flaw
    run = _last_run(logdir, directory) if resume else directory / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    command = [sys.executable, "-m", "kymo.cli.demo_training", str(run), "--epochs", str(epochs)]
    command += [option for option, is_on in (("--fast", fast), ("--resume", resume)) if is_on]
    if flaw is not None:
        module = "kymo.cli.sick_training" if sick else "kymo.cli.bottlenecks.training"
        command = [sys.executable, "-m", module, str(run), flaw]
        command += ["--seconds", str(seconds), *(["--mended"] if mended else [])]
    try:
        listener = listen("127.0.0.1", port)
    except ListenError as error:
        misuse(str(error))
    with listener, Logs([directory]) as logs, _stop_signals() as stop:
        app = create_app(logs, hosts=Hosts.for_bind("127.0.0.1", []), title=printable(directory), version=__version__)
        with in_thread(app, listener.socket) as serving:
            address = f"http://{listener.authority}/"
            announce(address, [directory])
            page = f"{address}#front={quote(run.name)}&select=none&run={quote(run.name)}"
            print(f"The run's page is {page}", flush=True)
            if open_browser and has_browser():
                open_page(page)
            code = _train(command, stop)
            if code == 0 and flaw is not None:
                _tell_verdict(run)
            if code == 0 and not exit_:
                _keep_serving(serving, stop)
    raise typer.Exit(code)


def _last_run(logdir: str, directory: Path) -> Path:
    """The run that was stopped last."""
    found = sorted(directory.glob(f"digits-*/{LAST_FILE}"), key=lambda path: path.stat().st_mtime)
    if not found:
        misuse(f"{logdir!r} holds no run of the demo to go on with: leave --resume out.")
    return found[-1].parent


def _train(command: list[str], stop: threading.Event) -> int:
    """Trains in a process of its own and returns its exit code; when `stop` is set, asks it to end and waits."""
    # In a session of its own the terminal's Ctrl+C reaches only this process, which passes it on exactly once.
    with subprocess.Popen(command, start_new_session=True) as training:
        while training.poll() is None and not stop.wait(_POLL_SECONDS):
            pass
        if training.poll() is None:
            training.terminate()
            try:
                training.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                training.kill()
        return INTERRUPTED if stop.is_set() else training.wait()


def _tell_verdict(run: Path) -> None:
    from kymo.insight.diagnosis import diagnosed
    from kymo.store import Logs

    with Logs([run]) as logs:
        logs.refresh()
        print("\n\n".join(told(finding) for finding in diagnosed(logs["."])), flush=True)


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
