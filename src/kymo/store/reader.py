"""Following the files of one run: what has changed on disk, and taking it in."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kymo._core import Payloads, RunLog
from kymo.format.notes_file import NOTES_FILE, Notes, read_notes_file
from kymo.format.run_file import RUN_FILE, RunFile, read_run_file
from kymo.store.progress import Progress
from kymo.store.side_file import SideFile, SideFileKind, signature_of
from kymo.store.warning import DAMAGED_NOTES_FILE, DAMAGED_RUN_FILE, UNREADABLE_RUN, LogWarning

_DESCRIPTION = SideFileKind(RUN_FILE, read_run_file, DAMAGED_RUN_FILE, "The run is shown without it.")
_NOTES = SideFileKind(NOTES_FILE, read_notes_file, DAMAGED_NOTES_FILE, "The run is shown without its notes.")


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
        last_growth: When the newest event file was last written to, in seconds since the epoch; never after it was
            noticed, since a file's time may be another machine's, or made up.
        version: Grows with every change.
        complete: Whether the files have been read to their end once.
        behind: Whether the last step stopped at its budget.
        progress: How much of the event files has been read.
    """

    # There may be very many.
    __slots__ = (
        "_beside",
        "_clock",
        "_description",
        "_failure",
        "_files",
        "_index_for",
        "_lock",
        "_newest",
        "_notes",
        "_noting",
        "_payload_warnings",
        "_unread",
        "behind",
        "complete",
        "last_growth",
        "log",
        "path",
        "progress",
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
        self.last_growth: float | None = None
        self.version = 0
        self.complete = False
        self.behind = False
        self.progress = Progress()
        self._clock = clock
        self._newest = 0
        self._lock = threading.Lock()
        self._files: tuple[str, ...] = ()
        # Names of the files beside them that are there as far as is known; only those cost a look.
        self._beside: tuple[str, ...] = ()
        self._description: SideFile[RunFile] | None = None
        self._notes: SideFile[Notes] | None = None
        self._unread = True
        self._failure: LogWarning | None = None
        # Apart from the other lock, which is held while a slow disk is read: warnings must not wait for that.
        self._noting = threading.Lock()
        self._payload_warnings: dict[tuple[str, int], LogWarning] = {}

    def set_files(self, files: Sequence[str], beside: Sequence[str] = (NOTES_FILE, RUN_FILE)) -> bool:
        """Takes the files as they are on disk; returns whether they are others than before.

        Args:
            files: The event files.
            beside: Which of `notes.json` and `run.json` there are, in this order.
        """
        with self._lock:
            if (tuple(files), tuple(beside)) == (self._files, self._beside):
                return False
            self._files = tuple(files)
            self._beside = tuple(beside)
            found = sum(max(0, signature_of(path)[0]) for path in self._files)
            self.progress = self.progress._replace(bytes_found=found, files_found=len(self._files))
            self.log.set_files(self._files, self.indexes)
            self._unread = True
            return True

    def expect(self, name: str) -> None:
        """Has the next refresh look for this file beside the event files, which may not have been listed yet."""
        with self._lock:
            self._beside = tuple(sorted({*self._beside, name}))

    @property
    def run_file(self) -> RunFile | None:
        """The run's own description, if it has one."""
        return None if self._description is None else self._description.value

    @property
    def notes(self) -> Notes | None:
        """What people have noted of it, if anything."""
        return None if self._notes is None else self._notes.value

    @property
    def indexes(self) -> tuple[str, ...]:
        """The index file of each event file; none where nothing is kept."""
        return () if self._index_for is None else tuple(map(self._index_for, self._files))

    @property
    def unread(self) -> bool:
        """Whether there is more to read than was read, as far as is known without looking at the event files."""
        # A name that is not listed any more costs nothing, either.
        return self._unread or any(side.name in self._beside and side.outdated for side in self._sides)

    @property
    def _sides(self) -> "list[SideFile[RunFile] | SideFile[Notes]]":
        return [side for side in (self._description, self._notes) if side is not None]

    def refresh(self, byte_budget: int = 0) -> ReadStep:
        """Reads what has grown, at most about this many bytes (0: all)."""
        with self._lock:
            before, failed = self.log.version, self._failure
            changed = self._read_beside()
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

    def _read_beside(self) -> bool:
        if self._description is None and RUN_FILE in self._beside:
            self._description = SideFile(self.path, _DESCRIPTION)
        if self._notes is None and NOTES_FILE in self._beside:
            self._notes = SideFile(self.path, _NOTES)
        changes = [side.refresh() for side in self._sides]
        return any(changes)

    def refresh_notes(self) -> bool:
        """Reads what was noted, and nothing else; returns whether it differs."""
        self.expect(NOTES_FILE)
        with self._lock:
            changed = self._read_beside()
            if changed:
                self.version += 1
            return changed

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
        return len(self.log.damage()) + len(self._payload_warnings) + len(self._own_warnings)

    def warnings(self, run: str) -> list[LogWarning]:
        """What was found wrong, under the run's name."""
        damage = [LogWarning(run, at.file, at.offset, at.rule, at.cause) for at in self.log.damage()]
        with self._noting:
            own = list(self._payload_warnings.values())
        own += self._own_warnings
        return damage + [LogWarning(run, item.file, item.offset, item.rule, item.cause) for item in own]

    @property
    def _own_warnings(self) -> list[LogWarning]:
        found = (*(side.warning for side in self._sides), self._failure)
        return [warning for warning in found if warning is not None]


_MAX_PAYLOAD_WARNINGS = 100
