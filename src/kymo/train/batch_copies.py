"""Batches that are copied to a GPU while it computes."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Any

from kymo.probe.pipeline.device_timer import DeviceTimer
from kymo.probe.pipeline.streams import CudaStreams, Event, Streams
from kymo.train.batch_device import to_device

if TYPE_CHECKING:
    import torch

_logger = logging.getLogger("kymo")
# Batches that lie on the GPU before it has come to them. The host may be many more steps ahead, and each takes memory.
_MOST_AHEAD = 8


class BatchCopies:
    """Moves each batch to a GPU on a stream beside the one that computes.

    A batch is copied when the loop asks for it, no sooner: a loader is asked for nothing that is not given out. Where
    the training does not wait for its GPU, the host is ahead of it by then: the copy goes on while the steps before are
    computed, and what is computed on the batch waits for it. Tensors in memory that is not pinned, which the host has
    to copy itself, and whatever moves itself are moved as `to_device` does.

    Args:
        device: Where to.
        streams: The streams of that device.
    """

    def __init__(self, device: torch.device | str, streams: Streams) -> None:
        self._device, self._streams = device, streams
        self._ahead: deque[Event] = deque()  # each passes when the GPU begins with a batch
        self._is_able = True

    def move(self, batch: Any, timer: DeviceTimer | None = None) -> Any:
        """The batch on the device, as `to_device` gives it.

        Args:
            batch: The batch.
            timer: Is told when copying begins and ends.
        """
        if self._is_able:
            try:
                if self._has_room():
                    return self._copied(batch, timer)
            except Exception as error:  # what is wrong with a batch, moving it in its turn says as well
                self._is_able = False
                _logger.info("Batches are no longer copied ahead: %s", error)
        return to_device(batch, self._device)

    def _has_room(self) -> bool:
        if self._streams.is_capturing():
            return False
        while self._ahead and self._ahead[0].query():
            self._ahead.popleft()
        return len(self._ahead) < _MOST_AHEAD

    def _copied(self, batch: Any, timer: DeviceTimer | None) -> Any:
        streams = self._streams
        copies: list[torch.Tensor] = []

        def move(tensor: torch.Tensor, device: torch.device | str) -> torch.Tensor:
            if not tensor.is_pinned():
                return tensor.to(device)
            if timer is not None and not copies:
                timer.start("transfer", streams.side)
            with streams.beside():
                copies.append(streams.copied(tensor))
            return copies[-1]

        moved = to_device(batch, self._device, move)
        if copies:
            if timer is not None:
                timer.stop("transfer", streams.side)
            current = streams.current()
            arrived = streams.event()
            arrived.record(streams.side)
            current.wait_event(arrived)
            for copy in copies:
                # Their memory is the side stream's, which would write a later batch over one that is still computed on.
                streams.keep(copy, current)
            begins = streams.event()
            begins.record(current)
            self._ahead.append(begins)
        return moved


def batch_copies(device: torch.device | str | None) -> BatchCopies | None:
    """What copies batches to a device while it computes; None where no device does both at once.

    Args:
        device: Where to.

    Example:
        >>> batch_copies("cpu") is None
        True
    """
    if device is None:
        return None
    import torch

    try:
        if torch.device(device).type != "cuda":
            return None
        return BatchCopies(device, CudaStreams(device))
    except Exception as error:  # moving a batch there says what is wrong
        _logger.info("Batches are not copied ahead: %s", error)
        return None
