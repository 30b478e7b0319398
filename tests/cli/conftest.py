"""A `kymo` that runs as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest


class Process:
    """A `kymo` that runs, and what it has printed so far."""

    def __init__(self, *arguments: str, cwd: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kymo", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd,
            env=environment,
        )
        self.lines: list[str] = []
        self._printed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._printed:
                self.lines.append(line.rstrip("\n"))
                self._printed.notify_all()
        with self._printed:
            self._printed.notify_all()

    def wait_for(self, pattern: str, seconds: float = 60.0) -> re.Match[str]:
        def found() -> re.Match[str] | None:
            return next((match for line in self.lines if (match := re.search(pattern, line))), None)

        with self._printed:
            self._printed.wait_for(lambda: found() or not self._reader.is_alive(), seconds)
            match = found()
        assert match is not None, self.lines
        return match

    @property
    def address(self) -> str:
        return self.wait_for(r"http://\S+")[0]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        self._reader.join(30)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def kymo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Process]]:
    monkeypatch.delenv("KYMO_TOKEN", raising=False)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    if source := environment.get("PYTHONPATH"):
        environment["PYTHONPATH"] = os.pathsep.join(str(Path(part).resolve()) for part in source.split(os.pathsep))
    with ExitStack() as stack:

        def start(*arguments: str, **more: str) -> Process:
            process = Process(*arguments, cwd=tmp_path, environment={**environment, **more})
            stack.callback(process.end)
            return process

        yield start
