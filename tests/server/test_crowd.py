"""A server process under many clients, some of which ask and never read: the others are served, memory is bounded."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from waiting import until
from websockets.asyncio.client import ClientConnection, connect

from kymo import SummaryWriter

PAGES = 100
# What a loaded machine may take; a client that waits for one that never reads would wait for much longer.
ON_TIME = 5.0
PATIENCE = 120.0


class Process:
    """`kymo serve`, and what the system says of it."""

    def __init__(self, log_dir: Path) -> None:
        command = [sys.executable, "-m", "kymo", "serve", str(log_dir), "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        found = (re.search(r"http://[^:]+:(\d+)", line) for line in self.process.stdout)
        self.port = next(int(match[1]) for match in found if match)
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def memory(self) -> int:
        """Bytes of memory that it occupies."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def sockets(self) -> int:
        def target(link: Path) -> str:
            try:
                return str(link.readlink())
            except OSError:
                return ""

        return sum(target(link).startswith("socket:") for link in Path(f"/proc/{self.process.pid}/fd").iterdir())

    def wait_until_read(self) -> None:
        until(lambda: httpx.get(f"{self.url}/api/runs", timeout=PATIENCE).json()["loading"] is None)

    def ask(self, head: list[str], body: bytes = b"") -> socket.socket:
        """Asks with little room for the answer, of which nobody reads anything."""
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", self.port))
        lines = [*head, f"Host: 127.0.0.1:{self.port}", f"Origin: {self.url}", f"Content-Length: {len(body)}", "", ""]
        raw.sendall("\r\n".join(lines).encode() + body)
        return raw

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def start() -> Iterator[Callable[[Path], Process]]:
    processes: list[Process] = []

    def serve(log_dir: Path) -> Process:
        processes.append(Process(log_dir))
        return processes[-1]

    yield serve
    for process in processes:
        process.end()


async def _listen(page: ClientConnection, heard: list[float]) -> None:
    while True:
        if (await page.recv())[:17] == '{"type":"changed"':
            heard.append(time.monotonic())


async def _open_pages(server: Process, count: int) -> list[ClientConnection]:
    address, origin = f"ws://127.0.0.1:{server.port}/api/live", server.url
    return [await connect(address, origin=origin, open_timeout=PATIENCE, max_size=None) for _ in range(count)]  # type: ignore[arg-type] # any origin


async def _grow(writers: list[SummaryWriter], done: Callable[[], bool]) -> int:
    """Logs to all runs some times a second; returns how often."""
    step = 0
    while not done():
        for writer in writers:
            writer.add_scalar("loss", 1 / (step + 1), step)
        step += 1
        await asyncio.sleep(0.04)
    return step


def test_a_hundred_pages_are_told_on_time_though_one_never_reads(tmp_path: Path, start: Any) -> None:
    # Long names fill the buffers of a page that does not read within seconds.
    writers = [SummaryWriter(tmp_path / f"run-{number:02}-{'x' * 200}") for number in range(120)]
    server = start(tmp_path)
    server.wait_until_read()
    upgrade = ["GET /api/live HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]

    async def run() -> tuple[list[list[float]], float, float, int]:
        pages = await _open_pages(server, PAGES - 1)
        with server.ask([*upgrade, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]):
            heard: list[list[float]] = [[] for _ in pages]
            listening = [asyncio.create_task(_listen(page, times)) for page, times in zip(pages, heard, strict=True)]
            until(lambda: server.sockets >= PAGES)
            sockets, memory, began = server.sockets, server.memory, time.monotonic()
            # Until the page that never reads has been dropped.
            enough = began + PATIENCE
            await _grow(writers, lambda: server.sockets < sockets or time.monotonic() > enough)
            ended = time.monotonic()
            assert ended < enough, "the page that never reads is still there"
            await asyncio.sleep(ON_TIME / 5)
            grown = server.memory - memory
        for task in listening:
            task.cancel()
        await asyncio.gather(*(page.close() for page in pages))
        return heard, began, ended, grown

    heard, began, ended, grown = asyncio.run(run())
    for writer in writers:
        writer.close()
    assert len(heard) == PAGES - 1
    for times in heard:
        gaps = [later - earlier for earlier, later in zip([began, *times], [*times, ended], strict=True)]
        assert max(gaps) < ON_TIME
    assert grown < 64 << 20


def test_answers_that_nobody_reads_take_bounded_memory_and_time(tmp_path: Path, start: Any) -> None:
    steps, runs, asking = 60_000, 16, 45
    with SummaryWriter(tmp_path / "run-0") as writer:
        for step in range(steps):
            writer.add_scalar("loss", step % 7, step)
    (file,) = (tmp_path / "run-0").iterdir()
    for number in range(1, runs):
        (tmp_path / f"run-{number}").mkdir()
        os.link(file, tmp_path / f"run-{number}" / file.name)
    server = start(tmp_path)
    server.wait_until_read()
    names = [f"run-{number}" for number in range(runs)]
    body = json.dumps({"questions": [{"tag": "loss", "runs": names, "pixels": 10_000}]}).encode()
    headers = {"Origin": server.url, "Content-Type": "application/json"}

    def ask_once() -> httpx.Response:
        return httpx.post(f"{server.url}/api/columns", content=body, headers=headers, timeout=PATIENCE)

    whole = ask_once()
    assert whole.status_code == 200
    before, sockets = server.memory, server.sockets
    # Together far more than the server keeps in memory for answers.
    assert asking * len(whole.content) > 500 << 20
    post = ["POST /api/columns HTTP/1.1", "Content-Type: application/json"]
    silent = [server.ask(post, body) for _ in range(asking)]
    silent += [server.ask(["GET /api/csv?tag=loss HTTP/1.1"]) for _ in range(5)]
    most = 0
    deadline = time.monotonic() + PATIENCE
    while server.sockets > sockets:
        assert time.monotonic() < deadline, "clients that never read are still there"
        most = max(most, server.memory - before)
        began = time.monotonic()
        assert httpx.get(f"{server.url}/api/info", timeout=PATIENCE).status_code == 200
        assert time.monotonic() - began < ON_TIME
        time.sleep(0.1)
    for one in silent:
        one.close()
    # The answers that are being sent, and those that are being put together.
    assert most < 450 << 20
    assert ask_once().content == whole.content
