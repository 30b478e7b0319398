"""kymo's page beside TensorBoard's, in the same Chromium on the same log: until a chart, and a new point, are seen.

python benches/beside_tensorboard.py [--runs 10] [--repeat 7]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from browser import LIMIT, VIEWPORT, chromium, served, wait_until_loaded
from PIL import Image
from playwright.sync_api import Browser, Error, FloatRect, Page
from report import Row, budget, versions, write

from kymo import SummaryWriter

TAGS = [f"{section}/{name}" for section in ("train", "val") for name in ("loss", "accuracy", "error", "norm", "rate")]
POINTS = 1000
# Noise fills a chart: this part of it is coloured once lines are drawn, and far less of a spinner or a frame is.
DRAWN = 0.3
PATIENCE_SECONDS = 120
RELOAD_SECONDS = 5.0  # as often as TensorBoard's server looks for new points
LOOK_MS = 100


class Dashboard(NamedTuple):
    name: str
    start: Callable[[Path], Any]  # a context manager of the page's address
    plot: str  # the inside of the first chart
    reload: str | None  # what a reader presses to see newer points; None where nothing need be pressed


def when(
    page: Page,
    dashboard: Dashboard,
    wanted: Callable[[float], bool],
    part: tuple[float, float] = (0.0, 1.0),
    act: Callable[[], None] | None = None,
) -> float:
    """When as much of the first chart, or of a part of its width, is coloured as is wanted, in seconds since the epoch.

    Until then something may be done again and again. Looked at is the screen, whatever the page is made of; some eight
    times in a second, since each look keeps the machine from drawing the page.
    """
    plot = page.locator(dashboard.plot).first
    plot.wait_for(timeout=LIMIT)
    again = time.monotonic() + RELOAD_SECONDS
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := time.monotonic()) < deadline:
        box = plot.bounding_box()
        with contextlib.suppress(Error):  # TensorBoard's page cannot be pictured while it starts
            picture = page.screenshot(clip=clip(box, part)) if box else None
            at = time.time()  # the picture may be older, but not younger
            if picture and wanted(coloured(picture)):
                return at
        if act and now >= again:
            act()
            again += RELOAD_SECONDS
        page.wait_for_timeout(LOOK_MS)
    raise TimeoutError(f"{dashboard.name} did not show in two minutes what was waited for")


def clip(box: FloatRect, part: tuple[float, float]) -> FloatRect:
    left, right = (box["x"] + box["width"] * edge for edge in part)
    return FloatRect(x=left, y=box["y"], width=right - left, height=box["height"])


def coloured(picture: bytes) -> float:
    """The part of it that is neither grey nor white nor black."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), dtype=np.int16)
    return float(((pixels.max(axis=2) - pixels.min(axis=2)) > 24).mean())


@contextmanager
def kymo(log_dir: Path) -> Iterator[str]:
    with served(log_dir) as url:
        wait_until_loaded(url)
        yield url


@contextmanager
def tensorboard(log_dir: Path) -> Iterator[str]:
    """With its data server, which the command line prefers; once that has read the log."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir), "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield next(found.group() for line in process.stderr if (found := re.search(r"http://\S+", line)))
        finally:
            process.terminate()


DASHBOARDS = [
    Dashboard("kymo", kymo, ".u-over", None),
    Dashboard("TensorBoard", tensorboard, "line-chart .series-view", ".reload-button"),
]


def make_logs(directory: Path, runs: int) -> list[SummaryWriter]:
    writers = []
    for run in range(runs):
        noise = random.Random(run)
        writer = SummaryWriter(directory / f"lr-{run % 10}-seed-{run // 10}")
        for step in range(POINTS):
            for tag in TAGS:
                writer.add_scalar(tag, 1 + noise.random(), step)
        writer.flush()
        writers.append(writer)
    return writers


def visit(browser: Browser, url: str, dashboard: Dashboard) -> float:
    """Seconds from the start of the navigation until the first chart's lines are on the screen."""
    with browser.new_context(viewport=VIEWPORT) as context:
        page = context.new_page()
        page.goto(url, wait_until="commit")
        begun = float(page.evaluate("performance.timeOrigin")) / 1000
        return when(page, dashboard, lambda part: part >= DRAWN) - begun


def new_point(browser: Browser, url: str, dashboard: Dashboard, writers: list[SummaryWriter]) -> float:
    """Seconds from the call that logs a point twice as far along until the chart has made room for it."""
    with browser.new_context(viewport=VIEWPORT) as context:
        page = context.new_page()
        page.goto(url)
        # Noise that filled all of the chart fills half of it then: the right part is empty but for a line.
        right = (0.6, 0.9)
        when(page, dashboard, lambda part: part >= DRAWN, right)
        press = None if dashboard.reload is None else page.locator(dashboard.reload).click
        called = time.time()
        for tag in TAGS:
            writers[0].add_scalar(tag, 1.5, 2 * POINTS)
        if press:
            press()
        return when(page, dashboard, lambda part: part < DRAWN / 2, right, press) - called


def row(dashboard: Dashboard, visits: list[float], fresh: float | None) -> Row:
    return {
        "dashboard": dashboard.name,
        "visits": len(visits),
        "first chart s": round(statistics.median(visits), 3),
        "worst first chart s": round(max(visits), 3),
        "new point s": fresh and round(fresh, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--repeat", type=int, default=7)
    arguments = parser.parse_args()
    rows = []
    with chromium() as browser:
        for dashboard in DASHBOARDS:
            with tempfile.TemporaryDirectory(prefix="kymo-bench-") as log_dir:
                writers = make_logs(Path(log_dir), arguments.runs)
                with dashboard.start(Path(log_dir)) as url:
                    visit(browser, url, dashboard)  # both servers have read the log, and have answered once
                    visits = [visit(browser, url, dashboard) for _ in range(arguments.repeat)]
                    try:
                        fresh = new_point(browser, url, dashboard, writers)
                    except TimeoutError:
                        if dashboard.reload is None:
                            raise
                        fresh = None  # a peer may fail
                    rows.append(row(dashboard, visits, fresh))
                for writer in writers:
                    writer.close()
    what = f"{arguments.runs} runs x {len(TAGS)} tags"
    own, other = rows
    promised = [("first chart s", "first chart", 1 / 2), ("new point s", "a new point until it is seen", 1 / 10)]
    claims = [
        budget(f"{claim}, {what}: kymo / TensorBoard", float(own[key] or 0) / float(other[key] or 1), at_most)
        for key, claim, at_most in promised
        if other[key] is not None
    ]
    notes = [
        f"{POINTS} points a series; each visit by a browser that has seen nothing yet; as each page opens by itself.",
        "From the start of the navigation until lines are on the screen, which is looked at eight times a second.",
        "A new point: kymo's page is left alone; TensorBoard's is told to reload at once, then every 5 s.",
        "Server and a headless Chromium that draws in software share this machine.",
        versions("tensorboard", "tensorboard-data-server"),
    ]
    write("beside_tensorboard", [*rows, *claims], notes)


if __name__ == "__main__":
    main()
