"""A Chromium and a `kymo serve` process for the benches that measure the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 60_000  # milliseconds that nothing on the page may take
VIEWPORT = {"width": 1600, "height": 1000}


class Served(NamedTuple):
    """A server that runs."""

    url: str
    pid: int

    @property
    def resident(self) -> int:
        """Bytes of its memory that are in use."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def started(log_dir: Path) -> Iterator[Served]:
    """A server over the directory, for as long as the block runs."""
    command = [sys.executable, "-m", "kymo", "serve", str(log_dir), "--port", "0"]
    with (
        tempfile.TemporaryDirectory(prefix="kymo-bench-", ignore_cleanup_errors=True) as cache,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=os.environ | {"XDG_CACHE_HOME": cache}
        ) as process,
    ):
        assert process.stdout is not None
        try:
            url = next(found.group() for line in process.stdout if (found := re.search(r"http://\S+", line)))
            yield Served(url, process.pid)
        finally:
            process.terminate()


@contextmanager
def served(log_dir: Path) -> Iterator[str]:
    """The address of such a server."""
    with started(log_dir) as server:
        yield server.url


def wait_until_loaded(url: str) -> None:
    deadline = time.monotonic() + LIMIT / 1000
    while time.monotonic() < deadline:
        with urllib.request.urlopen(f"{url}api/runs") as answer:
            if json.load(answer)["loading"] is None:
                return
        time.sleep(0.02)
    raise TimeoutError("the logs were not loaded within a minute")


@contextmanager
def chromium() -> Iterator[Browser]:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from chromium import find, launch_arguments
    finally:
        sys.path.remove(str(ROOT / "tools"))
    found = find()
    if found is None:
        raise SystemExit("No Chromium was found: run `make bench`, or set KYMO_CHROMIUM to one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=launch_arguments())
        yield browser
        browser.close()
