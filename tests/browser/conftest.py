"""A real Chromium on a real server over a real log directory; what it complains of in its console fails the test."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 15_000  # milliseconds; a bound on every wait, and far beyond what any of them needs

# The helpers beside this file are modules of these tests, not of the package.
sys.path.insert(0, str(Path(__file__).parent))
expect.set_options(timeout=PATIENCE)

# What Chromium says of the tests that look at a chart's pixels.
READBACK = re.compile("Canvas2D: Multiple readback operations")

REPORT = pytest.StashKey[pytest.TestReport]()


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


def _servers() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(log_dir: Path, *options: str) -> Server:
        servers.append(Server(log_dir, *options).start())
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the browser's tests last: Playwright keeps an event loop running in this thread until its browser closes,
    and tests with loops of their own cannot run inside it."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.is_relative_to(here))


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    yield from _servers()


@pytest.fixture(scope="module")
def serve_module() -> Iterator[Callable[..., Server]]:
    """For the logs that a whole module only reads."""
    yield from _servers()


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    """The address of a server over `write_grid`'s four runs."""
    from training_logs import write_grid

    log_dir = tmp_path_factory.mktemp("grid")
    write_grid(log_dir)
    return serve_module(log_dir).url


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """`write_finished`'s four runs, for a test that changes them."""
    from training_logs import write_finished

    write_finished(tmp_path)
    return tmp_path


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


def _new_context(browser: Browser) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture(scope="session")
def only_context(browser: Browser) -> Iterator[BrowserContext]:
    # A context takes Chromium longer to make than all that most tests do in it.
    context = _new_context(browser)
    yield context
    context.close()


@pytest.fixture
def context(only_context: BrowserContext) -> Iterator[BrowserContext]:
    yield only_context
    only_context.clear_cookies()


@pytest.fixture
def other_context(browser: Browser) -> Iterator[BrowserContext]:
    """Another reader, without what the first one has stored."""
    context = _new_context(browser)
    yield context
    context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the page complained of; a test that provokes complaints takes its own out."""
    return []


@pytest.fixture
def new_page(complaints: list[str], request: pytest.FixtureRequest) -> Iterator[Callable[[BrowserContext], Page]]:
    """Opens pages whose errors, warnings and violations of the content security policy fail the test."""
    pages: list[Page] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not READBACK.match(message.text):
            complaints.append(f"{message.text} at {message.location['url']}")

    def make(context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        pages.append(page)
        return page

    yield make
    report = request.node.stash.get(REPORT, None)
    # A page goes with its context, which may have gone before.
    for number, page in enumerate(page for page in pages if not page.is_closed()):
        if report is not None and report.failed:
            name = re.sub(r"[^\w.-]+", "-", request.node.nodeid).strip("-")
            page.screenshot(path=ROOT / "test-results" / f"{name}-{number}.png")
        if page.url.startswith("http:"):
            # A page that is being closed may remember its view once more.
            page.evaluate("() => { localStorage.clear(); Storage.prototype.setItem = () => {}; }")
        page.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext, new_page: Callable[[BrowserContext], Page]) -> Page:
    return new_page(context)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[REPORT] = report
    return report
