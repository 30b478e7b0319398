"""Connections that may not keep the server waiting: for a request that never comes whole, or to be read at last."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    # What the mixin below is mixed into.
    from asyncio import Protocol as _Protocol
else:
    _Protocol = object

# How long a request's head may take to arrive; between requests uvicorn waits for some seconds only.
HEAD_SECONDS = 30.0
# How long a peer may take nothing at all of what it was sent.
STALL_SECONDS = 10.0


class _Drained(_Protocol):
    """Gives up a peer that has stopped reading: closing in order would wait for ever until it has taken the rest."""

    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        # Nothing is written while anything waits: what is held for a peer is one piece, and a pause tells of any delay.
        transport.set_write_buffer_limits(high=0)
        super().connection_made(transport)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stop_watching()
        self._look_again(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._stop_watching()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def _look_again(self, waiting: int) -> None:
        self._watch = self.loop.call_later(STALL_SECONDS, self._check, waiting)

    def _check(self, waiting: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left < waiting:
            self._look_again(left)
        else:
            self.transport.abort()

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None


class Channel(_Drained, WebSocketsSansIOProtocol):
    """One WebSocket."""


class Connection(_Drained, H11Protocol):
    """One HTTP connection: uvicorn's own waits for the rest of a request's head for ever."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _expect(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._forget()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        # A WebSocket has its transport for itself, and its own pings.
        if self.transport.get_protocol() is self:
            self.transport.abort()
