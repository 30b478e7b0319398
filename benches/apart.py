"""A measurement in a process of its own: bounded in time, all that it started ended, its failure told, not raised."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple


class OpenFiles:
    """The most files that another process has had open, looked at about a thousand times a second."""

    def __init__(self, pid: int) -> None:
        self.most = 0
        self._directory = Path(f"/proc/{pid}/fd")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> OpenFiles:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.001):
            try:
                self.most = max(self.most, sum(1 for _ in self._directory.iterdir()))
            except OSError:
                return  # it has ended


class Failure(NamedTuple):
    """Why there is no figure, in the words of a table's cell."""

    why: str


def measured_apart(
    command: Sequence[str | Path],
    limit: float,
    environment: Mapping[str, str] | None = None,
    *,
    must: bool = False,
    count_files: bool = False,
) -> dict[str, Any] | Failure:
    """What the command printed last, as JSON; it and all that it started have ended by then.

    With `count_files` also the most files that it had open, as "open files".

    A peer may fail. What `must` be measured raises RuntimeError: no figure of kymo's is missing without a word.
    """
    outcome = _outcome(command, limit, environment or {}, count_files)
    if must and isinstance(outcome, Failure):
        raise RuntimeError(f"{' '.join(map(str, command))}: {outcome.why}")
    return outcome


def _outcome(
    command: Sequence[str | Path], limit: float, environment: Mapping[str, str], count_files: bool
) -> dict[str, Any] | Failure:
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        # Files, not pipes: a process that outlives the command would keep a pipe open.
        process = subprocess.Popen(
            command, stdout=output, stderr=errors, start_new_session=True, env=os.environ | dict(environment)
        )
        files = OpenFiles(process.pid)
        try:
            with files if count_files else contextlib.nullcontext():
                code = process.wait(limit)
        except subprocess.TimeoutExpired:
            return Failure(f"stopped after {limit:g} s")
        finally:
            end(process)
        if code != 0:
            return Failure(f"exit code {code}: {_last_line(errors) or 'no word why'}"[:200])
        figures: dict[str, Any] = json.loads(_last_line(output))
        return figures | {"open files": files.most} if count_files else figures


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process that leads a session of its own, and what is left of the session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_line(file: IO[bytes]) -> str:
    file.seek(0)
    lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else ""


def peak_of_children_mib() -> float:
    """The largest of the finished children; pages that a forked child shares with its parent are in both."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def peak_mib(process: int | str = "self") -> float:
    """The most memory that a process has had resident; unlike `ru_maxrss`, nothing of its parent's is in it."""
    return peak_in(Path(f"/proc/{process}/status").read_text(encoding="utf-8"))


def peak_in(status: str) -> float:
    """The same, from what the process had read of its own status."""
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
