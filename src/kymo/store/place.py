"""Where a run lies among the log directories."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from kymo.format.open_directory import open_directory
from kymo.store.edits.open_directory import open_below


class Place(NamedTuple):
    """A log directory and the path of a run below it; "." for the log directory itself."""

    logdir: str
    relative: str

    @classmethod
    def of(cls, directory: str, logdirs: Sequence[Path]) -> "Place":
        """The place of a run directory in the innermost log directory that it lies in.

        >>> Place.of("/runs/a/b", [Path("/runs"), Path("/runs/a")])
        Place(logdir='/runs/a', relative='b')
        >>> Place.of("/runs", [Path("/runs")])
        Place(logdir='/runs', relative='.')
        """
        inside = [str(path) for path in logdirs if directory == str(path) or directory.startswith(_below(path))]
        logdir = max(inside, key=len)
        return cls(logdir, directory[len(logdir) :].strip("/") or ".")

    @contextmanager
    def opened(self) -> Iterator[int]:
        """The run's open directory.

        Raises:
            Refusal: It is reached through a link.
            OSError: It cannot be opened.
        """
        with open_directory(self.logdir) as root, open_below(root, self.relative) as directory:
            yield directory


def _below(path: Path) -> str:
    return str(path).rstrip("/") + "/"
