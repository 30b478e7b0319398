"""Where what was read of event files is kept between two programs."""

import os
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from kymo import __version__
from kymo._core import crc32c

# A point takes 20 bytes: this much holds some two hundred million.
MAX_BYTES = 4 << 30
MAX_AGE_SECONDS = 30 * 86400.0
# A file that is being written is renamed within moments; one that is older was left by a program that was killed.
_ABANDONED_SECONDS = 3600.0
_SUFFIX = ".kymoindex"


class IndexCache:
    """A directory of index files, one for each event file that is worth it.

    An index says which event file it is of and how that file looked, so that any of them may be deleted, damaged or
    outdated at any time: it is then made anew. Another version of kymo looks for others.

    Args:
        directory: Where; made when the first index is saved.
        max_bytes: How much all indexes may take; those unused for longest go first.
        max_age: For how many seconds an unused index stays.
        clock: The time in seconds since the epoch.
    """

    def __init__(
        self,
        directory: Path,
        *,
        max_bytes: int = MAX_BYTES,
        max_age: float = MAX_AGE_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.directory = directory
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._clock = clock
        self._prefix = f"{directory}/"

    def path_for(self, event_file: str) -> str:
        """The index file of an event file, given by its absolute path."""
        # Two event files of one key would only take each other's place, and hashlib takes long to import.
        name = os.fsencode(f"{__version__}\0{event_file}")
        return f"{self._prefix}{zlib.crc32(name):08x}{crc32c(name):08x}{_SUFFIX}"

    def prepare(self) -> None:
        """Makes the directory, which only its owner may read.

        Raises:
            OSError: It cannot be made.
        """
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def prune(self, used: Iterable[str] = ()) -> None:
        """Deletes what has not been used for long, or is too much.

        Args:
            used: Index files in use; those that exist count as used at this moment.
        """
        in_use = frozenset(used)
        at = self._clock()
        found = []
        for path, size, modified in self._files():
            if path in in_use:
                modified = at
                with suppress(FileNotFoundError):  # another kymo may prune at the same time
                    os.utime(path, (at, at))
            found.append((modified, size, path))
        left = self._max_bytes
        for modified, size, path in sorted(found, reverse=True):
            age = at - modified
            if path.endswith(_SUFFIX):
                left -= size
                old = left < 0 or age > self._max_age
            else:
                old = age > _ABANDONED_SECONDS
            if old:
                with suppress(OSError):  # one that may not be deleted must not keep the others
                    Path(path).unlink()

    def _files(self) -> Iterator[tuple[str, int, float]]:
        """Path, size and time of last use of each index, and of what was to become one."""
        try:
            with os.scandir(self.directory) as entries:
                for entry in entries:
                    if _SUFFIX in entry.name and entry.is_file(follow_symlinks=False):
                        status = entry.stat(follow_symlinks=False)
                        yield entry.path, status.st_size, status.st_mtime
        except FileNotFoundError:
            return


def index_cache(index: bool | str | Path) -> IndexCache | None:
    """The cache that was asked for: True for the user's own, False for none, or a directory.

    Raises:
        ValueError: The directory is empty text.
    """
    if index is False:
        return None
    if index is True:
        directory = _user_cache()
        return None if directory is None else IndexCache(directory / "kymo" / "index")
    if str(index) == "":
        raise ValueError("index='' is empty text: name a directory, or give True for the user's cache, False for none.")
    return IndexCache(Path(os.path.abspath(Path(index).expanduser())))  # noqa: PTH100 - Path.absolute keeps ".."


def _user_cache() -> Path | None:
    """The user's cache directory by the XDG base directory specification; None where there is no home directory."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named)
    try:
        return Path.home() / ".cache"
    except RuntimeError:
        return None
