"""Counts of tensors, on their way to the host."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kymo._core import Bins
from kymo.probe.pipeline.streams import CudaStreams
from kymo.writer.device_counts import DeviceBins, DeviceCounts, counts_of
from kymo.writer.flat_values import flat_tensor

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from kymo._core import ValueCounts
    from kymo.probe.pipeline.streams import Event, Streams

    Counts = ValueCounts | DeviceCounts

_MILLISECOND = 1_000_000


class _Row(NamedTuple):
    """Numbers of a device, on their way to the host.

    Attributes:
        numbers: float of shape (n,), on the device.
        take: Is given them, once they have arrived.
        stream: That they were computed on; None on a device that has none.
    """

    numbers: torch.Tensor
    take: Callable[[NDArray[np.float64]], None]
    stream: Any


class _Sent(NamedTuple):
    """Rows of one device, one after the other."""

    ticket: int
    rows: list[_Row]
    host: torch.Tensor
    arrived: Event | None  # None where they are here


class Counter:
    """Counts tensors between fixed edges: those of the host at once, those of a device there.

    What is counted on a device is copied to pinned memory with all else of its sample, and read once it has arrived;
    nothing waits for the device. While a graph is captured nothing is counted there.

    Args:
        edges: Ascending; float64 of shape (n + 1,).
        everywhere: Whether tensors of the host are counted as those of a device are, for tests.
        streams: Gives the streams of a device; None for one that has none.
    """

    def __init__(
        self,
        edges: NDArray[np.float64],
        *,
        everywhere: bool = False,
        streams: Callable[[torch.device], Streams | None] | None = None,
    ) -> None:
        self.edges = edges
        self._everywhere = everywhere
        self._make_streams = streams or _streams_of
        self._bins = Bins(edges)
        self._on_devices: dict[tuple[Any, Any], DeviceBins] = {}
        self._streams: dict[torch.device, Streams | None] = {}
        self._rows: defaultdict[torch.device, list[_Row]] = defaultdict(list)
        self._sent: deque[_Sent] = deque()
        self._tickets = 0
        self._intervals: deque[tuple[Event, Event]] = deque()  # in which devices count

    def use(self, device: torch.device) -> Streams | None:
        """Knows a device; returns its streams, if it has some."""
        if device not in self._streams:
            self._streams[device] = self._make_streams(device)
        return self._streams[device]

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Surrounds what devices are asked for, so that the time that they take for it is known."""
        known = [streams for streams in self._streams.values() if streams is not None and not streams.is_capturing()]
        began = [(streams.current(), streams.event(timed=True), streams.event(timed=True)) for streams in known]
        for stream, before, _ in began:
            before.record(stream)
        yield
        for stream, before, after in began:
            after.record(stream)
            self._intervals.append((before, after))

    def count(self, tensor: torch.Tensor, take: Callable[[Counts], None]) -> None:
        """Counts the values of a tensor, and has the counts taken at once or when they have arrived."""
        if self._is_here(tensor):
            take(self._bins.count(flat_tensor("a tensor", tensor).numpy()))
        else:
            self._compute(tensor, self._count_there, lambda row: take(counts_of(row.tolist())))

    def read(self, tensor: torch.Tensor, take: Callable[[NDArray[np.float64]], None]) -> None:
        """Reads a few numbers, and has them taken at once or when they have arrived."""
        if self._is_here(tensor):
            take(flat_tensor("a tensor", tensor).double().numpy())
        else:
            self._compute(tensor, lambda values: values, take)

    def _is_here(self, tensor: torch.Tensor) -> bool:
        return tensor.device.type == "cpu" and not self._everywhere

    def _count_there(self, values: torch.Tensor) -> torch.Tensor:
        key = values.device, values.dtype
        if key not in self._on_devices:
            self._on_devices[key] = DeviceBins(self.edges, values)
        return self._on_devices[key].row(values)

    def _compute(
        self,
        tensor: torch.Tensor,
        compute: Callable[[torch.Tensor], torch.Tensor],
        take: Callable[[NDArray[np.float64]], None],
    ) -> None:
        streams = self.use(tensor.device)
        if streams is not None and streams.is_capturing():
            return
        stream = None if streams is None else streams.current()
        self._rows[tensor.device].append(_Row(compute(flat_tensor("a tensor", tensor)), take, stream))

    def send(self) -> int:
        """Has all that was counted on devices copied to the host; returns a number for it, for `arrive`."""
        self._tickets += 1
        for device in list(self._rows):
            self._sent.append(self._send(self._streams[device], self._rows.pop(device)))
        return self._tickets

    def _send(self, streams: Streams | None, rows: list[_Row]) -> _Sent:
        import torch

        if streams is not None:
            current = streams.current()
            for row in rows:
                if row.stream != current:  # which knows nothing of what another one has to do first
                    counted = streams.event()
                    counted.record(row.stream)
                    current.wait_event(counted)
                    streams.keep(row.numbers, current)
        wide = torch.float32 if rows[0].numbers.device.type == "mps" else torch.float64
        joined = torch.cat([row.numbers.to(wide) for row in rows])
        if streams is None:
            return _Sent(self._tickets, rows, joined.cpu(), None)
        host, arrived = streams.pinned(joined), streams.event()
        host.copy_(joined, non_blocking=True)
        arrived.record(current)
        return _Sent(self._tickets, rows, host, arrived)

    def arrive(self, *, wait: bool = False) -> int:
        """Has what has arrived taken; returns the number of the last `send` of which all has."""
        while self._sent:
            sent = self._sent[0]
            if sent.arrived is not None and not sent.arrived.query():
                if not wait:
                    return sent.ticket - 1
                sent.arrived.synchronize()
            self._sent.popleft()
            at = 0
            numbers = sent.host.numpy()
            for row in sent.rows:
                row.take(np.asarray(numbers[at : at + len(row.numbers)], np.float64))
                at += len(row.numbers)
        return self._tickets

    def take_device_time(self) -> int:
        """What devices took for what is done since it was last asked, in nanoseconds."""
        taken = 0.0
        while self._intervals and self._intervals[0][1].query():
            before, after = self._intervals.popleft()
            taken += before.elapsed_time(after)
        return int(taken * _MILLISECOND)


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


def _streams_of(device: torch.device) -> Streams | None:
    return CudaStreams(device) if device.type == "cuda" else None
