"""Values of a device, counted where they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

_FIGURES = 8
_LOW, _HIGH = 4, 5  # where among them the least and the greatest value are
_PART = 1 << 22  # values that are counted at once: counting takes some eleven times their memory


class DeviceCounts(NamedTuple):
    """What was counted, as `kymo._core.ValueCounts` tells it of values of the host."""

    bins: NDArray[np.int64]
    below: int
    above: int
    nan: int
    positive_infinity: int
    negative_infinity: int
    finite: int
    zeros: int
    min: float
    max: float
    sum: float
    sum_squares: float


class DeviceBins:
    """Bins on a device: what they count stays there until somebody reads it.

    Args:
        edges: Ascending; float64 of shape (m + 1,). Each bin holds its lower edge, the last one its upper edge, too.
        like: A tensor of float32 or float64, for the device and the dtype.

    Example:
        >>> import torch
        >>> values = torch.tensor([0.5, 1.5, 2.0, float("nan")])
        >>> bins = DeviceBins(np.array([0.0, 1.0, 2.0]), values)
        >>> counts = counts_of(bins.row(values).tolist())
        >>> counts.bins, counts.nan, counts.max
        (array([1, 2]), 1, 2.0)
    """

    def __init__(self, edges: NDArray[np.float64], like: torch.Tensor) -> None:
        import torch

        edges = np.append(edges[:-1], np.nextafter(edges[-1], np.inf))
        bounds = torch.from_numpy(_least_from(edges, like))
        if like.device.type == "cuda":
            bounds = bounds.pin_memory()  # which is copied without being waited for
        self._bounds = bounds.to(like.device, non_blocking=True)
        self._infinity = torch.full((1,), float("inf"), dtype=like.dtype, device=like.device)
        # Devices of Apple know no float64.
        self._wide = torch.float32 if like.device.type == "mps" else torch.float64

    def row(self, values: torch.Tensor) -> torch.Tensor:
        """Counts the values of a tensor of shape (n,); nothing waits for the device. See `counts_of`."""
        import torch

        parts = [self._part(part) for part in torch.split(values, _PART)]
        if len(parts) == 1:
            return parts[0]
        rows = torch.stack(parts)
        row = rows.sum(0)
        row[_LOW], row[_HIGH] = rows[:, _LOW].min(), rows[:, _HIGH].max()
        return row

    def _part(self, values: torch.Tensor) -> torch.Tensor:
        import torch

        bounds, infinity = self._bounds, self._infinity
        finite = torch.isfinite(values)
        # What is not finite is counted in a place of its own, behind all others.
        places = torch.bucketize(values, bounds, right=True).where(finite, len(bounds) + 1)
        counts = torch.zeros(len(bounds) + 2, dtype=torch.int64, device=values.device)
        counts.scatter_add_(0, places, torch.ones_like(places))
        known = values.where(finite, 0).to(self._wide)
        figures = (
            torch.isnan(values).sum(),
            torch.isposinf(values).sum(),
            torch.isneginf(values).sum(),
            (values == 0).sum(),
            torch.cat([values.where(finite, infinity), infinity]).min(),
            torch.cat([values.where(finite, -infinity), -infinity]).max(),
            known.sum(),
            known.square().sum(),
        )
        told = torch.stack([figure.to(self._wide) for figure in figures])
        return torch.cat([told, counts.to(self._wide)])


def counts_of(row: Sequence[float]) -> DeviceCounts:
    """What a row of `DeviceBins` tells, once it was read."""
    nan, positive, negative, zeros, low, high, total, squares = row[:_FIGURES]
    tallies = np.array(row[_FIGURES:]).astype(np.int64)
    count = int(tallies[:-1].sum())
    return DeviceCounts(
        tallies[1:-2],
        int(tallies[0]),
        int(tallies[-2]),
        int(nan),
        int(positive),
        int(negative),
        count,
        int(zeros),
        low if count else float("nan"),
        high if count else float("nan"),
        total,
        squares,
    )


def device_counts(values: torch.Tensor, edges: NDArray[np.float64]) -> DeviceCounts:
    """Counts the values of a tensor between some edges, on its device; waits for the device once, for the counts.

    Args:
        values: float32 or float64 of shape (n,).
        edges: As `DeviceBins` takes them.
    """
    return counts_of(DeviceBins(edges, values).row(values).tolist())


def device_extent(values: torch.Tensor) -> NDArray[np.float64]:
    """The least finite value of a tensor of shape (n,) and the greatest; waits for the device.

    Returns:
        float64 of shape (2,), or of shape (0,) where no value is finite.
    """
    import torch

    infinity = torch.full((1,), float("inf"), dtype=values.dtype, device=values.device)
    parts = torch.split(values, _PART)
    lows = [torch.cat([part.where(part.isfinite(), infinity), infinity]).min() for part in parts]
    highs = [torch.cat([part.where(part.isfinite(), -infinity), -infinity]).max() for part in parts]
    low, high = torch.stack([torch.stack(lows).min(), torch.stack(highs).max()]).tolist()
    return np.array([low, high] if low <= high else [], np.float64)


def _least_from(edges: NDArray[np.float64], like: torch.Tensor) -> NDArray[np.floating]:
    """Of each edge, the least number of the tensor's type that is no less: comparing with it is comparing exactly."""
    import torch

    if like.dtype == torch.float64:
        return edges
    with np.errstate(over="ignore"):
        narrow = edges.astype(np.float32)
        return np.where(narrow < edges, np.nextafter(narrow, np.float32(np.inf)), narrow)
