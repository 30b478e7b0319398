"""One event file of a run, as Python sees it."""

import os
import time

from kymo._core import EventWriter
from kymo.writer.event_path import claim_event_path, event_directory
from kymo.writer.null_events import NullEvents
from kymo.writer.open_files import OpenFiles, close_together, tell
from kymo.writer.process_lock import ProcessLock
from kymo.writer.scalar import to_step, to_wall_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Encodable(Protocol):
        """A protobuf message, of whichever library."""

        def SerializeToString(self) -> bytes: ...


class FileWriter:
    """Appends events to one event file of `log_dir`; after `close`, the next event opens another file.

    The methods and their arguments are those of `torch.utils.tensorboard.FileWriter`.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        max_queue: int = 10,  # noqa: ARG002, torch's signature
        flush_secs: float = 120,  # noqa: ARG002, torch's signature
        filename_suffix: str = "",
        *,
        write_to_disk: bool = True,
        directory: str | None = None,
        open_files: OpenFiles | None = None,
    ) -> None:
        self._log_dir = str(log_dir)
        self._directory = directory or event_directory(log_dir)
        self._filename_suffix = filename_suffix
        self._write_to_disk = write_to_disk
        self._opening = ProcessLock()
        self._open_files = open_files or OpenFiles()
        self._events = self._open()

    def get_logdir(self) -> str:
        """The directory as it was given."""
        return self._log_dir

    @property
    def directory(self) -> str:
        """The directory's absolute path."""
        return self._directory

    @property
    def path(self) -> str:
        """The event file's absolute path, or "" when nothing is written to disk."""
        return self._events.path

    @property
    def events(self) -> EventWriter | NullEvents:
        """The event writer of the file that is open."""
        return self._events

    def add_now(self, tag: "Any", value: "Any", step: "Any") -> bool:
        """Appends a float32 of this moment; False, and nothing is appended, if the arguments must be checked first."""
        events = self._events
        attend = events.add_now(tag, value, step)
        if attend:
            self.attend(events)
        return attend is not None

    def add_numbers_now(self, values: "Any", step: "Any", read: "list[dict[str, float]]") -> bool:
        """Appends the numbers of a dict as one event of this moment, and to `read` a copy of it that holds floats.

        False, and nothing is appended, if the arguments must be checked first.
        """
        events = self._events
        attend = events.add_numbers_now(values, step, read)
        if attend:
            self.attend(events)
        return attend is not None

    def add_scalar(self, tag: str, value: float, step: int, wall_time: float) -> None:
        """Appends a float32 value; the caller has checked the arguments."""
        try:
            attend = self._events.add_scalar(tag, value, step, wall_time)
        except ValueError:
            attend = self._append_again("add_scalar", (tag, value, step, wall_time))
        if attend:
            self.attend(self._events)

    def append(self, method: str, *arguments: "Any") -> None:
        """Calls an `add_` method of the event writer; the caller has checked the arguments."""
        try:
            attend = getattr(self._events, method)(*arguments)
        except ValueError:
            attend = self._append_again(method, arguments)
        if attend:
            self.attend(self._events)

    def add_summary(
        self,
        summary: "Encodable | bytes",
        global_step: "Any" = None,
        walltime: "Any" = None,
    ) -> None:
        """Appends a Summary: encoded, or a message of any protobuf library."""
        encoded = summary if isinstance(summary, bytes) else summary.SerializeToString()
        wall_time = time.time() if walltime is None else to_wall_time("summary", walltime)
        self.append("add_summary", encoded, to_step("summary", global_step), wall_time)

    def add_event(self, event: "Any", step: "Any" = None, walltime: "Any" = None) -> None:
        """Appends an Event message, whose time and step are set first."""
        event.wall_time = time.time() if walltime is None else to_wall_time("event", walltime)
        if step is not None:
            event.step = to_step("event", step)
        self.append("add_event", event.SerializeToString())

    def flush(self, sync: bool = False) -> bool:
        """Whether all events are in the file; with `sync`, on the disk."""
        events = self._events
        flushed = events.flush(sync)
        self.attend(events)
        return flushed

    def close(self) -> bool:
        """Flushes to the disk and closes the file; whether everything that waited was written."""
        events = self._events  # another thread may open the next file meanwhile
        whole = close_together([events])
        self.attend(events)
        return whole

    def reopen(self) -> None:
        """Opens another file, if this one is closed."""
        with self._opening.here():
            if self._events.closed:
                self._events = self._open()

    def _open(self) -> EventWriter | NullEvents:
        events: EventWriter | NullEvents
        if self._write_to_disk:
            events = EventWriter(claim_event_path(self._directory, self._filename_suffix))
        else:
            events = NullEvents()
        self._known_path = events.path
        self._open_files.add(events)
        tell(events)
        return events

    def _append_again(self, method: str, arguments: "tuple[Any, ...]") -> bool:
        if not self._events.closed:
            return bool(getattr(self._events, method)(*arguments))  # raises what it raised before
        self.reopen()
        return bool(getattr(self._events, method)(*arguments))

    def attend(self, events: EventWriter | NullEvents) -> None:
        """Tells what became of the file: problems, a fork, its end."""
        tell(events)
        if events.closed:
            self._open_files.discard(events)
        elif events.path != self._known_path:
            self._known_path = events.path
            self._open_files.finish_with_worker()
