"""Finding the run directories below the log directories."""

import os
import stat
import time
from collections import deque
from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from kymo.format.event_files import is_event_file
from kymo.format.notes_file import NOTES_FILE
from kymo.format.run_file import RUN_FILE
from kymo.format.trash_record import TRASH_DIRECTORY
from kymo.store.names import prefixes, run_name
from kymo.store.warning import UNREADABLE_DIRECTORY, UNUSABLE_EVENT_FILE, LogWarning

# A directory changed twice within one tick of its file system's clock has the same modification time after both, so
# a listing is trusted only once that time has stood still for longer than the coarsest tick in use (FAT's 2 s).
_SETTLED_SECONDS = 2.5

_BESIDE = frozenset((NOTES_FILE, RUN_FILE))

Identity = tuple[int, int]
_Listings = dict[str, "_Listing"]
_name_of = attrgetter("name")


class FoundRun(NamedTuple):
    name: str
    path: str
    real_path: str
    files: tuple[str, ...]
    beside: tuple[str, ...]


class Discovery:
    """What one walk saw.

    `directories` are all directories walked, under the name they were reached by and under their real one. `anchors`
    are where a watch must be set to see everything: existing log directories and symlinked directories. Of what is
    below `unreadable` nothing is known.
    """

    def __init__(self) -> None:
        self.runs: dict[str, FoundRun] = {}
        self.directories: set[str] = set()
        self.anchors: dict[str, Identity] = {}
        self.missing: list[str] = []
        self.unreadable: list[str] = []
        self.warnings: list[LogWarning] = []


class _Listing:
    """One directory's names, sorted. There may be very many listings."""

    __slots__ = (
        "beside",
        "directories",
        "event_files",
        "first_seen",
        "found",
        "identity",
        "links",
        "listed",
        "modified",
        "odd",
    )

    def __init__(self, identity: Identity, modified: int, first_seen: float, listed: float) -> None:
        self.identity = identity
        self.modified = modified
        self.first_seen = first_seen
        self.listed = listed
        self.directories: tuple[str, ...] = ()
        self.event_files: tuple[str, ...] = ()
        self.links: tuple[str, ...] = ()
        self.odd: tuple[str, ...] = ()
        self.beside: tuple[str, ...] = ()
        # What became of it, as long as no link has a say in that.
        self.found: FoundRun | None = None

    @property
    def settled(self) -> bool:
        return self.listed - self.first_seen > _SETTLED_SECONDS


