"""Keeping what was read, in the background."""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from kymo.store.index_cache import IndexCache
from kymo.store.reader import RunReader

logger = logging.getLogger("kymo")


class IndexSaver:
    """Saves the indexes of runs in a thread of its own, which ends its work before the interpreter ends.

    What cannot be saved is told once and costs nothing but time: it is read again at the next start.
    """

    def __init__(self, cache: IndexCache) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._waiting: set[RunReader] = set()
        self._pool: ThreadPoolExecutor | None = None
        self._told = False

    def save(self, reader: RunReader) -> None:
        """Saves what a run has read, soon."""
        with self._lock:
            if reader in self._waiting:
                return
            self._waiting.add(reader)
        self._submit(lambda: self._save(reader, ending=False))

    def prune(self, used: Iterable[str]) -> None:
        """Deletes old indexes, soon; those of `used` are not old."""
        kept = tuple(used)
        self._submit(lambda: self._cache.prune(kept))

    def close(self, readers: Iterable[RunReader]) -> None:
        """Saves what these runs have read since they were last saved, and waits until all is saved."""
        for reader in readers:
            self._save(reader, ending=True)
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True)

    def _submit(self, task: Callable[[], None]) -> None:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="kymo-index")
            self._pool.submit(self._guarded, task)

    def _save(self, reader: RunReader, *, ending: bool) -> None:
        with self._lock:
            self._waiting.discard(reader)
        self._guarded(lambda: self._write(reader, ending=ending))

    def _write(self, reader: RunReader, *, ending: bool) -> None:
        if not reader.log.index_due(ending):
            return
        self._cache.prepare()
        saved = reader.log.save_indexes(ending)
        if saved.error:
            self._tell(saved.error)

    def _guarded(self, task: Callable[[], None]) -> None:
        try:
            task()
        except OSError as error:
            self._tell(error.strerror or str(error))

    def _tell(self, reason: str) -> None:
        if not self._told:
            self._told = True
            logger.warning(
                "What was read of the logs cannot be kept in %s (%s), so the next start reads it again.",
                self._cache.directory,
                reason,
            )
