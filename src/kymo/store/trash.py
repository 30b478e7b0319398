"""The trash of a log directory: runs that were deleted, until they are put back or removed for good.

An entry is a directory `.kymo-trash/<id>` with a record and what was moved. The record comes first and goes last, so
that at every instant each file is either where the run was or in an entry that says where it belongs.
"""

import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from kymo.format.event_files import MARK, is_event_file
from kymo.format.json_file import JsonFileError
from kymo.format.notes_file import NOTES_FILE
from kymo.format.run_file import RUN_FILE, read_run_file
from kymo.format.trash_record import RECORD_FILE, TRASH_DIRECTORY, TrashRecord, read_trash_record, write_trash_record
from kymo.store.names import run_name
from kymo.store.open_directory import held, listed, open_below, open_directory
from kymo.store.place import Place
from kymo.store.refusal import Refusal
from kymo.store.run import Run
from kymo.store.status import ALIVE_SECONDS, status_of
from kymo.store.tree import Size, erase, is_shared, size_of

_CONTENT = "content"
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
# An entry whose removal has begun: it can be no entry any more, whatever becomes of the removal.
_LEAVING = "leaving-"


class TrashEntry(NamedTuple):
    """A run in the trash.

    Attributes:
        id: What it is known by.
        run: The run's name.
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

    def put(self, run: Run, stay: Iterable[str] = ()) -> None:
        """Moves a run into the trash: its directory, or only its own files where other things lie in there.

        Args:
            run: A run of this log directory.
            stay: Paths of directories that must not move: other runs, log directories.

        Raises:
            Refusal: It goes on, or is no run any more, or is reached through a link.
            OSError: It cannot be moved; everything is where it was.
        """
        path = str(run.path)
        relative = Place.of(path, [Path(self.logdir)]).relative
        shared = relative == "." or any(other == path or other.startswith(f"{path}/") for other in stay)
        with open_directory(self.logdir) as root, held(root), open_below(root, relative) as directory:
            files = _own_files(directory)
            self._refuse_live(run, files, directory)
            whole = not shared and not is_shared(directory)
            record = TrashRecord(relative, self._clock(), whole)
            with self._opened(root, make=True) as trash, _new_entry(record, trash) as content:
                if whole:
                    parent, _, name = relative.rpartition("/")
                    with open_below(root, parent or ".") as above:
                        os.rename(name, content, src_dir_fd=above, dst_dir_fd=trash)
                        os.fsync(above)
                else:
                    os.mkdir(content, dir_fd=trash)
                    with open_below(trash, content) as inside:
                        _move(files, directory, inside)

    def _refuse_live(self, run: Run, files: list[str], directory: int) -> None:
        grown = [os.stat(file, dir_fd=directory).st_mtime for file in files if is_event_file(file)]
        if not grown:
            raise Refusal("It has no event files any more.")
        try:
            said = read_run_file(run.path)
        except JsonFileError:
            said = None
        if status_of(said, max(grown), self._clock()) == "live":
            raise Refusal(f"It is live: stop it, or wait until nothing has grown for {ALIVE_SECONDS:g} s.")

    def entries(self) -> list[TrashEntry]:
        """What is in the trash, the newest first.

        Raises:
            Refusal: The trash is a link.
            OSError: It cannot be read.
        """
        with suppress(FileNotFoundError), open_directory(self.logdir) as root, self._opened(root) as trash:
            found = [self._entry(name, trash) for name in _names(trash)]
            return sorted(found, key=lambda entry: entry.id, reverse=True)
        return []

    def _entry(self, name: str, trash: int) -> TrashEntry:
        try:
            record = read_trash_record(name, trash)
        except JsonFileError:
            record = None
        run = "" if record is None else run_name(self._prefix, record.run)
        return TrashEntry(name, run, 0.0 if record is None else record.trashed_at, size_of(f"{name}/{_CONTENT}", trash))

    def holds(self, entry: str) -> bool:
        """Whether there is such an entry."""
        with suppress(OSError, Refusal), open_directory(self.logdir) as root, self._opened(root) as trash:
            return entry in _names(trash)
        return False

    def restore(self, entry: str) -> str:
        """Puts a run back to where it was, and returns its name. Nothing is overwritten.

        Raises:
            Refusal: There is no such entry, or something else is where the run was.
            OSError: It cannot be moved.
        """
        with open_directory(self.logdir) as root, held(root), self._opened(root) as trash:
            if entry not in _names(trash):
                raise Refusal("It is not in the trash any more.")
            try:
                record = read_trash_record(entry, trash)
            except JsonFileError as error:
                raise Refusal(f"It cannot be put back: {error}") from error
            if record is None:
                raise Refusal(f"It cannot be put back: {RECORD_FILE} is missing.")
            self._put_back(entry, record, root, trash)
            _drop(entry, trash)
            _tidy(trash, root)
            return run_name(self._prefix, record.run)

    def _put_back(self, entry: str, record: TrashRecord, root: int, trash: int) -> None:
        parent, _, name = record.run.rpartition("/")
        with open_below(root, parent or ".", make=True) as above:
            if record.run != "." and not _exists(name, above):
                os.rename(f"{entry}/{_CONTENT}", name, src_dir_fd=trash, dst_dir_fd=above)
                os.fsync(above)
                return
        if record.whole:
            raise Refusal(f"There is a {record.run!r} again: rename or delete it first.")
        with open_below(root, record.run) as directory, open_below(trash, f"{entry}/{_CONTENT}") as content:
            files = listed(content)
            for file in files:
                if _exists(file, directory) and not _same(file, content, directory):
                    raise Refusal(f"There is a {file!r} in {record.run!r} again: rename or delete it first.")
            for file in files:
                _move_new(file, content, directory)
            os.fsync(directory)
        os.rmdir(f"{entry}/{_CONTENT}", dir_fd=trash)

    def empty(self, entries: Iterable[str] | None = None) -> tuple[int, int]:
        """Removes runs for good; all without a choice. Returns how many, and the bytes that they took.

        Raises:
            Refusal: The trash is a link.
            OSError: Something cannot be removed.
        """
        try:
            with open_directory(self.logdir) as root, self._opened(root) as trash:
                with held(root):
                    chosen = _names(trash) if entries is None else sorted({*entries} & {*_names(trash)})
                    for name in chosen:
                        os.rename(name, _LEAVING + name, src_dir_fd=trash, dst_dir_fd=trash)
                size = Size()
                # Those that an earlier removal has left, too: they can be nothing else any more.
                for name in listed(trash):
                    if name.startswith(_LEAVING):
                        size = size.plus(_erase(name, trash))
                with held(root):
                    _tidy(trash, root)
                return len(chosen), size.bytes
        except FileNotFoundError:
            return 0, 0

    @contextmanager
    def _opened(self, root: int, *, make: bool = False) -> Iterator[int]:
        with open_below(root, TRASH_DIRECTORY, make=make) as trash:
            yield trash


@contextmanager
def _new_entry(record: TrashRecord, trash: int) -> Iterator[str]:
    """Makes an entry, and gives what its content is to be called; without content it goes again."""
    name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(record.trashed_at))}-{secrets.token_hex(4)}"
    os.mkdir(name, dir_fd=trash)
    try:
        with open_below(trash, name) as entry:
            write_trash_record(entry, record)
            os.fsync(trash)
            yield f"{name}/{_CONTENT}"
            os.fsync(entry)
    except BaseException:
        with suppress(OSError):
            os.rmdir(f"{name}/{_CONTENT}", dir_fd=trash)
        if not _exists(f"{name}/{_CONTENT}", trash):
            _drop(name, trash)
        raise


def _drop(name: str, trash: int) -> None:
    os.rename(name, _LEAVING + name, src_dir_fd=trash, dst_dir_fd=trash)
    _erase(_LEAVING + name, trash)


def _erase(name: str, trash: int) -> Size:
    """Removes an entry; returns what its content took."""
    content = f"{name}/{_CONTENT}"
    size = erase(content, trash) if _exists(content, trash) else Size()
    erase(name, trash)
    return size


def _tidy(trash: int, root: int) -> None:
    """Removes entries without content, which a crash has left, and the trash itself where it holds nothing."""
    for name in listed(trash):
        if _ID.fullmatch(name) and not _exists(f"{name}/{_CONTENT}", trash):
            _drop(name, trash)
    with suppress(OSError):
        os.rmdir(TRASH_DIRECTORY, dir_fd=root)


def _names(trash: int) -> list[str]:
    """The entries that hold something."""
    return sorted(name for name in listed(trash) if _ID.fullmatch(name) and _is_directory(f"{name}/{_CONTENT}", trash))


def _own_files(directory: int) -> list[str]:
    """The files that a run consists of, those first that make it one: links of event files are no links any more when
    they lead to directories."""
    own = []
    with os.scandir(directory) as found:
        for entry in found:
            named = MARK in entry.name or entry.name in (NOTES_FILE, RUN_FILE)
            if named and (entry.is_file(follow_symlinks=False) or (entry.is_symlink() and not entry.is_dir())):
                own.append(entry.name)
    return sorted(own)


def _move(files: list[str], source: int, target: int) -> None:
    moved: list[str] = []
    try:
        for file in files:
            os.rename(file, file, src_dir_fd=source, dst_dir_fd=target)
            moved.append(file)
    except OSError:
        for file in moved:
            _move_new(file, target, source)
        raise
    os.fsync(source)
    os.fsync(target)


def _move_new(file: str, source: int, target: int) -> None:
    """Moves a file to where none is, and overwrites nothing even if one has just appeared."""
    if not _same(file, source, target):
        try:
            os.link(file, file, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:
            # A file system without hard links.
            if _exists(file, target):
                raise FileExistsError(f"there is a {file!r} again") from None
            os.rename(file, file, src_dir_fd=source, dst_dir_fd=target)
            return
    os.unlink(file, dir_fd=source)


def _exists(path: str, dir_fd: int) -> bool:
    try:
        os.stat(path, dir_fd=dir_fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _is_directory(path: str, dir_fd: int) -> bool:
    with suppress(OSError):
        return stat.S_ISDIR(os.stat(path, dir_fd=dir_fd, follow_symlinks=False).st_mode)
    return False


def _same(file: str, one: int, other: int) -> bool:
    """Whether both directories hold the same file: a move that a crash has ended halfway."""
    with suppress(FileNotFoundError):
        return os.path.samestat(*(os.stat(file, dir_fd=fd, follow_symlinks=False) for fd in (one, other)))
    return False
