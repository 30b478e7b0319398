"""The live channel: tells every open page what has changed, and how little it may cost to tell a page that is slow."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection

from starlette.websockets import WebSocket, WebSocketDisconnect

from kymo.server.models import Changed, Hello

# A page redraws no faster than this, so messages that arrive faster would only cost.
MIN_INTERVAL = 0.03
SEND_TIMEOUT = 10.0
MAX_CLIENTS = 256
# Beyond so many names it is cheaper to ask for everything.
MAX_NAMES = 1000


class Client:
    """What one page has not been told yet: a set of names, however long the page does not listen."""

    def __init__(self) -> None:
        self._names: set[str] | None = set()
        self._due = asyncio.Event()

    def merge(self, runs: Collection[str] | None) -> None:
        if runs is None or self._names is None or len(self._names) + len(runs) > MAX_NAMES:
            self._names = None
        else:
            self._names.update(runs)
        self._due.set()

    async def take(self) -> list[str] | None:
        """Waits until there is something to tell, and takes all of it; None stands for everything."""
        await self._due.wait()
        names, self._names = self._names, set()
        self._due.clear()
        return None if names is None else sorted(names)


class Hub:
    """Passes changes from the thread that reads logs to the clients of one event loop."""

    def __init__(self) -> None:
        self._clients: set[Client] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told: tuple[tuple[int, list[str] | None], str] | None = None
        self.version = 0

    def open(self) -> None:
        """Called in the event loop that serves the clients."""
        self._loop = asyncio.get_running_loop()

    def close(self) -> None:
        self._loop = None

    @property
    def clients(self) -> int:
        return len(self._clients)

    def publish(self, version: int, runs: Collection[str] | None) -> None:
        """Tells every client, from any thread; `runs` is None when the list of runs itself changed."""
        loop = self._loop
        if loop is not None:
            # The loop may close between the two lines.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._merge, version, runs)

    def _merge(self, version: int, runs: Collection[str] | None) -> None:
        self.version = max(self.version, version)
        for client in self._clients:
            client.merge(runs)

    async def serve(self, socket: WebSocket, greeting: Callable[[], Hello]) -> None:
        """Greets one client and talks to it until it leaves, or until it has not taken a message for too long."""
        if len(self._clients) >= MAX_CLIENTS:
            await socket.close(1013, f"{MAX_CLIENTS} pages are open already: close some.")
            return
        await socket.accept()
        client = Client()
        # Before the greeting, so that what changes in between is not lost.
        self._clients.add(client)
        talking = asyncio.create_task(self._talk(socket, client, greeting))
        listening = asyncio.create_task(_listen(socket))
        try:
            await asyncio.wait((talking, listening), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._clients.discard(client)
            for task in (talking, listening):
                task.cancel()
            await asyncio.gather(talking, listening, return_exceptions=True)

    async def _talk(self, socket: WebSocket, client: Client, greeting: Callable[[], Hello]) -> None:
        await _send(socket, greeting().model_dump_json())
        while True:
            await _send(socket, self._text(await client.take()))
            await asyncio.sleep(MIN_INTERVAL)

    def _text(self, runs: list[str] | None) -> str:
        """The message; most pages are told the same, which is put into words once."""
        key = (self.version, runs)
        if self._told is None or self._told[0] != key:
            self._told = key, Changed(type="changed", version=self.version, runs=runs).model_dump_json()
        return self._told[1]


async def _send(socket: WebSocket, text: str) -> None:
    async with asyncio.timeout(SEND_TIMEOUT):
        await socket.send_text(text)


async def _listen(socket: WebSocket) -> None:
    """The page has nothing to say: whatever comes is dropped, and the end of it is noticed."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
