"""What those who make batches have counted so far, in memory that they share with whoever reads it."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing import RawArray

from kymo.probe.pipeline.duration_bins import BINS

MOST_TRANSFORMS = 24

# One maker's numbers, by their places; times are nanoseconds. Most are sums over batches that were looked at closely.
VERSION = 0  # odd while the others change
STARTED = 1  # when the maker began; 0: it has not, or counts no more
BEGAN = 2  # when it began the batch that it is making; 0: it makes none
BATCHES = 3  # all of them
BUSY = 4  # making all of them
WALL = 5
CPU = 6
WAIT_KNOWN_WALL = 7  # of those whose wait for a core is known
WAIT_KNOWN_CPU = 8
CORE_WAIT = 9
COLLATE = 10
TRANSFORM_BATCHES = 11  # of which the transforms are known
TRANSFORM = 12
READ_BATCHES = 13  # of which is known what was read
READ = 14  # bytes
READ_DISK = 15  # bytes
FAULT_BATCHES = 16  # of which the page faults are known
MAJOR_FAULTS = 17
EACH_TRANSFORM = 18
BATCH_TIMES = EACH_TRANSFORM + MOST_TRANSFORMS  # how many of all batches are in each bin
SAMPLE_TIMES = BATCH_TIMES + BINS
SIZE = SAMPLE_TIMES + BINS

_TRIES = 20


class BatchCounters:
    """A row of numbers for each maker, who alone writes it; the numbers only grow, so that their differences tell.

    Processes that are started, however they are, take it along.

    Args:
        makers: How many.
        transforms: The names of the transforms that are told apart, in the order of their numbers.

    Raises:
        OSError: There is no memory that can be shared.

    Example:
        >>> counters = BatchCounters(makers=2)
        >>> counters.row(1)[BATCHES] += 3
        >>> [row[BATCHES] for row in counters.read()]
        [0, 3]
    """

    def __init__(self, makers: int, transforms: Sequence[str] = ()) -> None:
        self.makers = makers
        self.transforms = tuple(transforms[:MOST_TRANSFORMS])
        self._memory = RawArray("q", makers * SIZE)

    def row(self, maker: int) -> memoryview:
        """One maker's row, for it to write."""
        return memoryview(self._memory).cast("B").cast("q")[maker * SIZE : (maker + 1) * SIZE]

    def read(self) -> list[list[int]]:
        """All rows as they are now, each between two changes."""
        return [_between_changes(self.row(maker)) for maker in range(self.makers)]


def _between_changes(row: memoryview) -> list[int]:
    found = row.tolist()
    for _ in range(_TRIES):  # a maker may have been killed in the middle of a change
        if not found[VERSION] % 2 and row[VERSION] == found[VERSION]:
            break
        found = row.tolist()
    return found
