"""`run.json`: what a run says about itself, beside its event files.

The writer replaces the file atomically, so a reader sees either the old or the whole new content. Times are seconds
since the epoch; ISO 8601 strings are understood too. `status` is "running" until the run ends, then one of the stop
reasons; `heartbeat` is when the run last said that it is alive.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from kymo.format.json_file import read_json_object

RUN_FILE = "run.json"
RUNNING = "running"

# A run's description is a few kilobytes; a file over this is something else under the same name.
MAX_BYTES = 16 << 20


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
        JsonFileError: The file is there and is not a JSON object, or cannot be read.
    """
    data = read_json_object(f"{directory}/{RUN_FILE}", MAX_BYTES, "a run's description")
    return None if data is None else RunFile(MappingProxyType(data))


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
