"""What the terminal says while logs are read."""

from __future__ import annotations

import io
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from waiting import until

from kymo import SummaryWriter
from kymo.cli import reading
from kymo.cli.reading import reading_told
from kymo.store.progress import Progress

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Loading(dict[str, Any]):
    """Logs whose reading goes on as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.loading: Progress | None = Progress()

    def read(self, done: int) -> None:
        self.loading = Progress(bytes_read=done, bytes_found=20_000_000_000, files_read=0, files_found=3)

    def end(self) -> None:
        self.update({"mlp": SimpleNamespace(points=12_000), "cnn": SimpleNamespace(points=345)})
        self.loading = None


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_QUIET_SECONDS", 0.0)


def said(file: io.StringIO) -> str:
    return ESCAPES.sub("", file.getvalue()).replace("\r", "\n")


@pytest.mark.usefixtures("at_once")
def test_a_terminal_shows_a_bar_in_bytes_and_then_what_was_read() -> None:
    file, logs = io.StringIO(), Loading()
    console = Console(file=file, force_terminal=True, width=100)
    with reading_told(logs, console):  # type: ignore[arg-type] # all of them that is asked for
        logs.read(5_000_000_000)
        until(lambda: "5.0/20.0 GB" in said(file))
        logs.read(15_000_000_000)
        until(lambda: "15.0/20.0 GB" in said(file))
        logs.end()
        until(lambda: "Read 2 runs with 12 345 points in " in said(file))
    # The bar is taken away, and the cursor is shown again.
    assert file.getvalue().rindex("\x1b[?25h") > file.getvalue().rindex("\x1b[?25l")
    assert said(file).count("Read 2 runs") == 1


@pytest.mark.usefixtures("at_once")
def test_anything_else_gets_two_plain_lines() -> None:
    file, logs = io.StringIO(), Loading()
    logs.read(1)
    with reading_told(logs, Console(file=file, width=100)):  # type: ignore[arg-type] # as above
        until(lambda: file.getvalue() != "")
        logs.end()
        until(lambda: "Read 2 " in file.getvalue())
    first, second = file.getvalue().splitlines()
    assert first == "Reading 3 files of 20.0 GB."
    assert re.fullmatch(r"Read 2 runs with 12 345 points in \d+\.\d s\.", second)


@pytest.mark.usefixtures("at_once")
def test_stopping_while_it_reads_ends_the_bar_and_claims_nothing() -> None:
    file, logs = io.StringIO(), Loading()
    with reading_told(logs, Console(file=file, force_terminal=True, width=100)):  # type: ignore[arg-type] # as above
        logs.read(1)
        until(lambda: "GB" in said(file))
    assert file.getvalue().rindex("\x1b[?25h") > file.getvalue().rindex("\x1b[?25l")
    assert "Read " not in said(file)


def test_nothing_is_said_of_no_runs() -> None:
    file, logs = io.StringIO(), Loading()
    logs.loading = None
    with reading_told(logs, Console(file=file)):  # type: ignore[arg-type] # as above
        pass
    assert file.getvalue() == ""


def test_in_a_terminal_the_address_stays_whole_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "mlp") as writer:
        for step in range(100):
            writer.add_scalar("loss", 1.0, step)
    main, side = pty.openpty()
    command = [sys.executable, "-m", "kymo", "serve", str(tmp_path), "--port", "0"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "200"}
    output = b""
    process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=environment, start_new_session=True)
    os.close(side)
    try:
        while b"Read 1 run with 100 points in " not in output:
            output += os.read(main, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait(30)
        os.close(main)
    lines = ESCAPES.sub("", output.decode()).replace("\r", "").splitlines()
    assert re.fullmatch(r"kymo shows \S+ at http://127\.0\.0\.1:\d+/  \(Ctrl\+C stops it\)", lines[0])
