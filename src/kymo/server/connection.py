"""One HTTP connection, which may not be kept waiting for a request that never comes whole."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

# How long a request's head may take to arrive; between requests uvicorn waits for some seconds only.
HEAD_SECONDS = 30.0


class Connection(H11Protocol):
    """uvicorn's own, which waits for the rest of a request's head for ever, and with it holds a file descriptor."""

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
