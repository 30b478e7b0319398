"""Runs an app on a listening socket until it is told to stop."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from kymo.server.connection import Channel, Connection

if TYPE_CHECKING:
    from fastapi import FastAPI

_GRACE_SECONDS = 2
# The page only listens on its WebSocket.
_MAX_MESSAGE = 4096


def make_server(app: FastAPI) -> uvicorn.Server:
    """A server that says nothing of itself and waits for no connection longer than it must."""
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http=Connection,
            ws=Channel,
            lifespan="on",
            ws_max_size=_MAX_MESSAGE,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )


def _is_news(record: logging.LogRecord) -> bool:
    # Said of each WebSocket that is refused with an answer, such as a page's whose token is another's.
    return record.msg != "ASGI callable returned without completing handshake."


def run(app: FastAPI, listening: socket.socket) -> None:
    """Serves until SIGINT or SIGTERM; a second SIGINT waits for nobody."""
    with _returning_after_signals():
        make_server(app).run(sockets=[listening])


@contextmanager
def _returning_after_signals() -> Iterator[None]:
    """uvicorn shuts down in order, puts the earlier handlers back and raises the signal once more: to be stopped is how
    a server ends well, so that second signal is to end nothing."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def in_thread(app: FastAPI, listening: socket.socket, timeout: float = 30.0) -> Iterator[Callable[[], bool]]:
    """Serves from a thread for as long as the block lasts; yields what says whether it still serves."""
    server = make_server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="kymo-server", daemon=True)
    thread.start()
    try:
        yield thread.is_alive
    finally:
        server.should_exit = True
        thread.join(timeout)
