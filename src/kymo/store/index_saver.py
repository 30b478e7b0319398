"""Keeping what was read, in the background."""

import threading
from collections.abc import Callable, Iterable
from functools import partial

from kymo.store.index_cache import IndexCache
from kymo.store.reader import RunReader


class IndexSaver:
    """Saves the indexes of runs in a thread of its own, which lives while there is something to save.

    The interpreter does not end before it has. What cannot be saved is told once and costs nothing but time: it is read
    again at the next start.
    """

    def __init__(self, cache: IndexCache) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._tasks: dict[object, Callable[[], None]] = {}
        self._thread: threading.Thread | None = None
        self._told = False

    def save(self, reader: RunReader) -> None:
        """Saves what a run has read, soon."""
        self._soon(reader, partial(self._save, reader, ending=False))

    def prune(self, used: Iterable[str]) -> None:
        """Deletes old indexes, soon; those of `used` are not old."""
        kept = tuple(used)
        self._soon(self._cache, partial(self._cache.prune, kept))

    def close(self, readers: Iterable[RunReader]) -> None:
        """Saves what these runs have read since they were last saved, and waits until all is saved."""
        for reader in readers:
            self._guarded(partial(self._save, reader, ending=True))
        thread = self._thread
        if thread is not None:
            thread.join()

    def _soon(self, subject: object, task: Callable[[], None]) -> None:
        """A task replaces the one for the same subject that still waits."""
        with self._lock:
            self._tasks[subject] = task
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._work, name="kymo-index")
            try:
                thread.start()
            except RuntimeError as error:  # no thread can be had, or the interpreter ends
                self._tasks.clear()
                self._tell(str(error))
            else:
                self._thread = thread

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._tasks:
                    self._thread = None
                    return
                task = self._tasks.pop(next(iter(self._tasks)))
            self._guarded(task)

    def _save(self, reader: RunReader, *, ending: bool) -> None:
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
        except Exception as error:  # what was read is there, whether it can be kept or not
            self._tell(f"{type(error).__name__}: {error}")

    def _tell(self, reason: str) -> None:
        if self._told:
            return
        self._told = True
        import logging  # not needed unless there is something to tell

        logging.getLogger("kymo").warning(
            "What was read of the logs cannot be kept in %s (%s), so the next start reads it again.",
            self._cache.directory,
            reason,
        )
