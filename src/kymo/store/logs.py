"""Log directories: their runs, kept up to date."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from kymo._core import outdated
from kymo.store.changes import Changes
from kymo.store.discovery import Discovery, Explorer, FoundRun
from kymo.store.history import History, Since
from kymo.store.index_cache import index_cache
from kymo.store.index_saver import IndexSaver
from kymo.store.loading import SLICE_BYTES, Loader
from kymo.store.names import UnknownNameError
from kymo.store.progress import Progress, Tally
from kymo.store.reader import ReadStep, RunReader
from kymo.store.run import Run
from kymo.store.status import Status
from kymo.store.warning import LogWarning

# How often loading tells of what has come in; a reader of the page sees it as continuous.
PUBLISH_SECONDS = 0.1

LogDirs = str | Path | Sequence[str | Path]


class Logs(Mapping[str, Run]):
    """The runs below one or several log directories: a mapping of run names to runs, sorted by name.

    A run is a directory with event files. Its name is its path relative to the log directory, "." for the log directory
    itself; with several log directories it begins with the directory's own name. Nothing is read before `refresh()`;
    a log directory need not exist yet. Safe to use from many threads, also while it is refreshed.

    Args:
        logdirs: One log directory, or several; `~` is the home directory.
        poll: Whether to notice growth by looking at the files once a second (True) or by being told (False); by
            default as the file system needs. It only matters to what watches the logs, such as `kymo serve`.
        clock: The time in seconds since the epoch.
        threads: How many threads read; as many as there are processors by default.
        index: Where what is read of large event files is kept, so that the next start reads only what is new: True for
            the user's cache directory (`$XDG_CACHE_HOME/kymo/index`), a directory, or False for nowhere.

    Raises:
        ValueError: No log directory is given, or `index` is empty text.

    Example:
        >>> import tempfile, kymo
        >>> with tempfile.TemporaryDirectory() as logdir, Logs(logdir) as logs:
        ...     with kymo.SummaryWriter(f"{logdir}/mlp") as writer:
        ...         writer.add_scalar("train/loss", 1.0, 0)
        ...     changes = logs.refresh()
        >>> changes.added, list(logs), list(logs["mlp"])
        (('mlp',), ['mlp'], ['train/loss'])
    """

    def __init__(
        self,
        logdirs: LogDirs,
        *,
        poll: bool | None = None,
        clock: Callable[[], float] = time.time,
        threads: int | None = None,
        index: bool | str | Path = True,
    ) -> None:
        self.logdirs = _absolute(logdirs)
        cache = index_cache(index)
        self._index_for = None if cache is None else cache.path_for
        self._saver = None if cache is None else IndexSaver(cache)
        self.poll = poll
        self._clock = clock
        self._explorer = Explorer(self.logdirs)
        self._loader = Loader(threads)
        # One thread at a time changes what there is; readers take the two mappings as they find them, and neither is
        # ever changed in place.
        self._refreshing = threading.RLock()
        self._runs: dict[str, Run] = {}
        self._by_directory: dict[str, tuple[Run, ...]] = {}
        self._discovery: Discovery | None = None
        self._statuses: dict[str, Status] = {}
        self._history = History()
        self._tally = Tally()
        self._loaded_once = False
        self._closed = False

    def __getitem__(self, name: str) -> Run:
        run = self._runs.get(name)
        if run is None:
            raise UnknownNameError("run", name, " and ".join(str(path) for path in self.logdirs), self._runs)
        return run

    def __contains__(self, name: object) -> bool:
        return name in self._runs

    def __iter__(self) -> Iterator[str]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    @property
    def closed(self) -> bool:
        """Whether `close()` was called."""
        return self._closed

    @property
    def version(self) -> int:
        """Grows with every change."""
        return self._history.version

    def since(self, version: int) -> Since | None:
        """Which runs have changed or gone since an earlier `version`; costs what has changed.

        None where that is not known any more, or where these logs never had that version: take all runs then.
        """
        return self._history.since(version)

    @property
    def loading(self) -> Progress | None:
        """How far reading has come, until everything found at first has been read and while a large file that came
        later is read; None otherwise. Before the first look all of it is 0."""
        tally = self._tally
        if self._discovery is None:
            return Progress()
        if tally.incomplete == 0 or (self._loaded_once and tally.behind == 0):
            return None
        return tally.progress

    @property
    def warnings(self) -> list[LogWarning]:
        """Everything found wrong so far: directories that cannot be read, damage in files."""
        return self.discovery_warnings + [warning for run in self._runs.values() for warning in run.warnings]

    @property
    def discovery_warnings(self) -> list[LogWarning]:
        """What was found wrong while looking for runs: directories and files that cannot be used."""
        found = self._discovery.warnings if self._discovery is not None else []
        return [self._placed(warning) for warning in found]

    def _placed(self, warning: LogWarning) -> LogWarning:
        runs = self.runs_at(str(Path(warning.file).parent))
        return LogWarning(runs[0].name if runs else "", warning.file, warning.offset, warning.rule, warning.cause)

    def _runs_of(self, warnings: Iterable[LogWarning]) -> set[str]:
        return {self._placed(warning).run for warning in warnings} - {""}

    def refresh(self) -> Changes:
        """Takes in everything that has appeared, grown or vanished since, to the end.

        Runs and points can be used by other threads as they come in.

        Raises:
            ValueError: The logs are closed.
        """
        with self._refreshing:
            found = self.discover()
            loaded, _ = self.load(self.outdated())
        runs = tuple(dict.fromkeys((*found.runs, *loaded.runs)))
        return Changes(tuple(name for name in runs if name in self._runs), found.removed, found.added)

    def discover(self) -> Changes:
        """Looks for runs and files that have appeared or vanished, and reads nothing."""
        with self._refreshing:
            if self._closed:
                raise ValueError("The logs are closed: open them again to read on.")
            seen, before = self._explorer.explore(), self._discovery
            warned = set(before.warnings if before is not None else ()) ^ set(seen.warnings)
            if before is not None and (seen.runs, seen.unreadable) == (before.runs, before.unreadable):
                # The usual case, at a cost that does not grow much with the number of runs.
                self._discovery = seen
                if warned:
                    self._history.advance(self._runs_of(warned))
                return Changes()
            runs: dict[str, Run] = {}
            changed: list[str] = []
            for name, found in sorted(seen.runs.items()):
                run = self._runs.get(name)
                if run is None or run.reader.path != found.path:
                    run = self._new_run(found)
                if run.reader.set_files(found.files, found.beside):
                    changed.append(name)
                runs[name] = run
            self._keep_unreadable(seen, runs)
            added = tuple(name for name in runs if name not in self._runs)
            removed = tuple(name for name in self._runs if name not in runs)
            if added or removed or list(runs) != list(self._runs):
                runs = dict(sorted(runs.items()))
            if changed or removed:
                self._tally = _tally(runs)
            self._runs, self._by_directory, self._discovery = runs, _by_directory(seen, runs), seen
            if changed or removed or warned or before is None:
                self._history.advance({*changed, *self._runs_of(warned)}, removed)
            return Changes(tuple(changed), removed, added)

    def _new_run(self, found: FoundRun) -> Run:
        return Run(found.name, RunReader(found.path, self._clock, self._index_for), self._clock)

    def _keep_unreadable(self, seen: Discovery, runs: dict[str, Run]) -> None:
        # A directory that cannot be read at this moment may be an outage: its runs stay until it can be read again.
        for name, run in self._runs.items():
            lost = any(run.reader.path == path or run.reader.path.startswith(f"{path}/") for path in seen.unreadable)
            if name not in runs and lost:
                runs[name] = run

    def load(
        self,
        runs: Iterable[Run],
        *,
        slice_bytes: int = SLICE_BYTES,
        seconds: float | None = None,
        publish: Callable[[Changes], None] | None = None,
    ) -> tuple[Changes, tuple[Run, ...]]:
        """Reads these runs on, to their ends or for about this many seconds.

        Args:
            runs: Which runs; those that were removed are passed over.
            slice_bytes: What is read of one run before the next has its turn.
            seconds: When to stop.
            publish: Called from this thread about every tenth of a second with what has changed until then.

        Returns:
            What has changed, and the runs that must be read on.

        Raises:
            ValueError: The logs are closed.
        """
        with self._refreshing:
            if self._closed:
                raise ValueError("The logs are closed: open them again to read on.")
            wanted = [run for run in runs if self._runs.get(run.name) is run]
            publisher = _Publisher(self._take_in, publish)
            loaded = self._loader.load(wanted, slice_bytes=slice_bytes, seconds=seconds, on_step=publisher.step)
            if not self._loaded_once and self._tally.incomplete == 0:
                self._loaded_once = True
                self._history.advance()
                if self._saver is not None:
                    self._saver.prune(path for run in self._runs.values() for path in run.reader.indexes)
            # Whoever is told of these runs sees their status as it is.
            self._statuses.update((run.name, run.status) for run in loaded.changed)
            return Changes(tuple(run.name for run in loaded.changed), more=bool(loaded.left)), loaded.left

    def _take_in(self, run: Run, step: ReadStep) -> None:
        _count(self._tally, run)
        if step.index_due and self._saver is not None:
            self._saver.save(run.reader)
        if step.changed:
            self._history.advance((run.name,))

    def renote(self, run: Run) -> bool:
        """Takes in at once what has been noted of a run; returns whether it differs."""
        changed = run.reader.refresh_notes()
        if changed and self._runs.get(run.name) is run:
            self._history.advance((run.name,))
        return changed

    def outdated(self, *, live: bool = False) -> list[Run]:
        """The runs whose files differ from what was read; costs one stat a file. With `live` only of those that were
        live when last looked."""
        unread: list[Run] = []
        read: list[Run] = []
        statuses, runs = self._statuses, self._runs
        names = [name for name, status in list(statuses.items()) if status == "live"] if live else list(runs)
        for run in map(runs.get, names):
            if run is not None:
                (unread if run.reader.unread else read).append(run)
        return unread + [read[i] for i in outdated([run.reader.log for run in read])]

    def status_changes(self) -> tuple[str, ...]:
        """Names of runs whose status is another than at the last call: a run that stops growing tells nobody."""
        with self._refreshing:
            now: dict[str, Status] = {name: run.status for name, run in self._runs.items()}
            before, self._statuses = self._statuses, now
        changed = tuple(name for name, status in now.items() if before.get(name, status) != status)
        if changed:
            self._history.advance(changed)
        return changed

    def runs_at(self, directory: str) -> tuple[Run, ...]:
        """The runs whose directory this is, however it is spelled."""
        by_directory = self._by_directory
        return by_directory.get(directory) or by_directory.get(os.path.realpath(directory), ())

    def knows_directory(self, path: str) -> bool:
        """Whether this directory was walked when last looked."""
        return self._discovery is not None and path in self._discovery.directories

    @property
    def anchors(self) -> dict[str, tuple[int, int]]:
        """Where a watch must be set to be told of everything: real path to (device, inode)."""
        return self._discovery.anchors if self._discovery is not None else {}

    @property
    def missing(self) -> list[str]:
        """Log directories that do not exist yet."""
        return self._discovery.missing if self._discovery is not None else []

    def close(self) -> None:
        """Keeps what was read, for the next start. It can still be used; `refresh()` cannot."""
        with self._refreshing:
            self._closed = True
            if self._saver is not None:
                self._saver.close(run.reader for run in self._runs.values())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Logs {', '.join(str(path) for path in self.logdirs)}: {len(self)} runs>"


class _Publisher:
    """Takes in what runs have read, and tells of it a few times a second."""

    def __init__(self, take_in: Callable[[Run, ReadStep], None], publish: Callable[[Changes], None] | None) -> None:
        self._take_in = take_in
        self._publish = publish
        self._untold: dict[str, None] = {}
        self._told = time.monotonic()

    def step(self, run: Run, step: ReadStep) -> None:
        self._take_in(run, step)
        if step.changed:
            self._untold[run.name] = None
        if self._untold and self._publish is not None and time.monotonic() - self._told >= PUBLISH_SECONDS:
            self._publish(Changes(tuple(self._untold), more=True))
            self._untold.clear()
            self._told = time.monotonic()


def _count(tally: Tally, run: Run) -> None:
    reader = run.reader
    tally.take(run, reader.progress, complete=reader.complete, behind=reader.behind)


def _tally(runs: Mapping[str, Run]) -> Tally:
    tally = Tally()
    for run in runs.values():
        _count(tally, run)
    return tally


def _absolute(logdirs: LogDirs) -> tuple[Path, ...]:
    given = [logdirs] if isinstance(logdirs, str | Path) else list(logdirs)
    if not given:
        raise ValueError("No log directory is given: name at least one.")
    if any(str(path) == "" for path in given):
        raise ValueError("The log directory '' is empty text: name a directory, '.' for the current one.")
    # Not resolved: a log directory that is a link may be pointed elsewhere while it is watched.
    absolute = (Path(os.path.abspath(Path(path).expanduser())) for path in given)  # noqa: PTH100 - Path.absolute keeps ".."
    return tuple(dict.fromkeys(absolute))


def _by_directory(seen: Discovery, runs: dict[str, Run]) -> dict[str, tuple[Run, ...]]:
    found: dict[str, tuple[Run, ...]] = {}
    for name, run in runs.items():
        place = seen.runs.get(name)
        for path in {run.reader.path, place.real_path if place is not None else run.reader.path}:
            found[path] = (*found.get(path, ()), run)
    return found
