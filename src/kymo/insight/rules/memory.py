"""Memory that grows, or is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kymo.format.duration_text import duration_text
from kymo.insight.finding import Finding, Severity
from kymo.insight.recent import Recent
from kymo.insight.samples import Samples
from kymo.insight.suspicion import Suspicion

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PRESSURE = 10.0  # percent of the time in which somebody waits for memory
_SECONDS = 900.0  # of growth, at least
_PARTS = 6  # in each of which there is more than in the one before
_GROWS = 0.1  # of what there was
_LARGE = 256 * 2**20  # bytes
_SOON, _LATER = 3600.0, 24 * 3600.0


def memory_pressure(recent: Recent) -> Suspicion | None:
    """That processes wait for memory: what they need is taken from each other, or from the disk's cache.

    Args:
        recent: What was sampled.
    """
    pressure = recent.get("host/pressure_memory")
    if pressure is None:
        return None
    numbers = ("pressure_memory", "memory", "swap_used", "process_memory", "workers_memory")
    finding = Finding(
        "memory_pressure",
        "warning",
        f"Memory is short: processes wait {pressure:.0f} % of the time for it.",
        recent.evidence(*(f"host/{name}" for name in numbers)),
        0.9,
        "Fewer workers, a smaller prefetch_factor, or smaller batches.",
    )
    return Suspicion(pressure / _PRESSURE, finding)


def memory_growth(samples: Samples) -> Finding | None:
    """That the training's memory, with that of its workers, grows and grows.

    Args:
        samples: All that was sampled: a minute is too short to tell.
    """
    used = samples.values.get("host/process_memory")
    if used is None or samples.times[-1] - samples.times[0] < _SECONDS:
        return None
    workers = samples.values.get("host/workers_memory")
    together = used if workers is None else used + np.nan_to_num(workers)
    levels = np.array([np.nanmedian(part) for part in np.array_split(together, _PARTS) if np.isfinite(part).any()])
    rise = float(levels[-1] - levels[0])
    if len(levels) < _PARTS or not (np.diff(levels) > 0).all() or rise < max(_LARGE, _GROWS * levels[0]):
        return None
    half = len(levels) // 2
    if levels[-1] - levels[half] < 0.25 * rise:  # it has all but ended
        return None
    span = float(samples.times[-1] - samples.times[0])
    rate = rise / (span * (_PARTS - 1) / _PARTS)
    left = _left(samples.values.get("host/memory_used"), samples.values.get("host/memory"))
    full = None if left is None else left / rate
    severity: Severity = "notice"
    if full is not None and full < _LATER:
        severity = "critical" if full < _SOON else "warning"
    ends = "" if full is None else f"; there is none left in about {duration_text(full)}"
    return Finding(
        "memory_growth",
        severity,
        f"The training's memory grows by {rate * 3600 / 2**20:.0f} MiB an hour{ends}.",
        {"host/process_memory": float(used[np.isfinite(used)][-1])},
        0.7,
        "Keep numbers rather than tensors that hold a graph (`loss.detach()`, `loss.item()`), and no Python lists in "
        "the dataset that its workers come to copy.",
        None,
        "Compare process_memory with workers_memory: the one that grows is where to look.",
        float(samples.times[0]),
    )


def _left(used: NDArray[np.float64] | None, percent: NDArray[np.float64] | None) -> float | None:
    """The bytes of memory that are free; None where that is not known."""
    if used is None or percent is None:
        return None
    both = np.isfinite(used) & np.isfinite(percent) & (percent > 0)
    if not both.any():
        return None
    return float(used[both][-1] * (100 / percent[both][-1] - 1))
