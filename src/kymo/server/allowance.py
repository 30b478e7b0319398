"""How much memory answers may take that are being built or sent."""

from __future__ import annotations

import threading


class Allowance:
    """Bytes that are shared out, from any thread, and given back.

    No answer gets more than half of what the others leave: however many large ones are on their way, a small one still
    finds room.

    >>> shared = Allowance(100)
    >>> shared.take(60), shared.take(40), shared.take(40), shared.take(10)
    (False, True, False, True)
    >>> shared.give_back(40)
    >>> shared.take(40)
    True
    """

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    def take(self, size: int, held: int = 0) -> bool:
        """Takes this many bytes, on top of what the same answer holds, or none where its share would be too large."""
        with self._lock:
            if size + held > (self._left + held) // 2:
                return False
            self._left -= size
            return True

    def give_back(self, size: int) -> None:
        with self._lock:
            self._left += size
