"""What a thread has used of the machine so far."""

from __future__ import annotations

import os
import threading
from typing import NamedTuple

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


class Used(NamedTuple):
    """What a thread has used since it began; None where the system does not tell.

    Attributes:
        core_wait: Nanoseconds that it could have run and had no core.
        read: Bytes that it has read, wherever they came from.
        read_disk: Bytes that were fetched from disks for it.
        major_faults: How often it had to wait for a page of memory that was not there.
    """

    core_wait: int | None
    read: int | None
    read_disk: int | None
    major_faults: int | None


class ThreadUse:
    """Reads what the calling thread has used.

    Example:
        >>> use = ThreadUse()
        >>> before = use.read()
        >>> before.read is None or use.read().read == before.read
        True
        >>> use.close()
    """

    def __init__(self) -> None:
        self._thread = 0
        self._schedule = self._traffic = -1
        self._has_faults = hasattr(resource, "RUSAGE_THREAD")

    def read(self) -> Used:
        """What it has used so far; what this object reads of the kernel's files does not count."""
        if self._thread != (thread := threading.get_ident()):
            self.close()
            self._thread = thread
            self._schedule, self._traffic = _opened("schedstat"), _opened("io")
            self._own = 0
        faults = resource.getrusage(resource.RUSAGE_THREAD).ru_majflt if self._has_faults else None
        core_wait = read = read_disk = None
        if self._traffic >= 0:
            text = os.pread(self._traffic, 512, 0)
            fields = text.split()
            # The kernel counts this reading along, as soon as it is done.
            read, read_disk = int(fields[1]) - self._own, int(fields[9])
            self._own += len(text)
        if self._schedule >= 0:
            text = os.pread(self._schedule, 96, 0)
            core_wait = int(text.split()[1])
            self._own += len(text)
        return Used(core_wait, read, read_disk, faults)

    def close(self) -> None:
        """Lets go of the kernel's files."""
        for file in (self._schedule, self._traffic):
            if file >= 0:
                os.close(file)
        self._schedule = self._traffic = -1
        self._thread = 0

    def __del__(self) -> None:
        self.close()


def _opened(name: str) -> int:
    """A file of the kernel about this thread; -1 where there is none, or none that may be read."""
    try:
        file = os.open(f"/proc/thread-self/{name}", os.O_RDONLY | os.O_CLOEXEC)
    except (OSError, AttributeError):
        return -1
    try:
        os.pread(file, 512, 0)
    except OSError:
        os.close(file)
        return -1
    return file
