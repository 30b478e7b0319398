"""A client that speaks to an app without a network, and a server on loopback for sockets and signals."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Iterable, Iterator
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

# Modules of these tests, and the reference readings of the core's.
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "native")]

HOST = "127.0.0.1:6006"


class FakeLogs(dict[str, Any]):
    """Logs that hold what a test puts in."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 1
        self.loading = None
        self.discovery_warnings: list[Any] = []
        self.logdirs = [Path("runs")]

    def since(self, version: int) -> None:
        """Nothing is remembered."""


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


Scalars = dict[str, list[tuple[int, float, float]]]


def _scalar_events(scalars: Scalars) -> Iterator[Any]:
    from tensorboard.compat.proto.event_pb2 import Event

    for tag, points in scalars.items():
        for step, wall_time, value in points:
            event = Event(step=step, wall_time=wall_time)
            event.summary.value.add(tag=tag, simple_value=value)
            yield event


@dataclass
class LogDir:
    """A log directory that tests write into as any training would, with TensorBoard's own code."""

    path: Path
    files: int = 0

    def append(self, file: Path, events: Iterable[Any]) -> None:
        """Adds whole records to a file in one write."""
        from tensorboard.summary.writer.record_writer import RecordWriter

        buffer = io.BytesIO()
        records = RecordWriter(buffer)
        for event in events:
            records.write(event.SerializeToString())
        with file.open("ab") as stream:
            stream.write(buffer.getvalue())

    def write(self, run: str, scalars: Scalars, *, texts: dict[str, list[str]] | None = None, start: int = -1) -> Path:
        """Makes one more event file of a run; `start` is the step of a session that starts in it."""
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog

        directory = self.path / run
        directory.mkdir(parents=True, exist_ok=True)
        self.files += 1
        events = sorted(_scalar_events(scalars), key=lambda event: event.wall_time)
        first = events[0].wall_time if events else 1.0
        file = directory / f"events.out.tfevents.{int(first):010}.host.1.{self.files}"
        head = [Event(wall_time=first, file_version="brain.Event:2")]
        if start >= 0:
            head.append(Event(wall_time=first, step=start, session_log=SessionLog(status=SessionLog.START)))
        for tag, lines in (texts or {}).items():
            for step, line in enumerate(lines):
                event = Event(step=step, wall_time=first)
                value = event.summary.value.add(tag=tag)
                value.metadata.plugin_data.plugin_name = "text"
                value.tensor.dtype = 7
                value.tensor.tensor_shape.dim.add(size=1)
                value.tensor.string_val.append(line.encode())
                events.append(event)
        self.append(file, [*head, *events])
        return file

    def grow(self, file: Path, scalars: Scalars) -> None:
        self.append(file, _scalar_events(scalars))


@pytest.fixture
def log_dir(tmp_path: Path) -> LogDir:
    return LogDir(tmp_path / "runs")


@pytest.fixture
def opened(log_dir: LogDir, tmp_path: Path, client_of: Callable[..., Client]) -> Iterator[Callable[[], Client]]:
    """Reads the log directory to its end and makes a client of an app over it."""
    from kymo.store import Logs

    with ExitStack() as stack:

        def open_logs() -> Client:
            logs = stack.enter_context(Logs(log_dir.path))
            logs.refresh()
            return client_of(create_app(logs, follow=False, static_dir=tmp_path))

        yield open_logs
