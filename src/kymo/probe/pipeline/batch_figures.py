"""From what the makers of batches have counted to numbers for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import add, sub

from kymo.probe.pipeline import batch_counters as places
from kymo.probe.pipeline.batch_counters import BatchCounters
from kymo.probe.pipeline.duration_bins import quantile
from kymo.probe.series import pipeline_tag

_MILLISECOND = 1_000_000
_SECOND = 1_000_000_000


class BatchFigures:
    """What was done between two looks, by the makers of one loop or, added up, of several.

    Attributes:
        grown: What each counter has grown by, of all makers together.
        transforms: What each transform took, in nanoseconds, by its name.
        busy: Nanoseconds that makers were at it; the batches that they are making count, too.
        present: Nanoseconds that makers were there.

    Example:
        >>> figures = BatchFigures()
        >>> figures.grown[places.WALL], figures.grown[places.COLLATE] = 10_000_000, 4_000_000
        >>> figures.by_series(seconds=1.0)["pipeline/batch_collate"]
        40.0
    """

    def __init__(self) -> None:
        self.grown = [0] * places.SIZE
        self.transforms: dict[str, int] = {}
        self.busy = self.present = 0

    def add(self, counts: LoopCounts, now: int) -> None:
        """Adds what a loop's makers have done since they were looked at last.

        Args:
            counts: The loop's.
            now: Nanoseconds of `time.perf_counter_ns`.
        """
        for before, row, last, until in counts.take(now):
            if not row[places.STARTED] or until <= last:
                continue
            grown = list(map(sub, row, before))
            self.grown = list(map(add, self.grown, grown))
            self.busy += _busy(row, until) - _busy(before, last)
            self.present += max(0, until - max(last, row[places.STARTED]))
            for name, took in zip(counts.transforms, grown[places.EACH_TRANSFORM : places.BATCH_TIMES], strict=False):
                self.transforms[name] = self.transforms.get(name, 0) + took

    def by_series(self, seconds: float) -> dict[str, float]:
        """Numbers by their series; those that are not known are left out.

        Args:
            seconds: How long ago the look before was.
        """
        return {pipeline_tag(name): value for name, value in self._by_name(seconds)}

    def _by_name(self, seconds: float) -> Iterator[tuple[str, float]]:
        grown = self.grown
        if self.present:
            yield "makers_busy", min(100.0, max(0.0, 100 * self.busy / self.present))
        if grown[places.BATCHES]:
            yield "batch_rate", grown[places.BATCHES] / seconds
        batch_times, sample_times = grown[places.BATCH_TIMES : places.SAMPLE_TIMES], grown[places.SAMPLE_TIMES :]
        yield from _spread("batch_time", batch_times, {"p50": 0.5, "p95": 0.95, "p99": 0.99})
        yield from _spread("sample_time", sample_times, {"p50": 0.5, "p99": 0.99})
        if grown[places.WALL]:
            yield from self._use()
            yield from self._parts()
        if batches := grown[places.READ_BATCHES]:
            yield "batch_read", grown[places.READ] / batches
            yield "batch_read_disk", grown[places.READ_DISK] / batches
        if batches := grown[places.FAULT_BATCHES]:
            yield "batch_major_faults", grown[places.MAJOR_FAULTS] / batches

    def _use(self) -> Iterator[tuple[str, float]]:
        grown = self.grown
        wall, cpu, waited = grown[places.WAIT_KNOWN_WALL], grown[places.WAIT_KNOWN_CPU], grown[places.CORE_WAIT]
        if not wall:
            yield "batch_cpu", min(100.0, 100 * grown[places.CPU] / grown[places.WALL])
            return
        whole = max(wall, cpu + waited)
        yield "batch_cpu", 100 * cpu / whole
        yield "batch_core_wait", 100 * waited / whole
        yield "batch_blocked", 100 * (whole - cpu - waited) / whole

    def _parts(self) -> Iterator[tuple[str, float]]:
        grown = self.grown
        transform, collate = grown[places.TRANSFORM], grown[places.COLLATE]
        # A dataset's threads may transform several samples at once.
        whole = max(grown[places.WALL], transform + collate)
        yield "batch_fetch", 100 * (whole - transform - collate) / whole
        yield "batch_collate", 100 * collate / whole
        if grown[places.TRANSFORM_BATCHES]:
            yield "batch_transform", 100 * transform / whole
            for name, took in self.transforms.items():
                yield f"transform/{name}", 100 * took / whole


class LoopCounts:
    """The counters of those who make the batches of one loop, since each look at them.

    Args:
        counters: The counters; all that they have counted so far was before the loop.
        began: When the loop began, in nanoseconds of `time.perf_counter_ns`.

    Attributes:
        transforms: The names of the transforms that are told apart.
        left: When the loop was left; None while it goes on.
    """

    def __init__(self, counters: BatchCounters, began: int) -> None:
        self.transforms = counters.transforms
        self.left: int | None = None
        self._counters = counters
        self._last = began
        self._before = counters.read()

    def take(self, now: int) -> Iterable[tuple[list[int], list[int], int, int]]:
        """Of each maker: its row at the look before, and at this one; when both were."""
        last, before = self._last, self._before
        self._last = until = now if self.left is None else min(now, self.left)
        self._before = self._counters.read()
        return [(old, row, last, until) for old, row in zip(before, self._before, strict=True)]


def _spread(name: str, counts: list[int], shares: dict[str, float]) -> Iterator[tuple[str, float]]:
    if any(counts):
        for key, share in shares.items():
            yield f"{name}_{key}", quantile(counts, share) / _MILLISECOND


def _busy(row: list[int], now: int) -> int:
    return row[places.BUSY] + (max(0, now - row[places.BEGAN]) if row[places.BEGAN] else 0)
