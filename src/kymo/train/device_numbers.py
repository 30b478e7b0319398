"""Numbers on a device, read later: nothing waits for the device."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    import torch

Key = TypeVar("Key")


class _Copy(NamedTuple):
    """Numbers on their way to the host."""

    host: torch.Tensor
    arrived: torch.cuda.Event
    keys: list[Any]


class DeviceNumbers(Generic[Key]):
    """Collects numbers in a buffer on their device, and reads a buffer at a time.

    One number costs one copy within the device. A buffer is copied to pinned memory of the host, on the stream that the
    numbers are computed on; an event tells when it has arrived, and only then it is read. On devices other than CUDA's
    and ROCm's, a buffer is waited for.

    Args:
        like: A number, for the device and the dtype.
        size: Numbers in a buffer; a full one is sent.
    """

    def __init__(self, like: torch.Tensor, size: int = 64) -> None:
        import torch

        self._torch = torch
        self._is_asynchronous = like.device.type == "cuda"
        self._buffer = torch.empty(size, dtype=like.dtype, device=like.device)
        self._slots = list(self._buffer.unbind())  # once, not a view each time
        self._keys: list[Key] = []
        self._copies: deque[_Copy] = deque()
        self._known: list[tuple[Key, float]] = []
        self._spare: list[torch.Tensor] = []

    def takes(self, value: torch.Tensor) -> bool:
        """Whether a number is of the same device and dtype."""
        return value.device == self._buffer.device and value.dtype == self._buffer.dtype

    def add(self, key: Key, value: torch.Tensor) -> None:
        """Takes in a tensor of one element."""
        number = value.detach()
        self._slots[len(self._keys)].copy_(number.reshape(()) if number.ndim else number)
        self._keys.append(key)
        if len(self._keys) == len(self._slots):
            self.send()

    def send(self) -> None:
        """Has what is collected so far copied to the host."""
        if not self._keys:
            return
        keys, self._keys = self._keys, []
        if not self._is_asynchronous:
            self._known += zip(keys, self._buffer.tolist(), strict=False)
            return
        host = self._spare.pop() if self._spare else self._pinned()
        # What comes into the buffer after this is behind it in the stream.
        host.copy_(self._buffer, non_blocking=True)
        event = self._torch.cuda.Event()  # type: ignore[no-untyped-call] # torch's
        event.record(self._torch.cuda.current_stream(self._buffer.device))
        self._copies.append(_Copy(host, event, keys))

    def arrived(self) -> list[tuple[Key, float]]:
        """What has arrived since it was last asked, in the order in which it was taken in."""
        return self._read(wait=False)

    def settle(self) -> list[tuple[Key, float]]:
        """All that was taken in and not yet read: waits for it."""
        self.send()
        return self._read(wait=True)

    def _read(self, *, wait: bool) -> list[tuple[Key, float]]:
        found, self._known = self._known, []
        while self._copies and (wait or self._copies[0].arrived.query()):  # type: ignore[no-untyped-call] # torch's
            copy = self._copies.popleft()
            copy.arrived.synchronize()
            found += zip(copy.keys, copy.host.tolist(), strict=False)
            self._spare.append(copy.host)
        return found

    def _pinned(self) -> torch.Tensor:
        return self._torch.empty(self._buffer.shape, dtype=self._buffer.dtype, pin_memory=True)
