"""Following the files of one run: what has changed on disk, and taking it in."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kymo._core import Payloads, RunLog
from kymo.format.run_file import RUN_FILE, RunFile, RunFileError, read_run_file
from kymo.store.progress import Progress
from kymo.store.warning import DAMAGED_RUN_FILE, UNREADABLE_RUN, LogWarning

_Signature = tuple[int, int, int, int]
_ABSENT: _Signature = (-1, -1, -1, -1)


@dataclass(frozen=True)
class ReadStep:
    """What one step of reading brought: whether anything changed, and whether there is more to read at once."""

    changed: bool
    more: bool


class RunReader:
    """The files of one run directory and what has been read of them.

    `log` may be queried from any thread while `refresh` runs in another.

    Attributes:
        log: Everything read so far.
        run_file: The run's own description, if it has one.
        last_growth: When the newest event file was last written to, in seconds since the epoch; never after it was
            noticed, since a file's time may be another machine's, or made up.
        version: Grows with every change.
        complete: Whether the files have been read to their end once.
        behind: Whether the last step stopped at its budget.
        progress: How much of the event files has been read.
    """

    def __init__(self, path: str, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self.log = RunLog()
        self.run_file: RunFile | None = None
        self.last_growth: float | None = None
        self.version = 0
        self.complete = False
        self.behind = False
        self.progress = Progress()
        self._clock = clock
        self._newest = 0
        self._lock = threading.Lock()
        self._files: tuple[str, ...] = ()
        self._unread = True
        self._seen: dict[str, _Signature] = {}
        self._described = _ABSENT
        self._description_warning: LogWarning | None = None
        self._failure: LogWarning | None = None
        # Apart from the other lock, which is held while a slow disk is read: warnings must not wait for that.
        self._noting = threading.Lock()
        self._payload_warnings: dict[tuple[str, int], LogWarning] = {}

    def set_files(self, files: Sequence[str]) -> bool:
        """Takes the event files as they are on disk; returns whether they are others than before."""
        with self._lock:
            if tuple(files) == self._files:
                return False
            self._files = tuple(files)
            found = sum(max(0, _signature(path)[0]) for path in self._files)
            self.progress = self.progress._replace(bytes_found=found, files_found=len(self._files))
            self.log.set_files(self._files)
            self._unread = True
            return True

    def outdated(self) -> bool:
        """Whether the files have changed on disk since they were read; costs one stat a file."""
        with self._lock:
            if self._unread:
                return True
            if _signature(f"{self.path}/{RUN_FILE}") != self._described:
                return True
            return any(_signature(path) != self._seen.get(path) for path in self._files)

    def refresh(self, byte_budget: int = 0) -> ReadStep:
        """Reads what has grown, at most about this many bytes (0: all)."""
        with self._lock:
            before = self.log.version
            # Taken before reading: what grows meanwhile differs from it, and is read next time.
            seen = {path: _signature(path) for path in self._files}
            changed = self._read_description()
            failure = self._failure
            try:
                more = self.log.refresh(byte_budget).more
                self._failure = None
            except Exception as error:  # one unreadable run must not stop the others
                more = False
                cause = f"The run could not be read on ({type(error).__name__}: {error}); it is tried again."
                self._failure = LogWarning("", self.path, None, UNREADABLE_RUN, cause)
            self._seen = seen
            newest = max((signature[1] for signature in seen.values() if signature != _ABSENT), default=0)
            if newest != self._newest:
                self._newest = newest
                self.last_growth = min(newest / 1e9, self._clock()) if newest else None
            files = self.log.files()
            waiting = sum(file.offset < file.size for file in files)
            self.progress = Progress(
                bytes_read=sum(file.offset for file in files),
                bytes_found=sum(max(0, signature[0]) for signature in seen.values()),
                files_read=len(self._files) - waiting,
                files_found=len(self._files),
            )
            # An unfinished record at the end can be completed without the size or a coarse clock telling.
            self._unread = more or waiting > 0
            self.complete = self.complete or not more
            self.behind = more
            changed = changed or self.log.version != before or self._failure != failure
            if changed:
                self.version += 1
            return ReadStep(changed, more)

    def _read_description(self) -> bool:
        signature = _signature(f"{self.path}/{RUN_FILE}")
        if signature == self._described:
            return False
        self._described = signature
        try:
            self.run_file = read_run_file(self.path)
            self._description_warning = None
        except RunFileError as error:
            # What it said before still holds better than nothing.
            cause = f"{error} The run is shown without it."
            self._description_warning = LogWarning("", f"{self.path}/{RUN_FILE}", None, DAMAGED_RUN_FILE, cause)
        return True

    def payloads(self, tag: str) -> tuple[Payloads, list[str]]:
        """The tag's payloads, and the files that they number: a refresh in between could number them anew."""
        with self._lock:
            return self.log.payloads(tag), [file.path for file in self.log.files()]

    def report_payload(self, file: str, offset: int, rule: str, cause: str) -> None:
        """Notes that a payload could not be read, once for each place."""
        with self._noting:
            if len(self._payload_warnings) < _MAX_PAYLOAD_WARNINGS:
                self._payload_warnings.setdefault((file, offset), LogWarning("", file, offset, rule, cause))

    @property
    def warning_count(self) -> int:
        """How many warnings there are."""
        notes = (self._description_warning, self._failure)
        return len(self.log.damage()) + len(self._payload_warnings) + sum(note is not None for note in notes)

    def warnings(self, run: str) -> list[LogWarning]:
        """What was found wrong, under the run's name."""
        damage = [LogWarning(run, at.file, at.offset, at.rule, at.cause) for at in self.log.damage()]
        with self._noting:
            own = list(self._payload_warnings.values())
        own += [warning for warning in (self._description_warning, self._failure) if warning is not None]
        return damage + [LogWarning(run, item.file, item.offset, item.rule, item.cause) for item in own]


_MAX_PAYLOAD_WARNINGS = 100


def _signature(path: str) -> _Signature:
    try:
        status = os.stat(path)  # noqa: PTH116 - thousands a look; a Path costs as much again
    except (OSError, ValueError):
        return _ABSENT
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev
