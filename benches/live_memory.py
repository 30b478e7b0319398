"""Memory while an hour's live data comes, in less time: the page's, and the server's beside what its columns take.

python benches/live_memory.py [--seconds 150]
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from pathlib import Path
from typing import Any

from browser import LIMIT, VIEWPORT, Served, chromium, started
from playwright.sync_api import Browser, CDPSession
from report import Row, budget, write

from kymo import SummaryWriter

RUNS = 4
TAGS = ["train/accuracy", "train/loss", "val/loss"]
SERIES = RUNS * len(TAGS)
HOUR = 3600 * 100  # points of each series in an hour, at a hundred a second
SAMPLES = 12
# What is there before the hour begins: the page's caches and code are warm by then.
WARM = HOUR // 10
# A point takes 20 bytes in its columns and 8 in the smoothed line; the rest is room to grow into.
BUDGET_BYTES = 40
BUDGET_MIB = 1.0
MIB = 2**20


def make_writers(log_dir: Path) -> list[SummaryWriter]:
    return [SummaryWriter(log_dir / f"run-{run}") for run in range(RUNS)]


def log(writers: list[SummaryWriter], steps: range) -> None:
    for step in steps:
        value = 1 / (1 + step / 1000) + 0.1 * math.sin(step * 12.9898)
        for writer in writers:
            for tag in TAGS:
                writer.add_scalar(tag, value, step)


def sample(session: CDPSession, server: Served, points: int) -> Row:
    """What is in use once everything that can be has been given back."""
    session.send("HeapProfiler.collectGarbage")
    usage: dict[str, Any] = session.send("Runtime.getHeapUsage")
    counters: dict[str, Any] = session.send("Memory.getDOMCounters")
    return {
        "points a series": points,
        "page MiB": round((usage["usedSize"] + usage["backingStorageSize"]) / MIB, 2),
        "document MiB": round(usage["embedderHeapUsedSize"] / MIB, 2),
        "DOM nodes": counters["nodes"],
        "listeners": counters["jsEventListeners"],
        "server MiB": round(server.resident / MIB, 1),
    }


def hour(browser: Browser, log_dir: Path, seconds: float) -> list[Row]:
    writers = make_writers(log_dir)
    log(writers, range(WARM))
    for writer in writers:
        writer.flush()
    rows = []
    with started(log_dir) as server:
        page = browser.new_page(viewport=VIEWPORT)
        session = page.context.new_cdp_session(page)
        page.goto(server.url)

        def wait_for(step: int) -> None:
            for tag in TAGS:
                page.locator(f'article[data-tag="{tag}"][data-newest-step="{step}"]').wait_for(timeout=LIMIT)

        wait_for(WARM - 1)
        rows.append(sample(session, server, WARM))
        begun = time.monotonic()
        step = WARM
        for number in range(1, SAMPLES + 1):
            until = WARM + HOUR * number // SAMPLES
            while step < until:
                pace = HOUR / seconds
                due = min(until, WARM + math.ceil((time.monotonic() - begun) * pace))
                log(writers, range(step, due))
                step = max(step, due)
                time.sleep(0.02)
            for writer in writers:
                writer.flush()
            wait_for(step - 1)
            rows.append(sample(session, server, step))
        page.close()
    for writer in writers:
        writer.close()
    return rows


def grown(rows: list[Row], what: str) -> float:
    """From the end of the first quarter on: by then everything has been used once."""
    return float(rows[-1][what] or 0) - float(rows[SAMPLES // 4][what] or 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=150, help="that the hour takes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as log_dir, chromium() as browser:
        rows = hour(browser, Path(log_dir), arguments.seconds)
    points = SERIES * (int(rows[-1]["points a series"] or 0) - int(rows[0]["points a series"] or 0))
    server = (float(rows[-1]["server MiB"] or 0) - float(rows[0]["server MiB"] or 0)) * MIB / points
    claims = [
        budget("an hour of live data, growth of the page, MiB", grown(rows, "page MiB"), BUDGET_MIB),
        budget("an hour of live data, growth of the page, DOM nodes", grown(rows, "DOM nodes"), 0),
        budget("an hour of live data, growth of the server, bytes a point", server, BUDGET_BYTES),
    ]
    notes = [
        f"{SERIES} series in {len(TAGS)} charts grow by {HOUR:,} points each, an hour at 100 a second, in"
        f" {arguments.seconds:g} s, after {WARM:,} points. Growth of the page is from the first quarter to the end.",
        "After a garbage collection. Page: its JavaScript and its arrays. Document: what else the browser keeps of it;"
        " that grows by a third of a KiB with each answer while a tool listens to the network, as this bench does.",
        "Server: all that is resident.",
    ]
    write("live_memory", [*rows, *claims], notes)


if __name__ == "__main__":
    main()
