"""Checkpoints written in the background, so that training waits for the copy to the host and for no disk."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kymo.train.checkpoints.checkpoint_file import write_checkpoint


class _Job(NamedTuple):
    content: Mapping[str, Any]
    then: Callable[[], object] | None


class Saver:
    """Writes checkpoints one after another. What is handed in for a path replaces what still waits for it.

    A checkpoint that cannot be written is told once, kept in memory and tried again with the next one: training goes
    on. The end of the program waits for what is being written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     saver = Saver()
        ...     saver.save(Path(directory) / "last.pth", {"epoch": 3})
        ...     saver.wait()
        True
    """

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._waiting: dict[Path, _Job] = {}  # to be written in this order
        self._failed: dict[Path, _Job] = {}
        self._writing: Path | None = None
        self._told: dict[Path, str] = {}  # the failure that was told of a path
        self._thread: threading.Thread | None = None

    def save(self, path: Path, content: Mapping[str, Any], then: Callable[[], object] | None = None) -> None:
        """Has a checkpoint written.

        Args:
            path: The file.
            content: As `write_checkpoint` takes it. Nobody may change it any more.
            then: Called from another thread once the file is on the disk.
        """
        with self._change:
            self._failed.pop(path, None)
            self._waiting[path] = _Job(content, then)
            self._start()

    def is_written(self, path: Path) -> bool | None:
        """Whether what was last handed in for a path is on the disk; None while it is under way."""
        with self._change:
            if path in self._waiting or path == self._writing:
                return None
            return path not in self._failed

    def wait(self) -> bool:
        """Waits until all that was handed in has been tried; returns whether it is on the disk."""
        with self._change:
            self._start()
            self._change.wait_for(lambda: self._thread is None)
            return not self._failed

    def _start(self) -> None:
        self._waiting = {**self._failed, **self._waiting}
        self._failed.clear()
        if self._thread is None and self._waiting:
            thread = threading.Thread(target=self._run, name="kymo-checkpoints")
            thread.start()  # waits for what this one holds
            self._thread = thread

    def _run(self) -> None:
        while True:
            with self._change:
                self._writing = None
                if not self._waiting:
                    self._thread = None
                    self._change.notify_all()
                    return
                path = self._writing = next(iter(self._waiting))
                job = self._waiting.pop(path)
            self._write(path, job)

    def _write(self, path: Path, job: _Job) -> None:
        try:
            write_checkpoint(path, job.content)
            if job.then is not None:
                job.then()
        except Exception as error:  # whatever it is: in this thread nobody could catch it
            with self._change:
                if path not in self._waiting:
                    self._failed[path] = job
            self._tell(path, getattr(error, "strerror", None) or str(error))
        else:
            if self._told.pop(path, None) is not None:
                logging.getLogger("kymo").warning("%s is written again.", path)

    def _tell(self, path: Path, reason: str) -> None:
        if self._told.get(path) == reason:
            return
        self._told[path] = reason
        logging.getLogger("kymo").warning(
            "%s cannot be written (%s): the one before it stays, and writing is tried again.", path, reason
        )
