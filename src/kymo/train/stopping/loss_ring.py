"""Losses on a device, looked at later."""

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import torch


class _Copy(NamedTuple):
    """Losses on their way to the host."""

    host: "torch.Tensor"
    arrived: "torch.cuda.Event"
    steps: list[int]


class LossRing:
    """Collects one loss a step in a buffer on their device, and reads a buffer at a time without waiting for it.

    A step costs one copy of one number within the device. A full buffer is copied to pinned memory of the host; an
    event tells when it has arrived, and only then it is read. All of it happens on the stream that is current, which
    the losses must be computed on. On devices other than CUDA and ROCm, a full buffer is waited for.

    Args:
        like: A loss, for the device and the type of number.
        size: Losses in a buffer.
    """

    def __init__(self, like: "torch.Tensor", size: int) -> None:
        import torch

        self._torch = torch
        self._asynchronous = like.device.type == "cuda"
        self._buffer = torch.empty(size, dtype=like.dtype, device=like.device)
        self._slots = list(self._buffer.unbind())  # once, not a view each step
        self._steps: list[int] = []
        self._copies: deque[_Copy] = deque()
        self._spare: list[torch.Tensor] = []

    def takes(self, loss: "torch.Tensor") -> bool:
        """Whether the loss is of the same device and type as the others."""
        return loss.device == self._buffer.device and loss.dtype == self._buffer.dtype

    def add(self, step: int, loss: "torch.Tensor") -> list[tuple[int, float]]:
        """Takes a loss of one element in; gives those, with their steps, that have arrived meanwhile."""
        number = loss.detach()
        self._slots[len(self._steps)].copy_(number.reshape(()) if number.ndim else number)
        self._steps.append(step)
        if len(self._steps) == len(self._slots):
            return self._send() + self.arrived()
        return self.arrived()

    def arrived(self, *, wait: bool = False) -> list[tuple[int, float]]:
        """The losses that have arrived; with `wait`, all that were taken in."""
        sent = self._send() if wait and self._steps else []
        found: list[tuple[int, float]] = []
        while self._copies and (wait or _is_there(self._copies[0])):
            copy = self._copies.popleft()
            if wait:
                copy.arrived.synchronize()
            found += zip(copy.steps, copy.host.tolist(), strict=False)
            self._spare.append(copy.host)
        return found + sent

    def _send(self) -> list[tuple[int, float]]:
        steps, self._steps = self._steps, []
        if not self._asynchronous:
            return list(zip(steps, self._buffer.tolist(), strict=False))
        host = self._spare.pop() if self._spare else self._pinned()
        # What comes into the buffer after this is behind it in the stream.
        host.copy_(self._buffer, non_blocking=True)
        event = self._torch.cuda.Event()  # type: ignore[no-untyped-call]
        event.record(self._torch.cuda.current_stream(self._buffer.device))
        self._copies.append(_Copy(host, event, steps))
        return []

    def _pinned(self) -> Any:
        return self._torch.empty(self._buffer.shape, dtype=self._buffer.dtype, pin_memory=True)


def _is_there(copy: _Copy) -> bool:
    return bool(copy.arrived.query())  # type: ignore[no-untyped-call]
