"""What the sensors of a run have told lately."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.store import Run

_SECONDS = 60.0
# The first samples of a training are of caches that fill, and of code that is compiled.
_WARM_UP = 2
_ENOUGH = 3
_HOST_AND_STEPS = ("host/", "pipeline/")


class Recent:
    """The samples of the last minute in which steps were made, as their medians.

    Args:
        samples: Values by series.
        since: When the first of them was made, in seconds since the epoch.
        count: How many there are.

    Example:
        >>> recent = Recent({"pipeline/data_wait": 30.0}, since=0.0, count=9)
        >>> recent["pipeline/data_wait"], recent.get("pipeline/copy"), recent.is_enough
        (30.0, None, True)
    """

    def __init__(self, samples: Mapping[str, float], since: float | None, count: int) -> None:
        self._samples = samples
        self.since = since
        self.count = count

    @classmethod
    def of(cls, run: Run) -> Recent:
        """Those of a run; a restart has replaced what was sampled before it."""
        steps = _kept(run, "pipeline/step_time_p50")
        if steps is None or len(steps[0]) <= _WARM_UP:
            return cls({}, None, 0)
        times = steps[0][_WARM_UP:]
        times = times[times >= times[-1] - _SECONDS]
        samples = {}
        for tag in run:
            if tag.startswith(("host/", "pipeline/", "device/")) and (found := _kept(run, tag)) is not None:
                # A sample has the same time in each series; some are read only now and then.
                values = found[1][(found[0] >= times[0] - 0.5) & (found[0] <= times[-1] + 0.5)]
                values = values[np.isfinite(values)]
                if len(values):
                    samples[tag] = float(np.median(values))
        return cls(samples, float(times[0]), len(times))

    @property
    def is_enough(self) -> bool:
        """Whether there are samples enough to judge by."""
        return self.count >= _ENOUGH

    def get(self, tag: str) -> float | None:
        """The median of a series; None where it was not sampled."""
        return self._samples.get(tag)

    def __getitem__(self, tag: str) -> float:
        return self._samples[tag]

    def share(self, phase: str) -> float:
        """The share of the steps' time that a phase has, from 0 to 1."""
        return self._samples.get(f"pipeline/{phase}", 0.0) / 100

    def evidence(self, *tags: str) -> dict[str, float]:
        """Those of these series that were sampled."""
        return {tag: self._samples[tag] for tag in tags if tag in self._samples}

    def gpus(self) -> dict[str, float]:
        """How busy each GPU is, in percent: its multiprocessors where it tells, else whether it had anything to do."""
        found = {}
        for tag, value in self._samples.items():
            if tag.startswith("device/") and tag.endswith("/utilization"):
                found[tag.removesuffix("/utilization")] = value
        return found


def _kept(run: Run, tag: str) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """When a series was sampled, and what it was; None where the run has no such series."""
    if tag not in run:
        return None
    series = run[tag].snapshot()
    holds = ~series.superseded
    return series.wall_times[holds], series.values[holds].astype(np.float64)
