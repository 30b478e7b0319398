"""A client that speaks to an app without a network, and a server on loopback for sockets and signals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from kymo.server import create_app
from kymo.server.listen import listen
from kymo.server.serving import in_thread

HOST = "127.0.0.1:6006"


class FakeLogs(dict[str, Any]):
    """Logs that hold what a test puts in."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 1
        self.loading = None
        self.warnings: list[Any] = []
        self.logdirs = [Path("runs")]


class Client:
    """Asks an app over ASGI, as a browser on the page itself would, and never follows a redirect."""

    def __init__(self, app: Any, runner: asyncio.Runner, **headers: str) -> None:
        self.app = app
        self._runner = runner
        self._headers = headers

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
                headers = {**self._headers, **options.pop("headers", {})}
                return await client.request(method, url, headers=headers, **options)

        return self._runner.run(ask())

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        options["headers"] = {"origin": f"http://{HOST}", **options.get("headers", {})}
        return self.request("POST", url, **options)


@pytest.fixture
def client_of() -> Iterator[Callable[..., Client]]:
    """Makes a client of an app."""
    with asyncio.Runner() as runner:
        yield lambda app, **headers: Client(app, runner, **headers)


@dataclass
class Served:
    """A server that runs."""

    app: Any
    port: int
    alive: Callable[[], bool]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, **options)


@pytest.fixture
def served() -> Iterator[Callable[[Any], Served]]:
    """Serves an app on a free port until the test ends."""
    with ExitStack() as stack:

        def start(app: Any) -> Served:
            listener = stack.enter_context(listen("127.0.0.1", 0))
            return Served(app, listener.port, stack.enter_context(in_thread(app, listener.socket)))

        yield start


@pytest.fixture
def fake_logs() -> FakeLogs:
    return FakeLogs()


@pytest.fixture
def site_of() -> Callable[[Any], SimpleNamespace]:
    return lambda app: app.state.site


@pytest.fixture
def app_of(fake_logs: FakeLogs, tmp_path: Path) -> Callable[..., Any]:
    """Makes an app over empty logs, with a page of its own."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>page</title>")
    (static / "assets" / "index-abc.js").write_text("export {}")

    def make(**options: Any) -> Any:
        return create_app(fake_logs, **{"follow": False, "static_dir": static, **options})  # type: ignore[arg-type] # a fake

    return make
