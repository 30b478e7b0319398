"""How long this thread was at work, and how long it could have been and had no core."""

from __future__ import annotations

import os
import time


class ThreadTime:
    """The CPU time and the core wait of the thread that made it, in nanoseconds since it began.

    Linux tells both together; elsewhere the wait is 0.

    Example:
        >>> thread_time = ThreadTime()
        >>> at_work, waited = thread_time.read()
        >>> at_work > 0, waited >= 0
        (True, True)
        >>> thread_time.close()
    """

    def __init__(self) -> None:
        self._file = -1
        try:
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
            self.read()
        except (OSError, ValueError):  # no Linux, or a kernel that does not count it
            self.close()

    def read(self) -> tuple[int, int]:
        """Nanoseconds at work, and nanoseconds that it waited for a core."""
        if self._file < 0:
            return time.thread_time_ns(), 0
        at_work, waited, _ = os.pread(self._file, 96, 0).split()
        return int(at_work), int(waited)

    def close(self) -> None:
        """Lets go of the kernel's file."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1
