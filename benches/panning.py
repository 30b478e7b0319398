"""Frame times while a reader moves and zooms one chart of very long series, with the pointer and the wheel.

python benches/panning.py [--runs 20] [--points 1000000] [--seconds 5]
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from browser import LIMIT, VIEWPORT, chromium, served, wait_until_loaded
from playwright.sync_api import Browser, Locator, Page
from report import Row, budget, write

from kymo import SummaryWriter

TAG = "train/loss"
MOVES_A_SECOND = 120  # more often than frames, as a mouse does
# A frame at 60 in a second takes 16.7 ms; the browser's clock is told to a tenth.
BUDGET_MS = 16.8

# The time of each frame while something is recorded, whether a canvas was drawn anew in it, and each task over 50 ms.
RECORD = """
window.recorded = null;
const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...place) {
  if (recorded && this.canvas.isConnected && !this.canvas.matches(".overlay")) recorded.isDrawn = true;
  return clear.apply(this, place);
};
new PerformanceObserver(list => {
  for (const { duration } of list.getEntries()) recorded?.longTasks.push(duration);
}).observe({ type: "longtask" });
const count = at => {
  if (recorded) {
    recorded.frames.push([at, recorded.isDrawn]);
    recorded.isDrawn = false;
  }
  requestAnimationFrame(count);
};
requestAnimationFrame(count);
"""


def make_logs(directory: Path, runs: int, points: int) -> None:
    for run in range(runs):
        noise = random.Random(run)
        with SummaryWriter(directory / f"run-{run:02}") as writer:
            level = 1 + run / runs
            for step in range(points):
                writer.add_scalar(TAG, level * math.exp(-3 * step / points) + 0.1 * noise.random(), step)


@contextmanager
def recording(page: Page) -> Iterator[dict[str, Any]]:
    """What the page has recorded during the block."""
    found: dict[str, Any] = {}
    page.evaluate("recorded = { frames: [], longTasks: [], isDrawn: false }")
    yield found
    found |= page.evaluate("() => { const found = recorded; recorded = null; return found; }")


def paced(seconds: float, act: Callable[[float], None]) -> None:
    """Acts many times a second, or as often as the page takes it; told are the seconds since the start."""
    start = time.monotonic()
    while (now := time.monotonic() - start) < seconds:
        act(now)
        time.sleep(1 / MOVES_A_SECOND - now % (1 / MOVES_A_SECOND))


def drag(page: Page, plot: Locator, seconds: float) -> None:
    """Shift and the pointer, back and forth over three quarters of the chart, five times in nine seconds."""
    box = plot.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def move(at: float) -> None:
        swing = math.sin(at * 2 * math.pi / 1.8)
        page.mouse.move(middle[0] + 0.375 * box["width"] * swing, middle[1])

    page.mouse.move(*middle)
    page.keyboard.down("Shift")
    page.mouse.down()
    paced(seconds, move)
    page.mouse.up()
    page.keyboard.up("Shift")


def turn(page: Page, plot: Locator, seconds: float) -> None:
    """The wheel, in and out again, about its pointer."""
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"])
    page.keyboard.down("Alt")
    paced(seconds, lambda at: page.mouse.wheel(0, -8 if at % 2.5 < 1.25 else 8))
    page.keyboard.up("Alt")


def row(gesture: str, found: dict[str, Any]) -> Row:
    at = np.array([frame[0] for frame in found["frames"]])
    took = np.diff(at)
    drawn = [frame[1] for frame in found["frames"]]
    return {
        "gesture": gesture,
        "frames": len(took),
        "median ms": round(float(np.median(took)), 1),
        "p95 ms": round(float(np.percentile(took, 95)), 1),
        "p99 ms": round(float(np.percentile(took, 99)), 1),
        "worst ms": round(float(took.max()), 1),
        "drawn anew %": round(100 * sum(drawn) / len(drawn), 1),
        "tasks over 50 ms": len(found["longTasks"]),
    }


def measured(browser: Browser, url: str, points: int, seconds: float) -> list[Row]:
    page = browser.new_page(viewport=VIEWPORT)
    page.add_init_script(RECORD)
    gestures = {"dragging": drag, "turning the wheel": turn}
    parts = {"the whole": "", "a tenth": f"zoom={0.45 * points:.0f},{0.55 * points:.0f}:{TAG}"}
    rows = []
    for part, fragment in parts.items():
        for gesture, make in gestures.items():
            page.goto("about:blank")
            page.goto(f"{url}#{fragment}")
            card = page.locator(f'article[data-tag="{TAG}"][data-points]')
            card.wait_for(timeout=LIMIT)
            page.wait_for_timeout(1000)  # what the first view still has to do is no part of the gesture
            with recording(page) as found:
                make(page, card.locator(".u-over"), seconds)
            rows.append(row(f"{gesture}, from {part} of the run", found))
    page.close()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--points", type=int, default=1_000_000, help="of each run")
    parser.add_argument("--seconds", type=float, default=9, help="of each gesture")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as log_dir:
        make_logs(Path(log_dir), arguments.runs, arguments.points)
        with served(Path(log_dir)) as url, chromium() as browser:
            wait_until_loaded(url)
            rows = measured(browser, url, arguments.points, arguments.seconds)
    what = f"{arguments.runs} series of {arguments.points:,} points"
    claims = [
        budget(f"frame while {each['gesture']}, {what}, p95 ms", float(each["p95 ms"] or 0), BUDGET_MS) for each in rows
    ]
    notes = [
        f"One chart of {what}, smoothed; {MOVES_A_SECOND} moves a second; the time from each frame to the next.",
        "Server and a headless Chromium that draws in software share this machine.",
    ]
    write("panning", [*rows, *claims], notes)


if __name__ == "__main__":
    main()