class Explorer:
    """Walks the log directories; a directory that has not changed is not listed again.

    Each directory is visited once a log directory, real directories before symbolic links, so a link back into the tree
    neither loops nor takes a run's name.
    """

    def __init__(self, logdirs: Sequence[Path], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._logdirs = logdirs
        self._monotonic = monotonic
        self._listings: dict[str, _Listings] = {}  # of each log directory, by path

    def explore(self) -> Discovery:
        found = Discovery()
        for logdir, prefix in zip(self._logdirs, prefixes(self._logdirs), strict=True):
            root = str(logdir)
            self._listings[root] = self._walk(root, prefix, self._listings.get(root, {}), found)
        return found

    def _walk(self, root: str, prefix: str, known: "_Listings", found: Discovery) -> "_Listings":
        listings: _Listings = {}
        visited: set[Identity] = set()
        real: deque[tuple[str, str]] = deque([(root, os.path.realpath(root))])
        links: deque[str] = deque()
        while real or links:
            if real:
                path, real_path = real.popleft()
                anchor = path == root
            else:
                path = links.popleft()
                real_path, anchor = os.path.realpath(path), True
            listing = self._list(path, known.get(path), found, is_root=path == root)
            if listing is None or listing.identity in visited:
                continue
            listings[path] = listing
            visited.add(listing.identity)
            found.directories.add(real_path)
            if path != real_path:
                found.directories.add(path)
            if anchor:
                found.anchors[real_path] = listing.identity
            if listing.directories:
                real.extend((_below(path, name), _below(real_path, name)) for name in listing.directories)
            same = listing.found
            if same is not None and same.real_path == real_path and same.name not in found.runs:
                found.runs[same.name] = same
                continue
            files = [_below(path, name) for name in listing.event_files]
            plain = not (listing.links or listing.odd)
            if not plain:
                files += self._resolve(path, listing, links, found)
            if files:
                wanted = run_name(prefix, path[len(root) :].strip("/") or ".")
                name = _unique(wanted, found)
                run = FoundRun(name, path, real_path, tuple(sorted(files)), listing.beside)
                found.runs[name] = run
                listing.found = run if plain and name == wanted else None
        return listings

    def _list(self, path: str, known: _Listing | None, found: Discovery, *, is_root: bool) -> _Listing | None:
        try:
            status = os.stat(path)  # noqa: PTH116 - thousands a look; a Path costs as much again
            if not stat.S_ISDIR(status.st_mode):
                if is_root:
                    self._unreadable(path, "it is a file, not a directory", found)
                return None
            return self._fresh(path, status, known)
        except FileNotFoundError:
            if is_root:
                found.missing.append(path)
            return None
        except (OSError, ValueError) as error:
            self._unreadable(path, getattr(error, "strerror", None) or str(error), found)
            return None

    def _unreadable(self, path: str, reason: str, found: Discovery) -> None:
        found.unreadable.append(path)
        cause = f"The directory cannot be read ({reason}), so runs in it are not taken in."
        found.warnings.append(LogWarning("", path, None, UNREADABLE_DIRECTORY, cause))

    def _fresh(self, path: str, status: os.stat_result, known: _Listing | None) -> _Listing:
        at = self._monotonic()
        identity, modified = (status.st_dev, status.st_ino), status.st_mtime_ns
        if known is not None and (known.identity, known.modified) == (identity, modified):
            if known.settled:
                return known
            listing = _Listing(identity, modified, known.first_seen, at)
        else:
            listing = _Listing(identity, modified, at, at)
        beside: list[str] = []
        directories: list[str] = []
        event_files: list[str] = []
        links: list[str] = []
        odd: list[str] = []
        with os.scandir(path) as entries:
            for entry in sorted(entries, key=_name_of):
                name = entry.name
                if name in _BESIDE:
                    beside.append(name)
                elif name == TRASH_DIRECTORY:
                    continue
                if entry.is_symlink():
                    links.append(name)
                elif entry.is_dir(follow_symlinks=False):
                    directories.append(name)
                elif is_event_file(name):
                    (event_files if entry.is_file(follow_symlinks=False) else odd).append(name)
        listing.directories, listing.event_files = tuple(directories), tuple(event_files)
        listing.links, listing.odd = tuple(links), tuple(odd)
        listing.beside = tuple(beside)
        return listing

    def _resolve(self, path: str, listing: _Listing, links: deque[str], found: Discovery) -> list[str]:
        """What the directory's links point to at this moment: queues directories, returns event files."""
        files = []
        for name in listing.links:
            full = _below(path, name)
            try:
                mode = Path(full).stat().st_mode
            except OSError as error:
                if is_event_file(name):
                    self._unusable(full, f"The link cannot be followed ({error.strerror}).", found)
                continue
            if stat.S_ISDIR(mode):
                links.append(full)
            elif is_event_file(name) and stat.S_ISREG(mode):
                files.append(full)
            elif is_event_file(name):
                self._unusable(full, "The link does not lead to a regular file.", found)
        for name in listing.odd:
            self._unusable(_below(path, name), "It is not a regular file.", found)
        return files

    def _unusable(self, path: str, reason: str, found: Discovery) -> None:
        found.warnings.append(LogWarning("", path, None, UNUSABLE_EVENT_FILE, f"{reason} It is left out."))


def _below(path: str, name: str) -> str:
    return f"{path}{name}" if path == "/" else f"{path}/{name}"


def _unique(name: str, found: Discovery) -> str:
    # Log directories given together can spell the same name: /p/a with a run "b", and /q/a/b itself.
    count, unique = 1, name
    while unique in found.runs:
        count += 1
        unique = f"{name} ({count})"
    return unique
