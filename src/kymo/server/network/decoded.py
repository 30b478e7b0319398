"""Histograms that were decoded, kept for the next question about them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kymo.store import Run
    from kymo.store.histograms import Known

_MOST_BYTES = 128 << 20
_EACH = 600  # bytes of a histogram beside its bins
_BIN = 24


class Decoded:
    """What was decoded of the tags that were asked for last, within what memory it may take.

    Args:
        most: Bytes.
    """

    def __init__(self, most: int = _MOST_BYTES) -> None:
        self._most = most
        self._tags: OrderedDict[object, tuple[threading.Lock, Known]] = OrderedDict()
        self._sizes: dict[object, int] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, run: Run, tag: str) -> Iterator[Known]:
        """What is known of a tag, to be added to; whoever asks for the same tag meanwhile waits for it."""
        # Another run may take the name of one that was deleted.
        key = run.name, run.started, tag
        with self._lock:
            lock, known = self._tags.setdefault(key, (threading.Lock(), {}))
            self._tags.move_to_end(key)
        with lock:
            yield known
            size = sum(_EACH + (0 if each is None else _BIN * len(each.counts)) for each in known.values())
        with self._lock:
            self._sizes[key] = size
            while sum(self._sizes.values()) > self._most:
                oldest, _ = self._tags.popitem(last=False)
                self._sizes.pop(oldest, None)
