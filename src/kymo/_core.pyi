"""The native core of kymo: event files in and out, columns, viewports."""

from collections.abc import Sequence
from typing import Annotated, overload

import numpy
import numpy.typing
from numpy.typing import NDArray


class EventWriter:
    """
    Appends events to a file from any thread; a thread of its own writes them out.

    Each add_ method returns whether notices wait (see take_notices) or `path` changed because the process was forked.
    """

    def __init__(self, path: str, *, flush_interval: float = 0.04, flush_bytes: int = 1048576, buffer_limit: int = 67108864, patience: float = 30.0) -> None: ...

    def add_now(self, tag: object, value: object, step: object, /) -> bool | None:
        """
        A float32 in simple_value, stamped with the present time, if tag is an ASCII str, value a float and step an int64 as an int. None, and nothing is added, if one is not or the writer is closed.
        """

    def add_numbers_now(self, values: object, step: object, read: list[dict[str, float]], /) -> bool | None:
        """
        One event of the numbers of a dict, stamped with the present time, if its keys are ASCII str and its values floats or tensors of one float on the CPU; a copy that holds floats is appended to `read`. None, and nothing is added, if one is not, the dict is empty or the writer is closed.
        """

    def add_scalar(self, tag: str, value: float, step: int, wall_time: float) -> bool:
        """A float32 in simple_value."""

    def add_scalar_tensor(self, tag: str, value: float, step: int, wall_time: float) -> bool:
        """A rank-0 float32 tensor of the scalars plugin."""

    def add_scalar_double(self, tag: str, value: float, step: int, wall_time: float) -> bool:
        """A rank-0 float64 tensor of the scalars plugin."""

    def add_scalars(self, items: list[tuple[str, float]], step: int, wall_time: float) -> bool:
        """One event that holds a simple_value for each (tag, value) pair."""

    def add_summary(self, summary: bytes, step: int, wall_time: float) -> bool:
        """An encoded Summary."""

    def add_event(self, event: bytes) -> bool:
        """An encoded Event."""

    def add_session_start(self, step: int, wall_time: float) -> bool:
        """Marks what other files of the run hold from `step` on as superseded."""

    def flush(self, sync: bool = False) -> bool:
        """
        Whether all that was added is in the file; with `sync`, on the disk. Also after close.
        """

    def begin_flush(self, sync: bool = False) -> int:
        """
        The first half of flush, so that many writers can be flushed at once: asks for it.
        """

    def end_flush(self, request: int, sync: bool, patience: float) -> bool:
        """
        The second half: waits, for `patience` seconds at most, for what begin_flush or begin_finish returned.
        """

    def finish(self) -> bool:
        """
        Flushes to the disk; from then on every event is written before its call returns.
        """

    def begin_finish(self) -> int:
        """The first half of finish; the second is end_flush with `sync`."""

    def begin_close(self) -> None:
        """Begins what close waits for: many writers can be closed at once."""

    def close(self) -> bool:
        """
        Flushes to the disk and ends. Whether everything that waited was written.
        """

    def take_notices(self) -> list[str]:
        """Problems, each a sentence that was not taken before."""

    @property
    def path(self) -> str: ...

    @property
    def closed(self) -> bool: ...

    @property
    def pending_bytes(self) -> int: ...

    @property
    def dropped_records(self) -> int: ...

def crc32c(data: bytes, crc: int = 0) -> int:
    """CRC-32C of `data`, continuing from the checksum `crc`."""

def crc32c_table(data: bytes, crc: int = 0) -> int:
    """The same, by the portable implementation."""

def crc32c_implementation() -> str:
    """Which implementation crc32c uses."""

def mask_crc(crc: int) -> int:
    """The masked form in which TFRecord stores a checksum."""

