"""How long a logged number takes until a page that nobody touches has drawn it.

python benches/add_to_pixel.py [--samples 120]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from browser import LIMIT, VIEWPORT, chromium, served
from playwright.sync_api import Browser, expect
from report import Row, budget, write

from kymo import SummaryWriter

HISTORY = 2_000  # points of each series before the first sample
BUDGET_MS = 300

# The card says what has been drawn; the frame after that shows it, and the message comes once it has been painted.
RECORD = """
window.drawn = [];
window.newest = {};
new MutationObserver(changes => {
  for (const { target } of changes) {
    const { tag, newestStep } = target.dataset;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        drawn.push([tag, Number(newestStep), (performance.timeOrigin + performance.now()) / 1000]);
        newest[tag] = Number(newestStep);
      };
      port2.postMessage(null);
    });
  }
}).observe(document, { subtree: true, attributeFilter: ["data-newest-step"] });
"""


class Case(NamedTuple):
    name: str
    runs: int
    tags: list[str]
    steps: int
    wait: bool  # for each step to be drawn before the next
    pause: tuple[float, float]  # seconds between two steps: no rhythm that a timer could be in step with
    height: int = VIEWPORT["height"]  # of the page
    view: str = ""  # what the address says of it


def seconds_to_pixel(browser: Browser, log_dir: Path, case: Case) -> list[float]:
    """For each number of the first run: from the call of add_scalar to the frame that shows it or a later one."""
    writers = [SummaryWriter(log_dir / f"run-{run}") for run in range(case.runs)]

    def log(step: int) -> dict[str, float]:
        called = {}
        for tag in case.tags:
            called[tag] = time.time()
            for writer in writers:
                writer.add_scalar(tag, 1 / (step + 1), step)
        return called

    for step in range(HISTORY):
        log(step)
    for writer in writers:
        writer.flush()
    spread = random.Random(1)
    called: dict[int, dict[str, float]] = {}
    with served(log_dir) as url:
        page = browser.new_page(viewport=VIEWPORT | {"height": case.height})
        page.add_init_script(RECORD)
        page.goto(f"{url}#{case.view}")
        for tag in case.tags:
            card = page.locator(f'article[data-tag="{tag}"][data-newest-step="{HISTORY - 1}"]')
            card.wait_for(timeout=LIMIT)
            expect(card).to_be_in_viewport(ratio=1)
        for step in range(HISTORY, HISTORY + case.steps):
            called[step] = log(step)
            if case.wait or step == HISTORY + case.steps - 1:
                page.wait_for_function(
                    "([tags, step]) => tags.every(tag => newest[tag] >= step)",
                    arg=[case.tags, step],
                    timeout=LIMIT,
                    polling=50,
                )
            time.sleep(spread.uniform(*case.pause))
        drawn = page.evaluate("drawn")
        page.close()
    for writer in writers:
        writer.close()
    return [
        min(at for seen, newest, at in drawn if seen == tag and newest >= step) - at_call
        for step, tags in called.items()
        for tag, at_call in tags.items()
    ]


def row(case: Case, seconds: list[float]) -> Row:
    milliseconds = np.array(seconds) * 1000
    return {
        "page": case.name,
        "samples": len(seconds),
        "p50 ms": round(float(np.percentile(milliseconds, 50)), 1),
        "p95 ms": round(float(np.percentile(milliseconds, 95)), 1),
        "max ms": round(float(milliseconds.max()), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=120, help="of the case with one chart")
    samples = parser.parse_args().samples
    four = ["train/accuracy", "train/loss", "val/accuracy", "val/loss"]
    twenty = [f"layer/{number:02}" for number in range(20)]
    cases = [
        Case("1 run, 1 chart, a step at a time", 1, ["train/loss"], samples, True, (0.05, 0.15)),
        Case("10 runs, 4 charts, a step at a time", 10, four, samples // 2, True, (0.05, 0.15)),
        Case("10 runs, 20 charts, a step at a time", 10, twenty, samples // 4, True, (0.05, 0.15), 1700, "size=small"),
        Case("1 run, 1 chart, 200 steps a second", 1, ["train/loss"], 6 * samples, False, (0.003, 0.007)),
    ]
    rows = []
    with chromium() as browser:
        for case in cases:
            with tempfile.TemporaryDirectory(prefix="kymo-bench-") as log_dir:
                rows.append(row(case, seconds_to_pixel(browser, Path(log_dir), case)))
    claims = [
        budget(f"add_scalar to pixel, {each['page']}, p95 ms", float(each["p95 ms"] or 0), BUDGET_MS) for each in rows
    ]
    notes = [
        f"From the call of add_scalar to after the paint of a frame that shows the number, after {HISTORY:,} points.",
        "Writer, server and a headless Chromium that draws in software share this machine.",
        "TensorBoard is no peer here: its page asks again every 30 seconds at best.",
    ]
    write("add_to_pixel", [*rows, *claims], notes)


if __name__ == "__main__":
    main()
