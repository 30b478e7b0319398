"""The trash of a log directory: runs that were deleted, until they are put back or removed for good.

An entry is a directory `.kymo-trash/<id>` with a record and what was moved. The record comes first and goes last, so
that at every instant each file is either where the run was or in an entry that says where it belongs.
"""

import os
import re
import secrets
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from kymo.format.event_files import MARK, is_event_file
from kymo.format.json_file import JsonFileError
from kymo.format.notes_file import NOTES_FILE
from kymo.format.open_directory import listed, open_directory
from kymo.format.run_file import RUN_FILE, read_run_file
from kymo.format.trash_record import TRASH_DIRECTORY, TrashRecord, read_trash_record, write_trash_record
from kymo.format.whole_file import sync_directory
from kymo.store.edits.moving import exists, is_directory, is_moved, move, move_all
from kymo.store.edits.open_directory import held, open_below
from kymo.store.edits.refusal import Refusal
from kymo.store.edits.tree import Size, erase, is_shared, size_of
from kymo.store.names import run_name
from kymo.store.place import Place
from kymo.store.run import Run
from kymo.store.status import ALIVE_SECONDS, status_of

_CONTENT = "content"
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
# An entry whose removal has begun: it can be no entry any more, whatever becomes of the removal.
_LEAVING = "leaving-"


class TrashEntry(NamedTuple):
    """A run in the trash.

    Attributes:
        id: What it is known by.
        run: The run's name; "" where the record is damaged.
        trashed_at: When it was put there, in seconds since the epoch.
        size: What its files take.
    """

    id: str
    run: str
    trashed_at: float
    size: Size


class Trash:
    """The trash of one log directory; any number of viewers may use it at the same time.

    Args:
        logdir: The log directory.
        prefix: What the names of its runs begin with.
        clock: The time in seconds since the epoch.
    """

    def __init__(self, logdir: Path, prefix: str = "", clock: Callable[[], float] = time.time) -> None:
        self.logdir = str(logdir)
        self._prefix = prefix
        self._clock = clock

    def put(self, run: Run, stay: Sequence[str] = ()) -> None:
        """Moves a run into the trash: its directory, or only its own files where other things lie in there.

        Args:
            run: A run of this log directory.
            stay: Paths of runs and log directories, sorted: a directory stays where one of them lies below it.

        Raises:
            Refusal: It goes on, or is no run any more, or is reached through a link.
            OSError: It cannot be moved; everything is where it was.
        """
        path = str(run.path)
        relative = Place.of(path, [Path(self.logdir)]).relative
        with open_directory(self.logdir) as root, held(root), open_below(root, relative) as directory:
            files = _own_files(directory)
            self._refuse_live(run, files, directory)
            whole = relative != "." and not _holds_any(path, stay) and not is_shared(directory)
            # One rename is done or not done; a move of many files may end halfway.
            record = TrashRecord(relative, self._clock(), complete=whole)
            with open_below(root, TRASH_DIRECTORY, make=True) as trash, _new_entry(record, trash, root) as entry:
                if whole:
                    parent, _, name = relative.rpartition("/")
                    with open_below(root, parent or ".") as above:
                        os.rename(name, _CONTENT, src_dir_fd=above, dst_dir_fd=entry)
                        sync_directory(above)
                else:
                    with open_below(entry, _CONTENT, make=True) as content:
                        move_all(files, directory, content)
                        sync_directory(content)
                    sync_directory(directory)
                    write_trash_record(entry, record._replace(complete=True))

    def _refuse_live(self, run: Run, files: list[str], directory: int) -> None:
        grown = [os.stat(file, dir_fd=directory).st_mtime for file in files if is_event_file(file)]
        if not grown:
            raise Refusal("It has no event files any more.")
        try:
            said = read_run_file(run.path)
        except JsonFileError:
            said = None
        # A time in the future is another machine's, or made up: what counts then is when the growth was noticed.
        newest, now = max(grown), self._clock()
        if status_of(said, newest if newest <= now else run.reader.last_growth, now) == "live":
            raise Refusal(f"It is live: stop it first, or wait until nothing has grown for {ALIVE_SECONDS:g} s.")

    def entries(self) -> list[TrashEntry]:
        """What is in the trash, the newest first.

        Raises:
            Refusal: The trash is a link.
            OSError: It cannot be read.
        """
        with suppress(FileNotFoundError), self._opened() as (_, trash):
            found = []
            for name in _names(trash):
                # One that another viewer has just removed is passed over.
                with suppress(FileNotFoundError), open_below(trash, name) as entry:
                    found.append(self._entry(name, entry))
            return sorted(found, key=lambda entry: (entry.trashed_at, entry.id), reverse=True)
        return []

    def _entry(self, name: str, entry: int) -> TrashEntry:
        size = size_of(_CONTENT, entry)
        record = None
        with suppress(JsonFileError):
            record = read_trash_record(entry)
        if record is None:
            return TrashEntry(name, "", 0.0, size)
        return TrashEntry(name, run_name(self._prefix, record.run), record.trashed_at, size)

    def holds(self, entry: str) -> bool:
        """Whether there is such an entry."""
        with suppress(OSError, Refusal), self._opened() as (_, trash):
            return entry in _names(trash)
        return False

    def restore(self, entry: str) -> str:
        """Puts a run back to where it was, and returns its name. Nothing is overwritten.

        Raises:
            Refusal: There is no such entry, or something else is where the run was.
            OSError: It cannot be moved; what is not back is still in the trash.
        """
        with self._opened() as (root, trash), held(root):
            if entry not in _names(trash):
                raise Refusal("It is not in the trash any more.")
            with open_below(trash, entry) as opened:
                try:
                    record = read_trash_record(opened)
                except JsonFileError as error:
                    raise Refusal(f"Nobody knows where it belongs: {error}") from error
                if record is None:
                    raise Refusal("Nobody knows where it belongs: it has no record.")
                _put_back(record, opened, root)
            with suppress(OSError):
                _tidy(trash, root)
            return run_name(self._prefix, record.run)

    def empty(self, entries: Iterable[str] | None = None) -> tuple[int, int]:
        """Removes runs for good; all without a choice. Returns how many, and the bytes that they took.

        Raises:
            Refusal: The trash is a link.
            OSError: Something cannot be removed; the next removal tries it again.
        """
        with suppress(FileNotFoundError), self._opened() as (root, trash):
            with held(root):
                chosen = _names(trash) if entries is None else sorted({*entries} & {*_names(trash)})
                for name in chosen:
                    os.rename(name, _LEAVING + name, src_dir_fd=trash, dst_dir_fd=trash)
            # Those that an earlier removal has left, too.
            size = _erase_all([name for name in _directories(trash) if name.startswith(_LEAVING)], trash)
            with suppress(Refusal, OSError), held(root):
                _tidy(trash, root)
            return len(chosen), size.bytes
        return 0, 0

    @contextmanager
    def _opened(self) -> Iterator[tuple[int, int]]:
        with open_directory(self.logdir) as root, open_below(root, TRASH_DIRECTORY) as trash:
            yield root, trash


