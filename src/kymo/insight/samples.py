"""What the sensors of a run have told, sample by sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kymo.insight.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from numpy.typing import NDArray

    from kymo.store import Run

    Floats = NDArray[np.float64]

_STEPS = "pipeline/step_time_p50"
_SLOWEST = "pipeline/step_time_p99"
# What stops the steps for a while: how long it took, in milliseconds, told when it is over.
PAUSES = ("pipeline/validation", "pipeline/checkpoint", "pipeline/first_batch")
_SECONDS = 60.0  # of a window
_MOST = 20_000  # samples that are looked at, the newest
_MOST_ENDS = 120
# The first samples of a training are of caches that fill, and of code that is compiled.
_WARM_UP = 2
_ENOUGH = 3  # samples to judge by
_NEAR = 0.5  # seconds between values of one sample, at most
_LEAST = 0.01  # seconds that a sample stands for
_GAP = 2.0  # seconds without a sample in which steps went on as in the next one; longer ones, only where steps are long


class Samples:
    """Samples that were made while there were steps, and the means of any minute of them.

    A mean is weighted by the time that each sample stands for, so that a wait of seconds counts as such, however seldom
    it is; pauses are no part of that time.

    Args:
        times: When each was made, in seconds since the epoch, ascending; float64 of shape (n,).
        values: Of each series its values, NaN where a sample has none; float64 of shape (n,).
        paused: Of each pause in `PAUSES` that the run tells of, when it was over and how long it took, in seconds;
            float64 of shape (m,) each.

    Example:
        >>> times = np.arange(10.0)
        >>> samples = Samples(times, {"pipeline/data_wait": np.where(times == 9, 90.0, 0.0)}, {})
        >>> round(samples.until(9)["pipeline/data_wait"], 1)
        9.0
    """

    def __init__(self, times: Floats, values: dict[str, Floats], paused: dict[str, tuple[Floats, Floats]]) -> None:
        self.times = times
        self.values = values
        self._paused = paused
        self._weights = self._stand_for()
        # Of each series up to each sample: its values by the time that they stand for, and that time where it has some.
        every = np.array(list(values.values())).reshape(len(values), len(times))
        known = np.isfinite(every)
        self._sums = _running(np.where(known, every, 0.0) * self._weights)
        self._known = _running(known * self._weights)

    @classmethod
    def of(cls, run: Run) -> Self:
        """Those of a run; a restart has replaced what was sampled before it."""
        steps = _kept(run, _STEPS)
        times = _ascending(steps[0])[_WARM_UP:] if steps is not None else np.empty(0)
        values: dict[str, Floats] = {}
        paused = {}
        if len(times):
            for tag in run:
                if tag.startswith(("host/", "pipeline/", "device/")) and (found := _kept(run, tag)) is not None:
                    aligned = _aligned(times, *found)
                    if np.isfinite(aligned).any():
                        values[tag] = aligned
                    if tag in PAUSES:
                        within = found[0] > times[0]
                        paused[tag] = (found[0][within], found[1][within] / 1000)
        return cls(times, values, paused)

    @property
    def is_enough(self) -> bool:
        """Whether there are samples enough to judge by."""
        return len(self.times) >= _ENOUGH

    def ends(self) -> Iterator[int]:
        """The samples at which it is judged anew, from the first that has enough before it to the last."""
        count = len(self.times)
        every = max(1, (count - _ENOUGH) // _MOST_ENDS)
        yield from range(_ENOUGH - 1 + (count - _ENOUGH) % every, count, every)

    def until(self, end: int) -> Recent:
        """The minute that a sample ends.

        Args:
            end: Which sample.
        """
        start = int(np.searchsorted(self.times, self.times[end] - _SECONDS))
        sums = self._sums[:, end + 1] - self._sums[:, start]
        known = self._known[:, end + 1] - self._known[:, start]
        pairs = zip(self.values, sums.tolist(), known.tolist(), strict=True)
        means = {tag: total / weight for tag, total, weight in pairs if weight >= _LEAST / 2}
        began = float(self.times[start - 1] if start else self.times[0])
        paused = {tag: self._paused_between(tag, began, float(self.times[end])) for tag in self._paused}
        return Recent(means, paused=paused, seconds=float(self._weights[start : end + 1].sum()))

    def _stand_for(self) -> Floats:
        """How many seconds of steps each sample stands for."""
        if not len(self.times):
            return np.empty(0)
        gaps = np.diff(self.times, prepend=self.times[0])
        if len(gaps) > 1:
            gaps[0] = np.median(gaps[1:])
        for ended, took in self._paused.values():
            before = np.concatenate([[0.0], np.cumsum(took)])
            gaps -= np.diff(before[np.searchsorted(ended, self.times, side="right")], prepend=0.0)
        slowest = self.values.get(_SLOWEST, np.zeros(len(gaps)))
        longest = np.maximum(_GAP, 2 * np.nan_to_num(slowest) / 1000)
        return np.clip(gaps, _LEAST, longest)

    def _paused_between(self, tag: str, began: float, ended: float) -> list[float]:
        times, took = self._paused[tag]
        return [float(seconds) for seconds in took[(times > began) & (times <= ended)]]


def _aligned(times: Floats, found: Floats, values: Floats) -> Floats:
    """A series as one value a sample; a value that was told while there were no steps is left out."""
    aligned = np.full(len(times), np.nan)
    nearest = np.searchsorted((times[1:] + times[:-1]) / 2, found)
    near = np.abs(times[nearest] - found) <= _NEAR
    aligned[nearest[near]] = values[near]
    return aligned


def _running(values: Floats) -> Floats:
    """The sums of all before each column, and of all; float64 of shape (rows, columns + 1)."""
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


def _ascending(times: Floats) -> Floats:
    """Those since the clock was last set back, if it ever was."""
    back = np.flatnonzero(np.diff(times) <= 0)
    return times[back[-1] + 1 :] if len(back) else times


def _kept(run: Run, tag: str) -> tuple[Floats, Floats] | None:
    """When a series was sampled lately, and what it was; None where the run has no such series."""
    if tag not in run:
        return None
    series = run[tag].snapshot()
    holds = ~series.superseded[-_MOST:]
    return series.wall_times[-_MOST:][holds], series.values[-_MOST:][holds].astype(np.float64)
