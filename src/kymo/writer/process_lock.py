"""A lock for code that forked processes and signal handlers run, too."""

import os
from _thread import RLock  # threading itself costs a noticeable part of `import kymo`


class ProcessLock:
    """A re-entrant lock for each process, so that a fork never inherits one that is held by a thread it lacks.

    Re-entrant, because a signal handler may log or close in the middle of what its own thread does under the lock.
    """

    def __init__(self) -> None:
        self._locks: dict[int, RLock] = {}

    def here(self) -> RLock:
        """The lock of this process: `with lock.here(): ...`."""
        return self._locks.setdefault(os.getpid(), RLock())
