"""What a run says of itself in `run.json`, and that it is alive."""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kymo.format.json_file import replace_json_object
from kymo.format.open_directory import open_directory
from kymo.format.run_file import RUN_FILE, RUNNING

# A viewer takes a run for dead that has not said for 30 s that it is alive.
HEARTBEAT_SECONDS = 5.0
_GIT_SECONDS = 2.0
_MOST_TEXT = 1000  # characters of what is shown of an object in a configuration


class RunRecord:
    """Keeps `run.json` true from a thread of its own: whatever befalls the file, training goes on.

    The file is written anew as a whole, at most once in `HEARTBEAT_SECONDS` for what can wait and at once for what
    cannot. A process that was forked off (a worker of a data loader) writes nothing.

    Args:
        directory: The run directory; made where it is missing.
        description: What the run is: its name, configuration and so on, as JSON knows it.
        clock: The time in seconds since the epoch.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from kymo.format.run_file import read_run_file
        >>> with TemporaryDirectory() as directory:
        ...     record = RunRecord(Path(directory), {"name": "mlp"})
        ...     record.change(epoch=3)
        ...     record.close("completed")
        ...     said = read_run_file(directory).data
        ...     said["name"], said["status"], said["epoch"]
        ('mlp', 'completed', 3)
    """

    def __init__(self, directory: Path, description: Mapping[str, Any], clock: Any = time.time) -> None:
        self._directory = directory
        self._clock = clock
        self._data = {**description, "status": RUNNING, "started": clock(), "heartbeat": clock()}
        self._told = ""
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = False
        self._write()
        # A daemon: a run that nobody closes ends with its program, and its heartbeat with it.
        self._thread = threading.Thread(target=self._beat, name="kymo-heartbeat", daemon=True)
        self._thread.start()

    def change(self, *, at_once: bool = False, **fields: Any) -> None:
        """Says something else of the run.

        Args:
            at_once: Whether it is written now, by the thread, rather than with the next heartbeat.
            fields: What to say, as JSON knows it.
        """
        with self._lock:
            self._data.update(fields)
        if at_once:
            self._wake.set()

    def close(self, status: str, **fields: Any) -> None:
        """Says how the run has ended. What is said afterwards is not written."""
        if self._pid != os.getpid() or self._closed:
            return
        self.change(status=status, ended=self._clock(), **fields)
        self._closed = True
        self._wake.set()
        self._thread.join()
        self._write()  # what the thread was writing at that moment may have been what was true before

    def _beat(self) -> None:
        while not self._closed:
            self._wake.wait(HEARTBEAT_SECONDS)
            self._wake.clear()
            with self._lock:
                self._data["heartbeat"] = self._clock()
            self._write()

    def _write(self) -> None:
        with self._lock:
            data = dict(self._data)
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            with open_directory(self._directory) as directory:
                replace_json_object(directory, RUN_FILE, data)
            self._told = ""
        except (OSError, TypeError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            if reason != self._told:
                self._told = reason
                logging.getLogger("kymo").warning(
                    "%s cannot be written (%s): viewers will not know how the run goes on until it can.",
                    self._directory / RUN_FILE,
                    reason,
                )


def environment() -> dict[str, Any]:
    """Where and by what a run is made: host, process, command, versions, and the commit of the code.

    >>> sorted(environment())
    ['command', 'commit', 'directory', 'host', 'pid', 'versions']
    """
    return {
        "command": [sys.executable, *sys.argv],
        "commit": _commit(),
        "directory": os.getcwd(),  # noqa: PTH109 - as the command saw it
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "versions": _versions(),
    }


def plain(value: Any, depth: int = 20) -> Any:
    """A configuration as JSON knows it: dicts, lists, numbers, texts; anything else as the text that `str` makes of it.

    Namespaces and dataclasses become dicts of what they hold, NumPy's numbers Python's. What is nested deeper than
    `depth` is text.

    >>> from argparse import Namespace
    >>> plain(Namespace(lr=0.1, path=Path("data"), sizes=(64, 10), drop=float("nan")))
    {'lr': 0.1, 'path': 'data', 'sizes': [64, 10], 'drop': 'nan'}
    """
    import dataclasses
    import math
    from argparse import Namespace

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    elif isinstance(value, Namespace):
        value = vars(value)
    elif type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, Mapping) and depth > 0:
        return {str(key): plain(one, depth - 1) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth > 0:
        return [plain(one, depth - 1) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or type(value) in (bool, int, float, str):
        return value
    return str(value)[:_MOST_TEXT]


def _versions() -> dict[str, str]:
    from kymo import __version__

    versions = {"python": platform.python_version(), "kymo": __version__}
    for name in ("torch", "numpy"):
        if (version := getattr(sys.modules.get(name), "__version__", None)) is not None:
            versions[name] = str(version)
    return versions


def _commit() -> str | None:
    """The commit that the program's directory is at, with a plus where files differ from it; None without git."""
    place = Path(sys.argv[0] or ".").resolve().parent
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        commit = _git(place, "rev-parse", "HEAD")
        changed = _git(place, "status", "--porcelain", "--untracked-files=no")
        return commit + ("+" if changed else "") if commit else None
    return None


def _git(place: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(place), *arguments], capture_output=True, text=True, timeout=_GIT_SECONDS, check=True
    )
    return done.stdout.strip()
