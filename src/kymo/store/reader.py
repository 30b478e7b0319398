"""Following the files of one run: what has changed on disk, and taking it in."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kymo._core import Payloads, RunLog
from kymo.format.run_file import RUN_FILE, RunFile, RunFileError, read_run_file
from kymo.store.progress import Progress
from kymo.store.warning import DAMAGED_RUN_FILE, UNREADABLE_RUN, LogWarning

_Signature = tuple[int, int, int, int]
_ABSENT: _Signature = (-1, -1, -1, -1)


class ReadStep(NamedTuple):
    """What one step of reading brought: whether anything changed, whether there is more to read at once, and whether
    so much was read that it is worth keeping."""

    changed: bool
    more: bool
    index_due: bool = False


class RunReader:
    """The files of one run directory and what has been read of them.

    `log` may be queried from any thread while `refresh` runs in another.

    Args:
        path: The run directory.
        clock: The time in seconds since the epoch.
        index_for: The index file of an event file, where what is read of it is kept; None to keep nothing.

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

    # There may be very many.
    __slots__ = (
        "_clock",
        "_described",
        "_description_warning",
        "_failure",
        "_files",
        "_has_description",
        "_index_for",
        "_lock",
        "_newest",
        "_noting",
        "_payload_warnings",
        "_unread",
        "behind",
        "complete",
        "last_growth",
        "log",
        "path",
        "progress",
        "run_file",
        "version",
    )

    def __init__(
        self,
        path: str,
        clock: Callable[[], float] = time.time,
        index_for: Callable[[str], str] | None = None,
    ) -> None:
        self.path = path
        self._index_for = index_for
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
        self._has_description = False
        self._unread = True
        self._described = _ABSENT
        self._description_warning: LogWarning | None = None
        self._failure: LogWarning | None = None
        # Apart from the other lock, which is held while a slow disk is read: warnings must not wait for that.
        self._noting = threading.Lock()
        self._payload_warnings: dict[tuple[str, int], LogWarning] = {}

    def set_files(self, files: Sequence[str], has_description: bool = True) -> bool:
        """Takes the files as they are on disk; returns whether they are others than before.

        Args:
            files: The event files.
            has_description: Whether there is a `run.json`.
        """
        with self._lock:
            if (tuple(files), has_description) == (self._files, self._has_description):
                return False
            self._files = tuple(files)
            self._has_description = has_description
            found = sum(max(0, _signature(path)[0]) for path in self._files)
            self.progress = self.progress._replace(bytes_found=found, files_found=len(self._files))
            self.log.set_files(self._files, self.indexes)
            self._unread = True
            return True

    @property
    def indexes(self) -> tuple[str, ...]:
        """The index file of each event file; none where nothing is kept."""
        return () if self._index_for is None else tuple(map(self._index_for, self._files))

    @property
    def unread(self) -> bool:
        """Whether there is more to read than was read, as far as is known without looking at the event files."""
        return self._unread or (self._has_description and _signature(f"{self.path}/{RUN_FILE}") != self._described)

    def refresh(self, byte_budget: int = 0) -> ReadStep:
        """Reads what has grown, at most about this many bytes (0: all)."""
        with self._lock:
            before, failed = self.log.version, self._failure
            # A directory that was just listed need not be asked again: there may be very many.
            changed = (self._has_description or self.version > 0) and self._read_description()
            more = index_due = waiting = False
            newest = self._newest
            try:
                read = self.log.refresh(byte_budget)
                more, index_due, newest = read.more, read.index_due, read.modified
                waiting = read.waiting > 0
                # Files whose turn has not come yet have no size so far.
                found = max(read.size, self.progress.bytes_found) if more else read.size
                self.progress = Progress(read.offset, found, len(self._files) - read.waiting, len(self._files))
                self._failure = None
            except Exception as error:  # one unreadable run must not stop the others
                cause = f"The run could not be read on ({type(error).__name__}: {error}); it is tried again."
                self._failure = LogWarning("", self.path, None, UNREADABLE_RUN, cause)
            if newest != self._newest:
                self._newest = newest
                self.last_growth = min(newest / 1e9, self._clock()) if newest else None
            # An unfinished record at the end can be completed without the size or a coarse clock telling.
            # What failed is tried again, though no file has changed.
            self._unread = more or waiting or self._failure is not None
            self.complete = self.complete or not more
            self.behind = more
            changed = changed or self.log.version != before or self._failure != failed
            if changed:
                self.version += 1
            return ReadStep(changed, more, index_due)

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
