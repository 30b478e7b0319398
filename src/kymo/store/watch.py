"""Keeping logs up to date while their runs grow."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from kymo.format.event_files import is_event_file
from kymo.format.mounts import MOUNT_TABLE, needs_polling, read_mounts
from kymo.format.notes_file import NOTES_FILE
from kymo.format.run_file import RUN_FILE
from kymo.store.changes import Changes
from kymo.store.logs import Logs
from kymo.store.notify import Kind, Notifier, NotifyError
from kymo.store.run import Run

logger = logging.getLogger("kymo")

# Everything is looked at again at this interval even where the kernel tells of changes: its queue can overflow, and a
# file in another place that a link leads to is not watched.
SAFETY_SECONDS = 3.0
# A look at everything may take at most this part of the time, however many runs there are; but what appears where
# nobody tells of it is not to be missed for longer than the longest pause.
_LOOK_SHARE = 0.1
_LONGEST_PAUSE = 30.0
# What is read of one run before the next has its turn: some milliseconds' work, so that no live run waits for long.
SLICE_BYTES = 4 << 20
# How long one round of reading may take before changes are looked for again.
_ROUND_SECONDS = 0.25
# A directory's first files can appear between its creation and the kernel's watch on it.
_SETTLE_SECONDS = 0.25
# How soon a log directory that does not exist yet is noticed.
_MISSING_SECONDS = 0.25


class Watcher:
    """A thread that refreshes logs as their files change, and tells of it.

    The kernel tells of growth (inotify), in about 20 milliseconds. Files on network file systems, which other machines
    write to without this kernel knowing, are looked at every `interval` seconds as well; so is everything where the
    kernel refuses to watch. A log directory may appear, vanish or be replaced at any time.

    Args:
        logs: What to refresh; closing them stays the caller's task.
        on_change: Called from the watching thread with each change, many times while a large log directory is loaded;
            with empty changes where only warnings or the progress of loading differ. What it raises is logged.
        poll: True to only look, False to only be told, None to do what the file system needs; by default `logs.poll`.
        interval: Seconds between looks where looking is needed.
        mount_table: Where the mounted file systems are listed.

    Raises:
        ValueError: The interval is not positive.
    """

    def __init__(
        self,
        logs: Logs,
        on_change: Callable[[Changes], None],
        poll: bool | None = None,
        interval: float = 1.0,
        mount_table: Path = MOUNT_TABLE,
    ) -> None:
        if not interval > 0:
            raise ValueError(f"interval={interval} is not positive: give the seconds between two looks at the files.")
        self._logs = logs
        self._on_change = on_change
        self._poll = logs.poll if poll is None else poll
        self._interval = interval
        self._mount_table = mount_table
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._notifier: Notifier | None = None
        self._watched: dict[str, tuple[int, int]] | None = None
        self._refused = False
        self._remote = False
        self._told_version = -1
        self._looked = _Look()

    @property
    def polling(self) -> bool:
        """Whether files are looked at every `interval` seconds, rather than only waiting to be told."""
        return self._poll is True or self._remote or self._refused

    def start(self) -> None:
        """Starts the thread; the first loading happens in it.

        Raises:
            RuntimeError: It is running already.
        """
        if self._thread is not None:
            raise RuntimeError("The watcher is running already: call stop() before starting it again.")
        self._stop.clear()
        self._looked = _Look()
        self._thread = threading.Thread(target=self._run, name="kymo-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and waits until it has ended; does nothing if it is not running."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stop.set()
            if thread is not threading.current_thread():
                thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        unread: dict[Run, None] = {}
        try:
            while not self._stop.is_set() and not self._logs.closed:
                try:
                    unread = self._round(unread)
                except Exception:
                    if not self._logs.closed:
                        logger.exception("Following the log directory failed; it is tried again.")
                        self._stop.wait(self._interval)
        finally:
            self._disarm()

    def _round(self, unread: dict[Run, None]) -> dict[Run, None]:
        """Looks, reads and waits once; returns the runs that must be read on."""
        if self._looked.due():
            unread = {**unread, **dict.fromkeys(self._look())}
        if unread:
            changes, left = self._logs.load(
                tuple(unread), slice_bytes=SLICE_BYTES, seconds=_ROUND_SECONDS, publish=self._tell
            )
            self._tell(changes)
            unread = dict.fromkeys(left)
        grown = self._wait(0.0 if unread else self._looked.remaining())
        # What has just grown goes before the rest of a long load.
        return {**dict.fromkeys(grown), **unread}

    def _look(self) -> list[Run]:
        """Looks at everything; returns the runs that have grown."""
        with self._looked:
            self._tell(self._logs.discover())
            if self._arm():
                # What appeared before the watch was set is seen only by looking again. Setting it takes long where
                # there is much to watch, but is done once: it is no part of the look.
                self._looked.begin()
                self._tell(self._logs.discover())
                if self._logs.anchors != self._watched:
                    self._looked.settle()
            outdated = self._logs.outdated()
            self._tell(Changes(self._logs.status_changes()))
        self._looked.again_in(self._interval if self.polling else max(SAFETY_SECONDS, self._interval))
        if self._logs.missing:
            self._looked.hasten(_MISSING_SECONDS)
        return outdated

    def _arm(self) -> bool:
        """Sets the watch where it must be by now; returns whether it was set anew."""
        anchors = self._logs.anchors
        if self._poll is True or anchors == self._watched:
            return False
        self._disarm()
        mounts = read_mounts(self._mount_table)
        self._remote = self._poll is None and any(needs_polling(path, mounts) for path in anchors)
        try:
            self._notifier = Notifier(list(anchors)) if anchors else None
        except NotifyError as error:
            self._refuse(error)
        else:
            self._refused = False
        self._watched = anchors
        return True

    def _disarm(self) -> None:
        notifier, self._notifier, self._watched = self._notifier, None, None
        if notifier is not None:
            notifier.close()

    def _refuse(self, error: NotifyError) -> None:
        if not self._refused:
            logger.warning(
                "The system cannot tell of changes in %s (%s); they are looked for every %g s instead.",
                ", ".join(str(path) for path in self._logs.logdirs),
                error,
                self._interval,
            )
        self._refused = True
        self._looked.hasten(self._interval)

    def _wait(self, seconds: float) -> list[Run]:
        """Waits until something changes, at most this long; returns the runs that have grown."""
        # Where looking at everything takes long, live runs are looked at in between.
        if not self.polling or seconds <= self._interval:
            return self._be_told(seconds)
        grown = self._be_told(self._interval)
        return grown or self._logs.outdated(live=True)

    def _be_told(self, seconds: float) -> list[Run]:
        if self._notifier is None:
            self._stop.wait(seconds)
            return []
        try:
            changed = self._notifier.wait(seconds, self._stop)
        except NotifyError as error:
            watched = self._watched
            self._disarm()
            self._watched = watched
            self._refuse(error)
            return []
        grown: dict[Run, None] = {}
        for kind, path in changed:
            grown.update(dict.fromkeys(self._place(kind, path)))
        return list(grown)

    def _place(self, kind: Kind, path: str) -> tuple[Run, ...]:
        """The runs that a change concerns; a change that calls for looking at everything has that done soon."""
        directory, _, name = path.rpartition("/")
        events = is_event_file(name)
        if events and kind is Kind.MODIFIED:
            return self._logs.runs_at(directory)
        if name in (NOTES_FILE, RUN_FILE):
            runs = self._logs.runs_at(directory)
            for run in runs:
                run.reader.expect(name)
            return runs
        if kind is Kind.ADDED:
            structural = events or Path(path).is_dir()
        elif kind is Kind.DELETED:
            structural = events or self._logs.knows_directory(path)
            if self._watched is not None and path in self._watched:
                # The watch went with the directory, and one made in its place may even have its inode number.
                self._watched = None
        else:
            structural = False
        if structural:
            self._looked.hasten(0.0)
            self._looked.settle()
        return ()

    def _tell(self, changes: Changes) -> None:
        version = self._logs.version
        if version == self._told_version:
            return
        self._told_version = version
        try:
            self._on_change(changes)
        except Exception:
            logger.exception("Telling of a change in the log directory failed.")


class _Look:
    """When everything is to be looked at again. Looking takes a bounded part of the time, whatever hastens it."""

    def __init__(self) -> None:
        self._at = 0.0
        self._began = 0.0
        self._earliest = 0.0
        self._unsettled = False

    def begin(self) -> None:
        self._began = time.monotonic()

    __enter__ = begin

    def __exit__(self, *_: object) -> None:
        now = time.monotonic()
        self._earliest = now + min((now - self._began) * (1 / _LOOK_SHARE - 1), _LONGEST_PAUSE)

    def due(self) -> bool:
        return self.remaining() <= 0

    def remaining(self) -> float:
        return max(self._at, self._earliest) - time.monotonic()

    def again_in(self, seconds: float) -> None:
        if self._unsettled:
            self._unsettled, seconds = False, min(seconds, _SETTLE_SECONDS)
        self._at = time.monotonic() + seconds

    def hasten(self, seconds: float) -> None:
        self._at = min(self._at, time.monotonic() + seconds)

    def settle(self) -> None:
        self._unsettled = True
