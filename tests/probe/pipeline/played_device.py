"""A GPU that tests play: streams that take time on a clock that the tests hold, and events in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from numpy.typing import NDArray
from stepped_clock import MS, Clock


class PlayedEvent:
    """Passes at a time that is known once it is recorded."""

    def __init__(self, streams: PlayedStreams, *, timed: bool) -> None:
        self.streams, self.timed = streams, timed
        self.at: int | None = None

    def record(self, stream: PlayedStream) -> None:
        assert not self.streams.capturing, "an event is recorded into a graph"
        self.at = max(stream.free_at, self.streams.clock.now)

    def query(self) -> bool:
        assert not self.streams.capturing, "an event is asked while a graph is captured"
        return self.at is None or self.at <= self.streams.clock.now

    def synchronize(self) -> None:
        assert self.at is not None
        if not self.query():
            self.streams.waits += 1
            self.streams.clock.now = self.at

    def elapsed_time(self, end_event: PlayedEvent) -> float:
        assert self.timed
        assert end_event.timed
        assert self.query()
        assert end_event.query(), "an event is read that has not passed"
        assert self.at is not None
        assert end_event.at is not None
        return (end_event.at - self.at) / MS * self.streams.pace


class PlayedStream:
    """What a device does in order."""

    def __init__(self, streams: PlayedStreams) -> None:
        self.streams = streams
        self.free_at = 0

    def works(self, milliseconds: float) -> None:
        """Is asked for some work."""
        self.free_at = max(self.free_at, self.streams.clock.now) + int(milliseconds * MS)

    def wait_event(self, event: PlayedEvent) -> None:
        assert event.at is not None
        self.free_at = max(self.free_at, event.at)


class PlayedMemory:
    """Memory of the host that a device copies to, which may be read once the copy has come."""

    def __init__(self, streams: PlayedStreams) -> None:
        self.streams = streams

    def copy_(self, source: torch.Tensor, *, non_blocking: bool) -> None:
        assert non_blocking
        stream = self.streams.current()
        stream.works(self.streams.copy_ms)
        self.streams.copies.append(stream)
        self.arrives, self.source, self.content = stream.free_at, source, source.clone()

    def tolist(self) -> list[float]:
        content: list[float] = self.numpy().tolist()
        return content

    def numpy(self) -> NDArray[Any]:
        assert self.arrives <= self.streams.clock.now, "the host reads what has not come"
        # What was not filled may be anything, NaN as well.
        assert torch.equal(self.source.nan_to_num(), self.content.nan_to_num()), (
            "the device's memory was changed while it was copied"
        )
        return self.content.numpy()


class PlayedStreams:
    """The streams of a device; see `kymo.probe.pipeline.streams.Streams`.

    Attributes:
        main: The stream that work goes to.
        side: That of copies.
        waits: How often the host has waited for the device.
        kept: Which tensors were kept for which streams.
        copy_ms: What a copy takes.
        pace: How fast its clock goes, beside the host's.
        copies: On which stream each copy went.
        made: How many events were made.
    """

    device = torch.device("cpu")

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.main = self._current = PlayedStream(self)
        self.side = PlayedStream(self)
        self.capturing = False
        self.waits = self.made = 0
        self.kept: list[tuple[torch.Tensor, PlayedStream]] = []
        self.copy_ms = 1.0
        self.pace = 1.0
        self.copies: list[PlayedStream] = []

    def current(self) -> PlayedStream:
        return self._current

    def event(self, *, timed: bool = False) -> PlayedEvent:
        self.made += 1
        return PlayedEvent(self, timed=timed)

    @contextmanager
    def on(self, stream: PlayedStream) -> Iterator[None]:
        before, self._current = self._current, stream
        yield
        self._current = before

    def beside(self):
        return self.on(self.side)

    def is_capturing(self) -> bool:
        return self.capturing

    def pinned(self, like: torch.Tensor) -> PlayedMemory:
        return PlayedMemory(self)

    def copied(self, tensor: torch.Tensor) -> torch.Tensor:
        self._current.works(self.copy_ms)
        self.copies.append(self._current)
        return tensor.clone()

    def keep(self, tensor: torch.Tensor, stream: PlayedStream) -> None:
        self.kept.append((tensor, stream))
