"""Histograms that were decoded, kept for the next question about them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from kymo.store.known_histograms import KnownHistograms

if TYPE_CHECKING:
    from kymo.store import Run

_MOST_BYTES = 192 << 20
# Of one tag no more than this share, so that those beside it on a page keep theirs.
_SHARE = 3
# Decoding holds the interpreter's lock: more threads would only hold more in memory.
_AT_ONCE = 4


class _Tag:
    """What is kept of one tag.

    Attributes:
        lock: Held while it is added to.
        known: What was decoded.
        size: The bytes that it takes.
    """

    def __init__(self, take: Callable[[_Tag, int], bool]) -> None:
        self.lock = threading.Lock()
        self.known = KnownHistograms(lambda size: take(self, size))
        self.size = 0


class Decoded:
    """What was decoded of the tags that were asked for last, within what memory it may take.

    Args:
        most: Bytes.
    """

    def __init__(self, most: int = _MOST_BYTES) -> None:
        self._most = most
        self._used = 0
        self._tags: OrderedDict[object, _Tag] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(_AT_ONCE)

    @contextmanager
    def of(self, run: Run, tag: str, written: int) -> Iterator[KnownHistograms]:
        """What is known of a tag, to be added to; whoever asks for the same tag meanwhile waits for it.

        Args:
            run: The run.
            tag: Its tag.
            written: How many histograms it has: where more are known, some of them are of files that have gone.
        """
        # Another run may take the name of one that was deleted.
        key = run.name, run.started, tag
        with self._lock:
            if key in self._tags and len(self._tags[key].known) > written:
                self._used -= self._tags.pop(key).size
            if key not in self._tags:
                self._tags[key] = _Tag(partial(self._take, key))
            self._tags.move_to_end(key)
            kept = self._tags[key]
        with kept.lock, self._turns:
            yield kept.known

    def _take(self, key: object, kept: _Tag, size: int) -> bool:
        """Takes bytes for a tag, from those that were asked for before it where none are left."""
        with self._lock:
            # It may have been let go of while it was added to.
            if self._tags.get(key) is not kept or kept.size + size > self._most // _SHARE:
                return False
            while self._used + size > self._most:
                oldest = next(iter(self._tags))
                if oldest == key:
                    return False
                self._used -= self._tags.pop(oldest).size
            kept.size += size
            self._used += size
            return True
