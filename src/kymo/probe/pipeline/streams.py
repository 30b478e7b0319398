"""The streams of a GPU, and events in them: all that is asked of one, so that tests can play it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    import torch


class Event(Protocol):
    """A place in a stream, which has passed once all before it is done."""

    def record(self, stream: Any) -> None:
        """Puts it behind what the stream has to do so far."""

    def query(self) -> bool:
        """Whether it has passed."""

    def synchronize(self) -> None:
        """Waits for it."""

    def elapsed_time(self, end_event: Any) -> float:
        """Milliseconds from this event to another one; both have passed, and are timed."""


class Stream(Protocol):
    """What a GPU does in order."""

    def wait_event(self, event: Any) -> None:
        """Has what is asked for later wait for an event; the host goes on."""


class Streams(Protocol):
    """The streams of one GPU.

    Attributes:
        device: Which one, with its index.
        side: A stream for copies beside what is computed.
    """

    device: torch.device
    side: Stream

    def current(self) -> Stream:
        """The stream that this thread's work goes to."""

    def event(self, *, timed: bool = False) -> Event:
        """An event that nothing has recorded."""

    def beside(self) -> AbstractContextManager[Any]:
        """Has this thread's work go to the side stream meanwhile."""

    def is_capturing(self) -> bool:
        """Whether this thread's work is captured into a graph rather than done; an event must not be asked then."""

    def pinned(self, like: torch.Tensor) -> torch.Tensor:
        """A tensor of the same shape and dtype in memory of the host that a GPU copies to by itself."""

    def copied(self, tensor: torch.Tensor) -> torch.Tensor:
        """A copy of a pinned tensor on the device, which the host does not wait for."""

    def keep(self, tensor: torch.Tensor, stream: Any) -> None:
        """Has a tensor's memory not be used anew before what a stream has to do by the time that it is let go of."""


class CudaStreams:
    """Those of a GPU that torch knows; see `Streams`.

    Args:
        device: `cuda` or `cuda:N`; without an index, the present one.
    """

    def __init__(self, device: torch.device | str) -> None:
        import torch

        self._cuda = torch.cuda
        given = torch.device(device)
        self.device = torch.device("cuda", torch.cuda.current_device() if given.index is None else given.index)
        self.side: Any = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call] # torch's

    def current(self) -> Any:
        return self._cuda.current_stream(self.device)

    def event(self, *, timed: bool = False) -> Event:
        return cast("Event", self._cuda.Event(enable_timing=timed))  # type: ignore[no-untyped-call] # torch's

    def beside(self) -> AbstractContextManager[Any]:
        return cast("AbstractContextManager[Any]", self._cuda.stream(self.side))

    def is_capturing(self) -> bool:
        return bool(self._cuda.is_current_stream_capturing())

    def pinned(self, like: torch.Tensor) -> torch.Tensor:
        import torch

        return torch.empty(like.shape, dtype=like.dtype, device="cpu", pin_memory=True)

    def copied(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.to(self.device, non_blocking=True)

    def keep(self, tensor: torch.Tensor, stream: Any) -> None:
        tensor.record_stream(stream)
