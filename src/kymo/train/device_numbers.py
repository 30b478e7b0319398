"""Numbers on a device, read later: nothing waits for the device."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from kymo.probe.pipeline.streams import CudaStreams, Event, Streams

if TYPE_CHECKING:
    import torch

Key = TypeVar("Key")


class _Buffer(NamedTuple):
    """Memory of the device, a view of each of its numbers, and memory of the host that it is copied to."""

    device: torch.Tensor
    slots: tuple[torch.Tensor, ...]
    host: torch.Tensor


class _Copy(NamedTuple):
    """Numbers on their way to the host."""

    buffer: _Buffer
    arrived: Event
    keys: list[Any]


class DeviceNumbers(Generic[Key]):
    """Collects numbers in a buffer on their device, and reads a buffer at a time.

    One number costs one copy within the device. A buffer is copied to pinned memory of the host on a stream beside the
    one that computes, behind the numbers in it; meanwhile another one is filled. An event tells when it has arrived,
    and only then it is read, and may be filled again. On devices other than CUDA's and ROCm's, a buffer is waited for.

    Args:
        like: A number, for the device and the dtype.
        size: Numbers in a buffer; a full one is sent.
        streams: The streams of the device; those of torch, if none are given.
    """

    def __init__(self, like: torch.Tensor, size: int = 64, streams: Streams | None = None) -> None:
        self._device, self._dtype, self._size = like.device, like.dtype, size
        self._streams = CudaStreams(like.device) if streams is None and like.device.type == "cuda" else streams
        self._stream: Any = None  # that the numbers of the buffer are computed on
        self._buffer: _Buffer | None = None
        self._keys: list[Key] = []
        self._copies: deque[_Copy] = deque()
        self._known: list[tuple[Key, float]] = []
        self._spare: list[_Buffer] = []

    def takes(self, value: torch.Tensor) -> bool:
        """Whether a number is of the same device and dtype."""
        return value.device == self._device and value.dtype == self._dtype

    def add(self, key: Key, value: torch.Tensor) -> None:
        """Takes in a tensor of one element; the caller's stream is the one that it is computed on."""
        if self._streams is not None:
            stream = self._streams.current()
            if stream != self._stream:
                self.send()  # an event of one stream says nothing of what is computed on another
                self._stream = stream
        if self._buffer is None:
            self._buffer = self._spare.pop() if self._spare else self._made()
        number = value.detach()
        self._buffer.slots[len(self._keys)].copy_(number.reshape(()) if number.ndim else number)
        self._keys.append(key)
        if len(self._keys) == self._size:
            self.send()

    def send(self) -> None:
        """Has what is collected so far copied to the host."""
        if self._buffer is None or not self._keys:
            return
        buffer, keys = self._buffer, self._keys
        if self._streams is None:
            self._keys = []
            self._known += zip(keys, buffer.device.tolist(), strict=False)
            return
        computed, arrived = self._streams.event(), self._streams.event()
        computed.record(self._stream)
        self._streams.side.wait_event(computed)
        with self._streams.beside():
            buffer.host.copy_(buffer.device, non_blocking=True)
        arrived.record(self._streams.side)
        self._buffer, self._keys = None, []
        self._copies.append(_Copy(buffer, arrived, keys))

    def arrived(self) -> list[tuple[Key, float]]:
        """What has arrived since it was last asked, in the order in which it was taken in."""
        return self._read(wait=False)

    def settle(self) -> list[tuple[Key, float]]:
        """All that was taken in and not yet read: waits for it."""
        self.send()
        return self._read(wait=True)

    def is_capturing(self) -> bool:
        """Whether what this thread asks of the device is captured into a graph, and not done: there is no number."""
        return self._streams is not None and self._streams.is_capturing()

    def _read(self, *, wait: bool) -> list[tuple[Key, float]]:
        found, self._known = self._known, []
        while self._copies and (wait or self._copies[0].arrived.query()):
            copy = self._copies.popleft()
            copy.arrived.synchronize()
            found += zip(copy.keys, copy.buffer.host.tolist(), strict=False)
            self._spare.append(copy.buffer)
        return found

    def _made(self) -> _Buffer:
        import torch

        numbers = torch.empty(self._size, dtype=self._dtype, device=self._device)
        host = numbers if self._streams is None else self._streams.pinned(numbers)
        return _Buffer(numbers, numbers.unbind(), host)  # views made once, not one each time
