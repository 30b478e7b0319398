"""How much memory answers may take that are being built or sent."""

from __future__ import annotations

import threading


class Allowance:
    """Bytes that are shared out, from any thread, and given back.

    >>> shared = Allowance(100)
    >>> shared.take(80), shared.take(30)
    (True, False)
    >>> shared.give_back(80)
    >>> shared.take(30)
    True
    """

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Takes this many bytes, or none where so many are not left."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give_back(self, size: int) -> None:
        with self._lock:
            self._left += size
