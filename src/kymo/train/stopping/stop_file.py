"""Stopping when somebody puts a file."""

import logging
import os
import time
from functools import partial
from os import F_OK, access

from kymo.format.mounts import needs_polling, read_mounts
from kymo.train.stopping.condition import UNTOLD, Closeness, Progress, StopCondition
from kymo.train.stopping.far_watch import FarWatch
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.stop_request import Identity, StopRequest, read_request
from kymo.train.stopping.stopwatch import Clock

_logger = logging.getLogger("kymo")
# On a local disk a look takes a small part of this. Where it takes this long, a thread looks instead.
_SLOW_SECONDS = 0.0002
_SLOW_LOOKS = 3  # in a row: one alone may be a busy processor's
# So many looks are timed at the start, and whenever a condition is asked that is not asked at each batch.
_TIMED_LOOKS = 8
# `echo epoch > STOP` makes the file before it fills it: an empty one that is fresh is looked at again.
_SETTLE_SECONDS = 0.005
_SETTLE_WAITS = 10


class StopFile(StopCondition):
    """Stops after the batch or the epoch when a file appears: `touch runs/mlp/STOP`, `echo epoch > runs/mlp/STOP`.

    An empty file or the word "batch" asks for a stop after the batch, "epoch" for one after the epoch; anything else
    stops after the batch, and is told. The file is removed when the stop is made; one that was there before the
    training began is left over from an earlier one, and is removed with a notice. Notices go to the logger "kymo".

    Asking costs one look at the directory. On a network file system, or where looking turns out slow, a
    daemon thread looks once a second.

    Args:
        path: The file.
        started: When the run began, in seconds since the epoch. A file that is there at the start, but was written
            after this, is a request to this run. Without it, every file that is there at the start is left over.
        far: Whether a thread looks; by default, that is found out.
        clock: Seconds, for how long looking takes.

    Raises:
        TypeError: The path is none.

    Example:
        >>> import pathlib, tempfile
        >>> from kymo import StopFile
        >>> directory = tempfile.TemporaryDirectory()
        >>> file = pathlib.Path(directory.name, "STOP")
        >>> with StopFile(file) as stop:
        ...     stop.requested() is None
        ...     _ = file.write_text("epoch")
        ...     stop.requested().after
        ...     stop.acknowledge().after, file.exists()
        True
        'epoch'
        ('epoch', False)
        >>> directory.cleanup()
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        started: float | None = None,
        far: bool | None = None,
        clock: Clock = time.perf_counter,
    ) -> None:
        self.path = os.path.abspath(os.fspath(path))  # noqa: PTH100 - the directory may change, the file's place not
        self._started = started
        self._far = far
        self._clock = clock
        self._is_quick = False  # nothing was found, no thread looks, and looking does not need to be timed
        self._timed_looks = 0
        self._watch: FarWatch[os.stat_result | None] | None = None
        self._slow_looks = 0
        self._pending: tuple[Identity, StopRequest] | None = None
        self._done_with: Identity | None = None  # honoured or left over, and could not be removed
        self._told: set[str] = set()
        self._is_started = False

    def start(self) -> None:
        """Training begins: a file that is there is left over, and is removed. Without it, the first question starts."""
        if self._is_started:
            return
        self._is_started = True
        if self._far or (self._far is None and needs_polling(self.path, read_mounts())):
            self._watch = self._far_watch()
        found = self._stat()
        if found is not None and (self._started is None or found.st_mtime < self._started):
            _logger.warning("%s is left over from before this run: it is removed, and training goes on.", self.path)
            self._remove(Identity.of(found))

    def close(self) -> None:
        """Ends the thread that looks, if there is one. A file that is put after it is left over at the next start."""
        if self._watch is not None:
            self._watch.close()
        self._watch, self._is_started = None, False

    def requested(self) -> StopRequest | None:
        """The request to stop, if there is one; it stays until it is acknowledged."""
        # A look at each batch: as little of Python as there can be around the one of the system.
        if self._is_quick and not access(self.path, F_OK):
            return None
        return self._requested()

    def _requested(self) -> StopRequest | None:
        if not self._is_started:
            self.start()
        found = self._found()
        if found is None or Identity.of(found) == self._done_with:
            self._pending = None
            self._is_quick = found is None and self._watch is None and self._timed_looks >= _TIMED_LOOKS
            return None
        self._is_quick = False
        identity = Identity.of(found)
        if self._pending is None or self._pending[0] != identity:
            self._pending = self._read(found)
        return self._pending[1]

    @property
    def asked(self) -> StopRequest | None:
        """The request that the last look has found, without looking again."""
        return None if self._pending is None else self._pending[1]

    def acknowledge(self) -> StopRequest | None:
        """Takes the request as honoured: removes the file and gives who asked for what, and when.

        A file that cannot be removed is told once, and asks no more.
        """
        request = self.requested()
        if self._pending is None:
            return None
        self._remove(self._pending[0])
        self._pending = None
        return request

    def before_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether a stop is asked for."""
        self._is_quick, self._timed_looks = False, 0
        return self._if_asked(at, ("batch", "epoch"))

    def after_batch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether a stop after the batch is asked for."""
        return None if self.requested() is None else self._if_asked(at, ("batch",))

    def while_paused(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether a stop after the batch is asked for."""
        return self._if_asked(at, ("batch",))

    def before_validation(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether a stop after the batch is asked for; one after the epoch has the epoch validated."""
        return self._if_asked(at, ("batch",))

    def after_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Whether a stop is asked for."""
        return self._if_asked(at, ("batch", "epoch"))

    def closeness(self) -> Closeness | None:
        """That a stop is asked for; None while none is."""
        if self._pending is None:
            return None
        request = self._pending[1]
        return Closeness(1.0, f"{request.by} asks to stop after this {request.after}")

    def _if_asked(self, at: Progress, after: tuple[str, ...]) -> Fired | None:
        request = self.requested()
        if request is None or request.after not in after:
            return None
        request = self.acknowledge() or request
        evidence: dict[str, float | int | str] = {"by": request.by, "at": request.at, "after": request.after}
        evidence |= {name: told for name, told in (("epochs", at.epoch), ("steps", at.step)) if told is not None}
        return Fired("stop_file", f"{request.by} asked to stop after the {request.after}.", evidence, self.name)

    def _found(self) -> os.stat_result | None:
        if self._watch is not None:
            return self._watch.found()
        self._timed_looks += 1
        before = self._clock()
        there = access(self.path, F_OK)
        self._slow_looks = self._slow_looks + 1 if self._clock() - before > _SLOW_SECONDS else 0
        if self._slow_looks >= _SLOW_LOOKS and self._far is None:
            self._watch = self._far_watch()
        return self._stat() if there else None

    def _stat(self) -> os.stat_result | None:
        return _stat(self.path)

    def _far_watch(self) -> FarWatch[os.stat_result | None]:
        return FarWatch(partial(_stat, self.path), None, "kymo-stop-file")

    def _read(self, found: os.stat_result) -> tuple[Identity, StopRequest]:
        waits = 0 if found.st_size or self._pending or time.time() - found.st_mtime > 1 else _SETTLE_WAITS
        for _ in range(waits):
            time.sleep(_SETTLE_SECONDS)
            if (found := self._stat() or found).st_size:
                break
        request = read_request(self.path, found)
        if request.content is not None:
            self._tell(
                f"{self.path} holds {request.content!r}, which is not understood, and is taken for a stop after the "
                'batch: write "batch" or "epoch".'
            )
        return Identity.of(found), request

    def _remove(self, identity: Identity) -> None:
        # A thread may not have looked again yet.
        self._done_with = identity if self._watch is not None else None
        try:
            os.unlink(self.path)  # noqa: PTH108 - the path is a text, for the look at each batch
        except FileNotFoundError:
            pass  # whoever put it has taken it away
        except OSError as error:
            self._done_with = identity
            self._tell(f"{self.path} cannot be removed ({error.strerror or error}): it is left, and asks no more.")

    def _tell(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            _logger.warning("%s", text)


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - a Path costs as much as the look itself
    except OSError:
        return None