class ValueCounts:
    """
    What was counted of values; all but NaN and infinities is of the finite ones.
    """

    @property
    def bins(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,), writable=False)]:
        """How many values lie in each bin."""

    @property
    def below(self) -> int:
        """Values below all bins."""

    @property
    def above(self) -> int:
        """Values above all bins."""

    @property
    def nan(self) -> int: ...

    @property
    def positive_infinity(self) -> int: ...

    @property
    def negative_infinity(self) -> int: ...

    @property
    def finite(self) -> int:
        """How many values are finite."""

    @property
    def zeros(self) -> int: ...

    @property
    def min(self) -> float:
        """NaN where no value is finite."""

    @property
    def max(self) -> float:
        """NaN where no value is finite."""

    @property
    def sum(self) -> float: ...

    @property
    def sum_squares(self) -> float: ...

class Bins:
    """
    Bins between ascending edges: each holds its lower edge, the last one its upper edge, too.
    """

    def __init__(self, edges: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None: ...

    def __len__(self) -> int: ...

    @overload
    def count(self, values: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> ValueCounts: ...

    @overload
    def count(self, values: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> ValueCounts:
        """Counts values in a single pass, without the GIL."""

class Viewport:
    """What of a series must be drawn: chosen points in order of x."""

    @property
    def x(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

    @property
    def value(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

    @property
    def smoothed(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)] | None: ...

    @property
    def wall_times(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

    @property
    def steps(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,), writable=False)]: ...

    @property
    def mark_x(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

    @property
    def mark_kind(self) -> Annotated[NDArray[numpy.uint8], dict(shape=(None,), writable=False)]: ...

    @property
    def points_in_view(self) -> int: ...

    @property
    def not_positive(self) -> int: ...

    @property
    def downsampled(self) -> bool: ...

class Buckets:
    """What a line comes to in intervals of x: one element for each."""

    @property
    def mean(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

    @property
    def low(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

    @property
    def high(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

class Places:
    """Where on x a series has finite points."""

    @property
    def x(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

    @property
    def complete(self) -> bool: ...

    @property
    def first(self) -> float | None: ...

    @property
    def last(self) -> float | None: ...

    @property
    def before(self) -> float | None: ...

    @property
    def behind(self) -> float | None: ...

class Statistics:
    """What points come to; a point is (x, step, wall_time, value)."""

    @property
    def points(self) -> int: ...

    @property
    def finite(self) -> int: ...

    @property
    def minimum(self) -> tuple[float, int, float, float] | None: ...

    @property
    def maximum(self) -> tuple[float, int, float, float] | None: ...

    @property
    def first(self) -> tuple[float, int, float, float] | None: ...

    @property
    def last(self) -> tuple[float, int, float, float] | None: ...

    @property
    def mean(self) -> float | None: ...

    @property
    def deviation(self) -> float | None: ...

class Plotter:
    """A series that grows in memory, with its plot."""

    def __init__(self) -> None: ...

    @overload
    def append(self, steps: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], wall_times: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], values: Annotated[NDArray[numpy.float32], dict(shape=(None,), order='C', device='cpu', writable=False)], superseded_mask: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None) -> None: ...

    @overload
    def append(self, steps: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)], wall_times: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], values: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], superseded_mask: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order='C', device='cpu', writable=False)] | None = None) -> None: ...

    def supersede(self, superseded_mask: Annotated[NDArray[numpy.bool_], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> None: ...

    @property
    def memory(self) -> int: ...

    def release(self) -> None: ...

    def __len__(self) -> int: ...

    def viewport(self, *, axis: str = 'step', origin: float = 0.0, mapping: Plotter | None = None, smoothing: str = 'none', amount: float = 0.0, superseded: bool = False, log_x: bool = False, low: float = float('-inf'), high: float = float('inf'), pixels: int = 1000) -> Viewport: ...

    def buckets(self, *, axis: str = 'step', origin: float = 0.0, mapping: Plotter | None = None, smoothing: str = 'none', amount: float = 0.0, superseded: bool = False, log_x: bool = False, low: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], high: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], place: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Buckets: ...

    def places(self, *, axis: str = 'step', origin: float = 0.0, mapping: Plotter | None = None, smoothing: str = 'none', amount: float = 0.0, superseded: bool = False, log_x: bool = False, low: float = float('-inf'), high: float = float('inf'), limit: int) -> Places: ...

    def statistics(self, *, axis: str = 'step', origin: float = 0.0, mapping: Plotter | None = None, smoothing: str = 'none', amount: float = 0.0, superseded: bool = False, log_x: bool = False, low: float = float('-inf'), high: float = float('inf')) -> Statistics: ...

class SeriesColumns:
    """A series at one instant: columns of one length, read-only."""

    @property
    def steps(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,), writable=False)]: ...

    @property
    def wall_times(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

    @property
    def values(self) -> numpy.typing.NDArray[numpy.float32] | numpy.typing.NDArray[numpy.float64]: ...

    @property
    def superseded(self) -> Annotated[NDArray[numpy.bool_], dict(shape=(None,), writable=False)]: ...

    def __len__(self) -> int: ...

class Series:
    """One tag's numbers over a whole run; grows as the run does."""

    @property
    def tag(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def superseded_count(self) -> int: ...

    def __len__(self) -> int: ...

    def snapshot(self) -> SeriesColumns: ...

    @property
    def steps(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,), writable=False)]: ...

    @property
    def wall_times(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

    @property
    def values(self) -> numpy.typing.NDArray[numpy.float32] | numpy.typing.NDArray[numpy.float64]: ...

    @property
    def superseded(self) -> Annotated[NDArray[numpy.bool_], dict(shape=(None,), writable=False)]: ...

    @property
    def last(self) -> tuple[int, float, float] | None:
        """The newest (step, wall_time, value) that no restart has superseded."""

    def at_steps(self, steps: Annotated[NDArray[numpy.int64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]:
        """
        What the axis "mapped" makes of each step where it goes by this series; NaN where it has no point.
        """

    def viewport(self, *, axis: str = 'step', origin: float = 0.0, mapping: Series | None = None, smoothing: str = 'none', amount: float = 0.0, superseded: bool = False, log_x: bool = False, low: float = float('-inf'), high: float = float('inf'), pixels: int = 1000) -> Viewport: ...

    def buckets(self, *, axis: str = 'step', origin: float = 0.0, mapping: Series | None = None, smoothing: str = 'none', amount: float = 0.0, superseded: bool = False, log_x: bool = False, low: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], high: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)], place: Annotated[NDArray[numpy.float64], dict(shape=(None,), order='C', device='cpu', writable=False)]) -> Buckets: ...

    def places(self, *, axis: str = 'step', origin: float = 0.0, mapping: Series | None = None, smoothing: str = 'none', amount: float = 0.0, superseded: bool = False, log_x: bool = False, low: float = float('-inf'), high: float = float('inf'), limit: int) -> Places: ...

    def statistics(self, *, axis: str = 'step', origin: float = 0.0, mapping: Series | None = None, smoothing: str = 'none', amount: float = 0.0, superseded: bool = False, log_x: bool = False, low: float = float('-inf'), high: float = float('inf')) -> Statistics: ...

