"""`run.json`: what a run says about itself, beside its event files.

The writer replaces the file atomically, so a reader sees either the old or the whole new content. Times are seconds
since the epoch; ISO 8601 strings are understood too. `status` is "running" until the run ends, then one of the stop
reasons; `heartbeat` is when the run last said that it is alive.
"""

import math
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

RUN_FILE = "run.json"
RUNNING = "running"

# A run's description is a few kilobytes; a file over this is something else under the same name.
MAX_BYTES = 16 << 20


class RunFileError(ValueError):
    """`run.json` is there, and cannot be used: the text says why."""


class RunFile(NamedTuple):
    """The content of one `run.json`. What is absent or of a wrong type is None."""

    data: Mapping[str, Any] = MappingProxyType({})

    @property
    def status(self) -> str | None:
        status = self.data.get("status")
        return status if isinstance(status, str) and status else None

    @property
    def heartbeat(self) -> float | None:
        return _seconds(self.data.get("heartbeat"))

    @property
    def started(self) -> float | None:
        return _seconds(self.data.get("started"))


def read_run_file(directory: str | Path) -> RunFile | None:
    """The run's own description, or None where it has none.

    Raises:
        RunFileError: The file is there and is not a JSON object, or cannot be read.
    """
    path = Path(directory) / RUN_FILE
    try:
        # Nothing but a file is opened: a pipe of this name would wait for a writer for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise RunFileError(f"{RUN_FILE} is not a file.")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RunFileError(f"{RUN_FILE} cannot be read: {error.strerror or error}.") from error
    if len(content) > MAX_BYTES:
        raise RunFileError(f"{RUN_FILE} is over {MAX_BYTES >> 20} MiB, so it is not a run's description.")
    import json  # most runs of other writers have no such file

    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RunFileError(f"{RUN_FILE} is not valid JSON ({error}).") from error
    if not isinstance(data, dict):
        raise RunFileError(f"{RUN_FILE} holds {_kind(data)} where an object is expected.")
    return RunFile(MappingProxyType(data))


def _kind(data: object) -> str:
    return {list: "a list", str: "a string", type(None): "null", bool: "a boolean"}.get(type(data), "a number")


def _seconds(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        try:
            seconds = float(value)
        except OverflowError:
            return None
        return seconds if math.isfinite(seconds) else None
    if isinstance(value, str):
        from datetime import UTC, datetime

        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        # A time without a zone is the writer's UTC, not the reader's local time.
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None
