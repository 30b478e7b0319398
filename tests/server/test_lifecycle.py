"""Following logs that grow, and leaving nothing behind."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from waiting import until
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from kymo.server import create_app
from kymo.server.listen import listen
from kymo.server.serving import in_thread
from kymo.store import Logs


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_page_sees_a_run_appear_and_grow(log_dir: Any, served: Any) -> None:
    with Logs(log_dir.path) as logs:
        server = served(create_app(logs))
        with connect(f"ws://127.0.0.1:{server.port}/api/live", origin=server.url) as page:

            def runs() -> list[Any]:
                found: list[Any] = server.get("/api/runs").json()["runs"]
                return found

            assert json.loads(page.recv(timeout=10))["type"] == "hello"
            until(lambda: server.get("/api/runs").json()["loading"] is None)
            assert runs() == []
            file = log_dir.write("mlp", {"loss": [(1, 10.0, 0.5)]})
            while not runs():
                assert json.loads(page.recv(timeout=20))["runs"] is None
            log_dir.grow(file, {"loss": [(2, 11.0, 0.25)]})
            while runs()[0]["points"] < 2:
                assert json.loads(page.recv(timeout=20))["runs"] in (["mlp"], None)
            assert runs()[0]["newest"]["value"] == 0.25
            file.unlink()
            file.parent.rmdir()
            while runs():
                assert json.loads(page.recv(timeout=20))["type"] == "changed"


def test_fifty_servers_leave_no_thread_and_no_file(log_dir: Any, tmp_path: Path) -> None:
    log_dir.write("mlp", {"loss": [(1, 10.0, 0.5)]})

    def serve_once() -> None:
        with Logs(log_dir.path) as logs, listen("127.0.0.1", 0) as listener:
            with in_thread(create_app(logs, static_dir=tmp_path), listener.socket) as alive:
                url = f"http://127.0.0.1:{listener.port}"
                assert httpx.get(f"{url}/api/info", timeout=30).status_code == 200
                with connect(f"ws://127.0.0.1:{listener.port}/api/live", origin=url) as page:
                    page.recv(timeout=10)
            assert not alive()

    serve_once()
    files, threads = open_files(), threading.active_count()
    for _ in range(50):
        serve_once()
    until(lambda: threading.active_count() <= threads and open_files() <= files)


def test_a_server_stops_while_pages_are_open(log_dir: Any, tmp_path: Path) -> None:
    with Logs(log_dir.path) as logs, listen("127.0.0.1", 0) as listener, ExitStack() as stack:
        origin = f"http://127.0.0.1:{listener.port}"
        with in_thread(create_app(logs, static_dir=tmp_path), listener.socket) as alive:
            address = f"ws://127.0.0.1:{listener.port}/api/live"
            pages = [stack.enter_context(connect(address, origin=origin)) for _ in range(3)]
            for page in pages:
                page.recv(timeout=10)
        assert not alive()
        for page in pages:
            with pytest.raises(ConnectionClosedError):
                while True:
                    page.recv(timeout=10)
            assert page.close_code == 1012
