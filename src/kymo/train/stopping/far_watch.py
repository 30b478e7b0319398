"""Looking for a file from a thread, where looking is slow."""

import os
import threading
import weakref

INTERVAL = 1.0  # seconds between two looks


class FarWatch:
    """Looks for a file once a second from a daemon thread; `found` costs the asking thread no system call.

    The thread ends with `close()`, and with the object. A forked process, which has no such thread, starts its own.

    Args:
        path: The file.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._found: os.stat_result | None = None
        self._begin()

    def found(self) -> os.stat_result | None:
        """What the last look has found; None where there was no file."""
        if not self._thread.is_alive() and not self._closed.is_set():
            self._begin()
        return self._found

    def close(self) -> None:
        """Ends the thread, without waiting for a look that takes long."""
        self._closed.set()

    def _begin(self) -> None:
        self._closed = threading.Event()
        arguments = (weakref.ref(self), self._path, INTERVAL, self._closed)
        self._thread = threading.Thread(target=_look, args=arguments, name="kymo-stop-file", daemon=True)
        self._thread.start()


def _look(watch: "weakref.ref[FarWatch]", path: str, interval: float, closed: threading.Event) -> None:
    while not closed.is_set():
        try:
            found = os.stat(path)  # noqa: PTH116 - the path is a text
        except OSError:
            found = None
        if (alive := watch()) is None:
            return
        alive._found = found
        del alive  # or the object would live as long as its thread
        closed.wait(interval)
