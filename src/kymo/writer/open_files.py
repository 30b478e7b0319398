"""The event files of one writer that are open, and what is told of them."""

import os
import sys
import time
import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from kymo._core import EventWriter
    from kymo.writer.null_events import NullEvents

_PATIENCE = 30.0  # seconds that files which do not answer are waited for, all together


class OpenFiles:
    """Finishes its files when it is collected or, failing that, when the interpreter or a forked worker exits."""

    def __init__(self) -> None:
        self._files: dict[EventWriter | NullEvents, None] = {}  # in order; each method is one step for other threads
        weakref.finalize(self, _finish, self._files)
        self._worker = 0

    def add(self, events: "EventWriter | NullEvents") -> None:
        """Has the file finished at the end."""
        self._files[events] = None
        self.finish_with_worker()

    def discard(self, events: "EventWriter | NullEvents") -> None:
        """Forgets a file that is closed."""
        self._files.pop(events, None)

    def finish_with_worker(self) -> None:
        """Takes note that this process has files of its own.

        A worker of multiprocessing that was forked leaves through os._exit, past what runs at interpreter exit.
        """
        process = sys.modules.get("multiprocessing.process")
        if process is None or process.parent_process() is None or self._worker == os.getpid():
            return
        from multiprocessing.util import Finalize

        self._worker = os.getpid()
        Finalize(self, _finish, args=(self._files,), exitpriority=10)


def flush_together(files: "Sequence[EventWriter | NullEvents]", sync: bool) -> bool:
    """Whether all that was added is in the files. A disk that does not answer is waited for once, not for each file."""
    return _wait(files, [events.begin_flush(sync) for events in files], sync)


def close_together(files: "Sequence[EventWriter | NullEvents]") -> bool:
    """Flushes the files to the disk and closes them; whether everything that waited was written."""
    for events in files:
        events.begin_close()  # from here on each has the same time to end
    closed = [events.close() for events in files]
    return all(closed)


def tell(events: "EventWriter | NullEvents") -> None:
    """Hands what the file has to say to the logger "kymo". Whatever becomes of that, training goes on."""
    notices = events.take_notices()
    if not notices:
        return
    try:
        import logging  # may find no file handle left to be read with

        for notice in notices:
            logging.getLogger("kymo").warning("%s", notice)
    except Exception as error:
        try:
            print(f"kymo: {'; '.join(notices)} (and logging failed: {error!r})", file=sys.stderr)
        except Exception:  # nobody can be told
            return


def _finish(files: "dict[EventWriter | NullEvents, None]") -> None:
    unfinished = list(files)
    _wait(unfinished, [events.begin_finish() for events in unfinished], True)
    for events in unfinished:
        tell(events)


def _wait(files: "Sequence[EventWriter | NullEvents]", requests: "Sequence[int]", sync: bool) -> bool:
    until = time.monotonic() + _PATIENCE
    done = [
        events.end_flush(request, sync, max(0.0, until - time.monotonic()))
        for events, request in zip(files, requests, strict=True)
    ]
    return all(done)
