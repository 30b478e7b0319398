"""The live channel over real sockets: what it says, how it coalesces, whom it refuses, and what a slow page costs."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from waiting import until
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from kymo.server import connection, live
from kymo.server.access import Token
from kymo.server.listen import listen
from kymo.server.serving import in_thread

SECRET = "a-token-of-some-length"


@contextmanager
def page(server: Any, **options: Any) -> Iterator[ClientConnection]:
    options = {"origin": server.url, "open_timeout": 10, "close_timeout": 10, **options}
    with connect(f"ws://127.0.0.1:{server.port}/api/live", **options) as connected:
        yield connected


def said(connection: ClientConnection) -> Any:
    return json.loads(connection.recv(timeout=10))


def open_sockets() -> int:
    def is_socket(file: Path) -> bool:
        with contextlib.suppress(OSError):
            return str(file.readlink()).startswith("socket:")
        return False

    return sum(map(is_socket, Path("/proc/self/fd").iterdir()))


def test_a_page_is_greeted_and_told(app_of: Any, served: Any, fake_logs: Any, site_of: Any) -> None:
    server = served(app_of(version="1.2.3"))
    site = site_of(server.app)
    fake_logs.version = 7
    with page(server) as first, page(server) as second:
        hello = {"type": "hello", "kymo": "1.2.3", "server_id": site.server_id, "version": 7}
        assert said(first) == said(second) == hello
        site.hub.publish(8, ["b", "a"])
        assert said(first) == said(second) == {"type": "changed", "version": 8, "runs": ["a", "b"]}
        site.hub.publish(9, None)
        assert said(first) == {"type": "changed", "version": 9, "runs": None}
        first.send("the page has nothing to say, and is not listened to")
        site.hub.publish(10, [])
        assert said(first) == {"type": "changed", "version": 10, "runs": []}


def test_many_changes_become_few_messages(app_of: Any, served: Any, site_of: Any) -> None:
    server = served(app_of())
    hub = site_of(server.app).hub
    with page(server) as connection:
        said(connection)
        for version in range(1, 2001):
            hub.publish(version, [f"run{version % 3}"])
        times, names, message = [], set(), {"version": 0}
        while message["version"] < 2000:
            message = said(connection)
            times.append(time.monotonic())
            names.update(message["runs"])
        assert names == {"run0", "run1", "run2"}
        assert len(times) < 200


def test_a_page_that_leaves_is_forgotten(app_of: Any, served: Any, site_of: Any) -> None:
    server = served(app_of())
    hub = site_of(server.app).hub
    for _ in range(20):
        with page(server) as connection:
            said(connection)
            assert hub.clients == 1
        until(lambda: hub.clients == 0)


def test_a_page_that_never_reads_is_dropped(
    app_of: Any, served: Any, site_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "SEND_TIMEOUT", 0.2)
    monkeypatch.setattr(live, "MIN_INTERVAL", 0.0)
    monkeypatch.setattr(connection, "STALL_SECONDS", 0.5)
    server = served(app_of())
    hub = site_of(server.app).hub
    # A raw socket with little room: nothing behind it takes the frames in.
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", server.port))
    with raw, page(server) as listening:
        lines = (
            "GET /api/live HTTP/1.1",
            f"Host: 127.0.0.1:{server.port}",
            f"Origin: {server.url}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "\r\n",
        )
        raw.sendall("\r\n".join(lines).encode())
        said(listening)
        until(lambda: hub.clients == 2)
        sockets = open_sockets()
        names = ["run" + "x" * 200 + str(index) for index in range(live.MAX_NAMES)]
        version = 0
        # The page that reads is served all the while.
        while hub.clients == 2:
            version += 1
            assert version < 5000
            hub.publish(version, names)
            assert said(listening)["version"] == version
        assert hub.clients == 1
        # Nor does its connection stay open until it has taken the rest.
        until(lambda: open_sockets() < sockets)


def test_what_a_client_owes_is_bounded() -> None:
    import asyncio

    async def owed() -> list[str] | None:
        client = live.Client()
        for index in range(10 * live.MAX_NAMES):
            client.merge([f"run{index}"])
        return await client.take()

    assert asyncio.run(owed()) is None


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "http://127.0.0.1:3000", "http://localhost:6006"]
)
def test_a_foreign_page_hears_nothing(app_of: Any, served: Any, site_of: Any, origin: str | None) -> None:
    server = served(app_of())
    with pytest.raises(InvalidStatus) as refused, page(server, origin=origin):
        pass
    assert refused.value.response.status_code == 403
    assert list(json.loads(refused.value.response.body)) == ["detail"]
    assert site_of(server.app).hub.clients == 0


def test_a_refused_page_is_no_failure_of_the_server(app_of: Any) -> None:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign] # all that is wanted of one
    logger = logging.getLogger("uvicorn.error")
    try:
        with listen("127.0.0.1", 0) as listener, in_thread(app_of(), listener.socket):
            logger.addHandler(handler)  # here, since uvicorn has set up logging by now
            with pytest.raises(InvalidStatus):
                connect(f"ws://{listener.authority}/api/live", origin="http://evil.example")  # type: ignore[arg-type] # any
    finally:
        logger.removeHandler(handler)
    assert [record.getMessage() for record in records if record.levelno >= logging.WARNING] == []


def test_a_page_may_listen_for_longer_than_a_request_may_take(
    app_of: Any, served: Any, site_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)
    server = served(app_of())
    with page(server) as listening:
        said(listening)
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as later:
            assert later.recv(1) == b"", "one that came later has been given up"
        site_of(server.app).hub.publish(2, ["a"])
        assert said(listening)["version"] == 2


def test_a_rebound_name_hears_nothing(app_of: Any, served: Any) -> None:
    server = served(app_of())
    with (
        socket.create_connection(("127.0.0.1", server.port)) as raw,
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://evil.example:{server.port}/api/live", sock=raw, origin=f"http://evil.example:{server.port}"),  # type: ignore[arg-type] # any origin
    ):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("authorization", [None, "Bearer wrong-token-of-some-length"])
def test_without_the_token_nothing_is_heard(app_of: Any, served: Any, authorization: str | None) -> None:
    server = served(app_of(token=Token(SECRET)))
    headers = {} if authorization is None else {"Authorization": authorization}
    with pytest.raises(InvalidStatus) as refused, page(server, additional_headers=headers):
        pass
    assert refused.value.response.status_code == 401


def test_the_token_or_its_cookie_opens_the_channel(app_of: Any, served: Any) -> None:
    server = served(app_of(token=Token(SECRET)))
    with page(server, additional_headers={"Authorization": f"Bearer {SECRET}"}) as connection:
        assert said(connection)["type"] == "hello"
    cookie = server.get(f"/?token={SECRET}").headers["set-cookie"].split(";")[0]
    with page(server, additional_headers={"Cookie": cookie}) as connection:
        assert said(connection)["type"] == "hello"


def test_a_page_too_many_is_told_so(app_of: Any, served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_CLIENTS", 1)
    server = served(app_of())
    with page(server) as first:
        said(first)
        with pytest.raises(InvalidStatus) as refused, page(server):
            pass
    assert refused.value.response.status_code == 403
