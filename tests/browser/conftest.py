"""A real Chromium on a real server over a real log directory; a console error or a failed request fails the test."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """`kymo serve` as a process of its own, which a test may stop and start again on the same port."""

    def __init__(self, log_dir: Path, *options: str) -> None:
        self._log_dir = log_dir
        self._options = options
        self._process: subprocess.Popen[str] | None = None
        self.port = 0
        self.url = ""

    def start(self) -> Server:
        command = [sys.executable, "-m", "kymo", "serve", str(self._log_dir), "--port", str(self.port), *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"http://[^:\s]+:(\d+)\S*", line):
                self.url, self.port = found.group(), int(found.group(1))
                return self
        raise AssertionError("kymo serve ended without naming its address")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            assert self._process.wait(timeout=20) is not None
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(log_dir: Path, *options: str) -> Server:
        servers.append(Server(log_dir, *options).start())
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        import chromium
    finally:
        sys.path.remove(str(ROOT / "tools"))
    found = chromium.find()
    assert found is not None, "No Chromium was found: run `make test`, or set KYMO_CHROMIUM to one."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=chromium.launch_arguments())
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the page complained of; a test that provokes complaints takes its own out."""
    return []


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Iterator[Page]:
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
