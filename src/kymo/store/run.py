"""One run, as its readers see it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kymo.format.notes_file import NO_NOTES, Notes
from kymo.store.names import UnknownNameError
from kymo.store.reader import RunReader
from kymo.store.series import Series
from kymo.store.status import Status, status_of
from kymo.store.texts import Text, read_texts
from kymo.store.warning import LogWarning

if TYPE_CHECKING:
    from kymo import _core
    from kymo.store.histograms import Histograms

Newest = tuple[str, int, float, float]

TEXT = "text"
HISTOGRAM = "histogram"


class Run(Mapping[str, Series]):
    """One run: a mapping of its scalar tags to their series, in the order in which the tags first appeared.

    Safe to use from many threads, also while it is read on.

    Attributes:
        name: Its directory relative to the log directory; "." for the log directory itself.
    """

    __slots__ = ("__weakref__", "_clock", "_listed", "name", "reader")

    def __init__(self, name: str, reader: RunReader, clock: Callable[[], float]) -> None:
        self.name = name
        self.reader = reader
        self._clock = clock
        self._listed: tuple[int, dict[str, None]] = (-1, {})

    def _scalars(self) -> dict[str, None]:
        log = self.reader.log
        # Read before the tags: what changes in between is then taken in the next time.
        version = log.tags_version
        listed_at, scalars = self._listed
        if version != listed_at:
            scalars = dict.fromkeys(log.scalars())
            self._listed = version, scalars
        return scalars

    def __getitem__(self, tag: str) -> Series:
        scalars = self._scalars()
        if tag not in scalars:
            raise UnknownNameError("series", tag, f"run {self.name!r}", scalars)
        return Series(self.reader.log, tag)

    def __contains__(self, tag: object) -> bool:
        return isinstance(tag, str) and tag in self._scalars()

    def __iter__(self) -> Iterator[str]:
        return iter(self._scalars())

    def __len__(self) -> int:
        return len(self._scalars())

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    @property
    def tags(self) -> "list[_core.TagInfo]":
        """All tags of every kind: `tag`, `kind`, `plugin`, `display_name`, `description`, `content`, `count`."""
        return self.reader.log.tags()

    @property
    def tags_version(self) -> int:
        """Grows whenever `tags` are others than before; what they count aside."""
        return self.reader.log.tags_version

    @property
    def path(self) -> Path:
        """Its directory."""
        return Path(self.reader.path)

    @property
    def points(self) -> int:
        """How many scalar points it has."""
        return self.reader.log.points

    @property
    def version(self) -> int:
        """Grows whenever something in the run has changed."""
        return self.reader.version

    @property
    def status(self) -> Status:
        """Whether the run goes on.

        "live": it says that it is running and has said so within the last 30 seconds; or it says nothing about itself
        (no `run.json`), and an event file has grown within them. "stale": it says that it is running, but last said so
        longer ago. "finished": it says that it has ended. "idle": it says nothing, and nothing has grown.
        """
        return status_of(self.reader.run_file, self.reader.last_growth, self._clock())

    @property
    def started(self) -> float | None:
        """Its first event's time in seconds since the epoch; without one, what `run.json` says."""
        first = self.reader.log.first_wall_time
        if first is None and self.reader.run_file is not None:
            return self.reader.run_file.started
        return first

    @property
    def last_event(self) -> float | None:
        """Its last event's time in seconds since the epoch."""
        return self.reader.log.last_wall_time

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The content of `run.json`; empty without one."""
        run_file = self.reader.run_file
        return run_file.data if run_file is not None else {}

    @property
    def notes(self) -> Notes:
        """What people have noted of it in a viewer (`notes.json`): `name`, `note`, `starred`, `archived`."""
        return self.reader.notes or NO_NOTES

    @property
    def files(self) -> "list[_core.FileInfo]":
        """Its event files: `path`, `size`, `offset` read up to, `events`, `writer`, and more."""
        return self.reader.log.files()

    @property
    def sessions(self) -> "list[_core.SessionEvent]":
        """Starts, stops and checkpoints that its writers have noted."""
        return self.reader.log.sessions()

    @property
    def warnings(self) -> list[LogWarning]:
        """What was found wrong in its files."""
        return self.reader.warnings(self.name)

    @property
    def warning_count(self) -> int:
        """How many `warnings` there are."""
        return self.reader.warning_count

    @property
    def newest(self) -> Newest | None:
        """(tag, step, wall_time, value) of the scalar logged last; None before the first."""
        return self.reader.log.newest

    def texts(self, tag: str, limit: int | None = None) -> list[Text]:
        """The texts logged under a tag, oldest first; they are read from the event files at this moment.

        Args:
            tag: A tag of kind "text".
            limit: How many of the newest to read; all without one.

        Raises:
            KeyError: The run has no text of this tag.
            ValueError: The limit is negative.
        """
        if limit is not None and limit < 0:
            raise ValueError(f"limit={limit} is negative: give how many of the newest texts to read, or None for all.")
        names = [info.tag for info in self.tags if info.kind == TEXT]
        if tag not in names:
            raise UnknownNameError("text", tag, f"run {self.name!r}", names)
        return read_texts(self.reader, tag, limit)

    def histograms(self, tag: str) -> "Histograms":
        """The histograms logged under a tag, in the order written; they are read from the event files at this moment.

        One that cannot be read is left out, and is among the `warnings`.

        Args:
            tag: A tag of kind "histogram".

        Raises:
            KeyError: The run has no histogram of this tag.

        Example:
            >>> import tempfile, kymo
            >>> with tempfile.TemporaryDirectory() as logdir:
            ...     with kymo.SummaryWriter(logdir) as writer:
            ...         writer.add_histogram("weights", [0.5, 1.5, 1.5, 2.5], 7, bins=[0.0, 1.0, 2.0, 3.0])
            ...     weights = kymo.open(logdir)["."].histograms("weights")
            >>> weights.steps, weights.left, weights.right, weights.counts
            (array([7]), array([0., 1., 2.]), array([1., 2., 3.]), array([1., 2., 1.]))
        """
        from kymo.store.known_histograms import KnownHistograms
        from kymo.store.stored_histograms import StoredHistograms

        names = [info.tag for info in self.tags if info.kind == HISTOGRAM]
        if tag not in names:
            raise UnknownNameError("histogram", tag, f"run {self.name!r}", names)
        stored = StoredHistograms.find(self.reader, tag)
        return stored.read(0, len(stored), KnownHistograms())

    def __repr__(self) -> str:
        return f"<Run {self.name!r}: {len(self)} series, {self.points} points, {self.status}>"
