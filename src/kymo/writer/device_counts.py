"""Values of a device, counted where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray


class DeviceCounts(NamedTuple):
    """What was counted, as `kymo._core.ValueCounts` tells it of values of the host."""

    bins: NDArray[np.int64]
    below: int
    above: int
    nan: int
    positive_infinity: int
    negative_infinity: int
    finite: int
    min: float
    max: float
    sum: float
    sum_squares: float


def device_counts(values: torch.Tensor, edges: NDArray[np.float64]) -> DeviceCounts:
    """Counts the values of a tensor between some edges, on its device; waits for the device once, for the counts.

    Args:
        values: float32 or float64 of shape (n,).
        edges: Ascending; float64 of shape (m + 1,). Each bin holds its lower edge, the last one its upper edge, too.

    Example:
        >>> import torch
        >>> counts = device_counts(torch.tensor([0.5, 1.5, 2.0, float("nan")]), np.array([0.0, 1.0, 2.0]))
        >>> counts.bins, counts.nan, counts.max
        (array([1, 2]), 1, 2.0)
    """
    import torch

    finite = torch.isfinite(values)
    edges = np.append(edges[:-1], np.nextafter(edges[-1], np.inf))
    bounds = torch.from_numpy(_least_from(edges, values)).to(values.device)
    # What is not finite is counted in a place of its own, behind all others.
    places = torch.bucketize(values, bounds, right=True).where(finite, len(edges) + 1)
    counts = torch.zeros(len(edges) + 2, dtype=torch.int64, device=values.device)
    counts.scatter_add_(0, places, torch.ones_like(places))
    wide = torch.float32 if values.device.type == "mps" else torch.float64
    known = torch.where(finite, values, 0).to(wide)
    infinity = torch.full((1,), float("inf"), dtype=values.dtype, device=values.device)
    statistics = torch.stack([
        torch.isnan(values).sum().to(wide),
        torch.isposinf(values).sum().to(wide),
        torch.isneginf(values).sum().to(wide),
        torch.cat([values.where(finite, infinity), infinity]).min().to(wide),
        torch.cat([values.where(finite, -infinity), -infinity]).max().to(wide),
        known.sum(),
        known.square().sum(),
    ])  # fmt: skip
    (*statistics_read,) = torch.cat([statistics, counts.to(wide)]).tolist()
    nan, positive, negative, low, high, total, squares = statistics_read[:7]
    tallies = np.array(statistics_read[7:]).astype(np.int64)
    count = int(tallies[:-1].sum())
    return DeviceCounts(
        tallies[1:-2],
        int(tallies[0]),
        int(tallies[-2]),
        int(nan),
        int(positive),
        int(negative),
        count,
        low if count else float("nan"),
        high if count else float("nan"),
        total,
        squares,
    )


def _least_from(edges: NDArray[np.float64], values: torch.Tensor) -> NDArray[np.floating]:
    """Of each edge, the least number of the values' type that is no less: comparing with it is comparing exactly."""
    import torch

    if values.dtype == torch.float64:
        return edges
    with np.errstate(over="ignore"):
        narrow = edges.astype(np.float32)
        return np.where(narrow < edges, np.nextafter(narrow, np.float32(np.inf)), narrow)