def _names(trash: int) -> list[str]:
    """The entries that hold something."""
    return [name for name in _directories(trash) if _ID.fullmatch(name) and is_directory(f"{name}/{_CONTENT}", trash)]


def _directories(trash: int) -> list[str]:
    return [name for name in listed(trash) if is_directory(name, trash)]


def _own_files(directory: int) -> list[str]:
    """The files that a run consists of, in the order of their names. A link to a directory is none, whatever it is
    called."""
    with os.scandir(directory) as found:
        return sorted(
            entry.name
            for entry in found
            if (MARK in entry.name or entry.name in (NOTES_FILE, RUN_FILE))
            and (entry.is_file(follow_symlinks=False) or (entry.is_symlink() and not entry.is_dir()))
        )


def _holds_any(path: str, others: Sequence[str]) -> bool:
    """Whether one of these sorted paths lies below the directory."""
    at = bisect_left(others, f"{path}/")
    return at < len(others) and others[at].startswith(f"{path}/")


@contextmanager
def _new_entry(record: TrashRecord, trash: int, root: int) -> Iterator[int]:
    """Makes an entry and opens it; where nothing comes into it, it goes again."""
    name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(record.trashed_at))}-{secrets.token_hex(4)}"
    try:
        with open_below(trash, name, make=True) as entry:
            write_trash_record(entry, record)
            sync_directory(trash)
            yield entry
            sync_directory(entry)
    except BaseException:
        with suppress(OSError):
            if exists(f"{name}/{_CONTENT}", trash):
                os.rmdir(f"{name}/{_CONTENT}", dir_fd=trash)
            _tidy(trash, root)
        raise


def _put_back(record: TrashRecord, entry: int, root: int) -> None:
    parent, _, name = record.run.rpartition("/")
    with open_below(root, parent or ".", make=True) as above:
        if record.run != "." and not exists(name, above):
            os.rename(_CONTENT, name, src_dir_fd=entry, dst_dir_fd=above)
            sync_directory(above)
            return
        if not is_directory(name, above):
            raise Refusal(f"There is a {record.run!r} again that is no directory: rename or delete it first.")
    with open_below(root, record.run) as directory, open_below(entry, _CONTENT) as content:
        if record.complete and any(map(is_event_file, listed(directory))):
            raise Refusal(f"There is a run {record.run!r} again: rename or delete it first.")
        names = listed(content)
        taken = [name for name in names if exists(name, directory) and not is_moved(name, content, directory)]
        if taken:
            raise Refusal(f"There is a {taken[0]!r} in {record.run!r} again: rename or delete it first.")
        write_trash_record(entry, record._replace(complete=False))
        # What makes it a run comes last.
        for name in sorted(names, key=is_event_file):
            move(name, content, directory)
        sync_directory(directory)
    os.rmdir(_CONTENT, dir_fd=entry)


def _erase_all(names: Iterable[str], trash: int) -> Size:
    """Removes entries; returns what their content took. One that cannot be removed does not keep the others."""
    taken, failure = Size(), None
    for name in names:
        try:
            with open_below(trash, name) as entry:
                taken = taken.plus(erase(_CONTENT, entry))
            erase(name, trash)
        except OSError as error:
            failure = error
    if failure is not None:
        raise failure
    return taken


def _tidy(trash: int, root: int) -> None:
    """Removes entries that hold nothing, which a crash has left, and the trash itself where it has none."""
    for name in _directories(trash):
        if _ID.fullmatch(name) and not exists(f"{name}/{_CONTENT}", trash):
            erase(name, trash)
    with suppress(OSError):
        os.rmdir(TRASH_DIRECTORY, dir_fd=root)
