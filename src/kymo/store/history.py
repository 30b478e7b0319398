"""Which runs have changed since when."""

import threading
from collections.abc import Iterable
from typing import NamedTuple

# Removals are remembered for those who follow closely; who comes back after so many reads everything again.
MAX_REMOVED = 10_000


class Since(NamedTuple):
    """What has changed between two versions.

    Attributes:
        version: The later of the two.
        changed: Names of runs that are new or differ.
        removed: Names of runs that are gone.
    """

    version: int
    changed: tuple[str, ...]
    removed: tuple[str, ...]


class History:
    """Counts the version up with every change, and remembers at which version each run last changed.

    Safe to use from many threads. A version is told only once all that belongs to it is noted, so that whoever asks
    again from that version on misses nothing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = 0
        # The latest change of each run, the oldest first.
        self._changed: dict[str, int] = {}
        self._removed: dict[str, int] = {}
        self._forgotten = 0

    @property
    def version(self) -> int:
        """Grows with every change."""
        return self._version

    def advance(self, changed: Iterable[str] = (), removed: Iterable[str] = ()) -> None:
        """Notes a change: of these runs, or of something that belongs to none."""
        with self._lock:
            version = self._version + 1
            for name in removed:
                self._changed.pop(name, None)
                self._removed.pop(name, None)
                self._removed[name] = version
            for name in changed:
                self._removed.pop(name, None)
                self._changed.pop(name, None)
                self._changed[name] = version
            while len(self._removed) > MAX_REMOVED:
                self._forgotten = self._removed.pop(next(iter(self._removed)))
            self._version = version

    def since(self, version: int) -> Since | None:
        """What has changed after this version; None where that is not remembered. Costs what has changed."""
        with self._lock:
            if not self._forgotten <= version <= self._version:
                return None
            return Since(self._version, _after(version, self._changed), _after(version, self._removed))


def _after(version: int, versions: dict[str, int]) -> tuple[str, ...]:
    found = []
    for name in reversed(versions):
        if versions[name] <= version:
            break
        found.append(name)
    return tuple(found)