class Refresh:
    """What one refresh found."""

    @property
    def tags(self) -> list[str]: ...

    @property
    def points(self) -> int: ...

    @property
    def bytes(self) -> int: ...

    @property
    def more(self) -> bool: ...

    @property
    def offset(self) -> int:
        """How many bytes of all files are read."""

    @property
    def size(self) -> int:
        """How many bytes all files have."""

    @property
    def waiting(self) -> int:
        """How many files are not read to their end."""

    @property
    def modified(self) -> int:
        """When the newest file was written to, in nanoseconds; 0 without files."""

    @property
    def index_due(self) -> bool:
        """So much was read that `save_indexes` is worth it."""

class SavedIndexes:
    """What was kept of the scans."""

    @property
    def files(self) -> int: ...

    @property
    def bytes(self) -> int: ...

    @property
    def error(self) -> str: ...

class TagInfo:
    """A tag and what its first value said about it."""

    @property
    def tag(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def plugin(self) -> str: ...

    @property
    def display_name(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def content(self) -> bytes: ...

    @property
    def count(self) -> int:
        """How many values it has by now."""

class FileInfo:
    """One event file and how far it was read."""

    @property
    def path(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def offset(self) -> int: ...

    @property
    def events(self) -> int: ...

    @property
    def damage(self) -> int:
        """How many pieces of damage were found, those not kept included."""

    @property
    def first_wall_time(self) -> float | None: ...

    @property
    def last_wall_time(self) -> float | None: ...

    @property
    def writer(self) -> str: ...

    @property
    def missing(self) -> bool: ...

class SessionEvent:
    """A session log of the run: a start, a stop or a checkpoint."""

    @property
    def status(self) -> str: ...

    @property
    def step(self) -> int: ...

    @property
    def wall_time(self) -> float: ...

    @property
    def file(self) -> int: ...

class Damage:
    """What was wrong at one place of a file."""

    @property
    def file(self) -> str: ...

    @property
    def offset(self) -> int: ...

    @property
    def rule(self) -> str: ...

    @property
    def cause(self) -> str: ...

class Payloads:
    """Where the values of a tag lie: columns of one length, read-only."""

    @property
    def steps(self) -> Annotated[NDArray[numpy.int64], dict(shape=(None,), writable=False)]: ...

    @property
    def wall_times(self) -> Annotated[NDArray[numpy.float64], dict(shape=(None,), writable=False)]: ...

    @property
    def offsets(self) -> Annotated[NDArray[numpy.uint64], dict(shape=(None,), writable=False)]: ...

    @property
    def lengths(self) -> Annotated[NDArray[numpy.uint64], dict(shape=(None,), writable=False)]: ...

    @property
    def files(self) -> Annotated[NDArray[numpy.uint32], dict(shape=(None,), writable=False)]: ...

    @property
    def superseded(self) -> Annotated[NDArray[numpy.bool_], dict(shape=(None,), writable=False)]: ...

    def __len__(self) -> int: ...

class RunLog:
    """
    All event files of one run directory: follows each and merges their tags.
    """

    def __init__(self) -> None: ...

    def set_files(self, paths: Sequence[str], indexes: Sequence[str] = ()) -> None:
        """
        The run's event files, from the next refresh on, and for each the file that its scan is kept in.
        """

    def index_due(self, ending: bool = False) -> bool:
        """Whether `save_indexes` would save anything."""

    def save_indexes(self, ending: bool = False) -> SavedIndexes:
        """
        Keeps the scans that have grown by a quarter since they were last kept, or noticeably where the log ends.
        """

    def refresh(self, byte_budget: int = 0) -> Refresh:
        """
        Reads what has grown, at most about `byte_budget` bytes of it unless that is 0.
        """

    @property
    def version(self) -> int: ...

    @property
    def tags_version(self) -> int:
        """Grows when `tags` answers other tags; their counts aside."""

    def tags(self) -> list[TagInfo]: ...

    def scalars(self) -> list[str]:
        """The tags whose values are plain numbers."""

    def info(self, tag: str) -> TagInfo | None:
        """What a tag is; None where the run has no such tag."""

    def files(self) -> list[FileInfo]: ...

    def sessions(self) -> list[SessionEvent]: ...

    def damage(self) -> list[Damage]: ...

    @property
    def first_wall_time(self) -> float | None: ...

    @property
    def last_wall_time(self) -> float | None: ...

    @property
    def points(self) -> int: ...

    @property
    def newest(self) -> tuple[str, int, float, float] | None:
        """(tag, step, wall_time, value) of the scalar that was logged last."""

    def series(self, tag: str) -> Series:
        """The live series of a tag; KeyError where the run has no such tag."""

    def payloads(self, tag: str) -> Payloads:
        """Where the values of a tag lie; KeyError where the run has no such tag."""

def outdated(logs: Sequence[RunLog]) -> list[int]:
    """
    The numbers of those that have a file which differs from what was read; costs one stat a file.
    """
