"""Counts of tensors, on their way to the host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kymo._core import Bins
from kymo.writer.device_counts import DeviceBins, DeviceCounts, counts_of
from kymo.writer.flat_values import flat_tensor

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from kymo._core import ValueCounts

    Counts = ValueCounts | DeviceCounts


class _Sent(NamedTuple):
    """Rows of one device, one after the other."""

    lengths: list[int]
    takers: list[Callable[[NDArray[np.float64]], None]]
    host: torch.Tensor
    arrived: Any  # an event, or None where they are here


class Counter:
    """Counts tensors between fixed edges: those of the host at once, those of a device there.

    What is counted on a device is copied to pinned memory with all else of its sample, and read once it has arrived;
    nothing waits for the device.

    Args:
        edges: Ascending; float64 of shape (n + 1,).
        everywhere: Whether tensors of the host are counted as those of a device are, for tests.
    """

    def __init__(self, edges: NDArray[np.float64], *, everywhere: bool = False) -> None:
        self.edges = edges
        self._everywhere = everywhere
        self._bins = Bins(edges)
        self._on_devices: dict[tuple[Any, Any], DeviceBins] = {}
        self._rows: dict[Any, list[tuple[torch.Tensor, Callable[[NDArray[np.float64]], None]]]] = {}
        self._sent: list[_Sent] = []

    def count(self, tensor: torch.Tensor, take: Callable[[Counts], None]) -> None:
        """Counts the values of a tensor, and has the counts taken at once or when they have arrived."""
        values = flat_tensor("a tensor", tensor)
        if values.device.type == "cpu" and not self._everywhere:
            take(self._bins.count(values.numpy()))
            return
        key = values.device, values.dtype
        if key not in self._on_devices:
            self._on_devices[key] = DeviceBins(self.edges, values)
        self._add(self._on_devices[key].row(values), lambda row: take(counts_of(row.tolist())))

    def read(self, tensor: torch.Tensor, take: Callable[[NDArray[np.float64]], None]) -> None:
        """Reads a few numbers, and has them taken at once or when they have arrived."""
        values = flat_tensor("a tensor", tensor)
        if values.device.type == "cpu" and not self._everywhere:
            take(values.double().numpy())
        else:
            self._add(values, take)

    def _add(self, row: torch.Tensor, take: Callable[[NDArray[np.float64]], None]) -> None:
        self._rows.setdefault(row.device, []).append((row, take))

    def send(self) -> None:
        """Has all that was counted on devices copied to the host."""
        import torch

        rows, self._rows = self._rows, {}
        for device, of_device in rows.items():
            wide = torch.float32 if device.type == "mps" else torch.float64
            joined = torch.cat([row.to(wide) for row, _ in of_device])
            arrived: Any = None
            if device.type == "cuda":
                host = torch.empty(joined.shape, dtype=joined.dtype, pin_memory=True)
                host.copy_(joined, non_blocking=True)
                arrived = torch.cuda.Event()  # type: ignore[no-untyped-call] # torch's
                arrived.record(torch.cuda.current_stream(device))
            else:
                host = joined.cpu()
            self._sent.append(_Sent([len(row) for row, _ in of_device], [take for _, take in of_device], host, arrived))

    def arrive(self, *, wait: bool = False) -> bool:
        """Has what has arrived taken; whether nothing is on its way any more."""
        while self._sent:
            sent = self._sent[0]
            if sent.arrived is not None and not sent.arrived.query():
                if not wait:
                    return False
                sent.arrived.synchronize()
            self._sent.pop(0)
            at = 0
            numbers = sent.host.double().numpy()
            for length, take in zip(sent.lengths, sent.takers, strict=True):
                take(numbers[at : at + length])
                at += length
        return True


def added_up(counts: Sequence[Counts]) -> Counts:
    """The counts of several tensors together, between the same edges."""
    if len(counts) == 1:
        return counts[0]
    known = [each for each in counts if each.finite]
    return DeviceCounts(
        bins=np.sum([each.bins for each in counts], axis=0),
        below=sum(each.below for each in counts),
        above=sum(each.above for each in counts),
        nan=sum(each.nan for each in counts),
        positive_infinity=sum(each.positive_infinity for each in counts),
        negative_infinity=sum(each.negative_infinity for each in counts),
        finite=sum(each.finite for each in counts),
        zeros=sum(each.zeros for each in counts),
        min=min((each.min for each in known), default=float("nan")),
        max=max((each.max for each in known), default=float("nan")),
        sum=sum(each.sum for each in counts),
        sum_squares=sum(each.sum_squares for each in counts),
    )
