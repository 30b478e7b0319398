"""Looking at something from a thread, where looking is slow."""

import threading
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

INTERVAL = 1.0  # seconds between two looks


class FarWatch(Generic[T]):
    """Looks once a second from a daemon thread; `found` costs the asking thread no system call.

    The thread ends with `close()`, and with the object. A forked process, which has no such thread, starts its own.

    Args:
        look: Looks, and gives what it has found.
        nothing: What is found before the first look.
        name: What the thread is called.
    """

    def __init__(self, look: Callable[[], T], nothing: T, name: str) -> None:
        self._look = look
        self._name = name
        self._found = nothing
        self._begin()

    def found(self) -> T:
        """What the last look has found."""
        if not self._thread.is_alive() and not self._closed.is_set():
            self._begin()
        return self._found

    def close(self) -> None:
        """Ends the thread, without waiting for a look that takes long."""
        self._closed.set()

    def _begin(self) -> None:
        self._closed = threading.Event()
        arguments = (weakref.ref(self), self._look, INTERVAL, self._closed)
        self._thread = threading.Thread(target=_watch, args=arguments, name=self._name, daemon=True)
        self._thread.start()


def _watch(watch: "weakref.ref[FarWatch[T]]", look: Callable[[], T], interval: float, closed: threading.Event) -> None:
    while not closed.is_set():
        found = look()
        if (alive := watch()) is None:
            return
        alive._found = found
        del alive  # or the object would live as long as its thread
        closed.wait(interval)
