"""How long a page takes from its address to its first chart, over many runs.

python benches/first_chart.py [--runs 500] [--repeat 10]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from browser import LIMIT, VIEWPORT, chromium, served, wait_until_loaded
from playwright.sync_api import Browser
from report import Row, budget, write

from kymo import SummaryWriter

TAGS = [f"{section}/{name}" for section in ("train", "val") for name in ("loss", "accuracy", "error", "norm", "rate")]
POINTS = 200
BUDGET_S = 1.0

# Seconds from the start of the navigation until one chart, and until every chart in sight, has been painted.
RECORD = """
window.painted = [];
new MutationObserver(changes => {
  for (const { target } of changes) {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.painted.push([target.dataset.tag, performance.now() / 1000]);
      port2.postMessage(null);
    });
  }
}).observe(document, { subtree: true, attributeFilter: ["data-points"] });
"""


def make_logs(directory: Path, runs: int) -> None:
    for run in range(runs):
        with SummaryWriter(directory / f"lr-{run % 10}" / f"seed-{run // 10}") as writer:
            for step in range(POINTS):
                for tag in TAGS:
                    writer.add_scalar(tag, 1 / (step + 1 + run % 7), step)


def seconds_to_charts(browser: Browser, url: str) -> tuple[float, float]:
    """The first chart, and the last of those in sight; each visit is by a browser that has seen nothing yet."""
    with browser.new_context(viewport=VIEWPORT) as context:
        page = context.new_page()
        page.add_init_script(RECORD)
        page.goto(url)
        in_sight = (
            "[...document.querySelectorAll('.slot')].filter(one => one.getBoundingClientRect().top < innerHeight)"
        )
        page.wait_for_function(
            f"() => painted.length > 0 && {in_sight}.every(one => one.querySelector('[data-points]'))"
            f" && painted.length >= {in_sight}.length",
            timeout=LIMIT,
            polling=50,
        )
        first: dict[str, float] = {}
        for tag, at in page.evaluate("painted"):
            first.setdefault(tag, at)
        return min(first.values()), max(first.values())


def row(what: str, visits: list[tuple[float, float]]) -> Row:
    charts, all_charts = zip(*visits, strict=True)
    return {
        "page": what,
        "visits": len(visits),
        "first chart s": round(statistics.median(charts), 3),
        "worst first chart s": round(max(charts), 3),
        "all in sight s": round(statistics.median(all_charts), 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=10)
    arguments = parser.parse_args()
    what = f"{arguments.runs} runs x {len(TAGS)} tags"
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as log_dir:
        make_logs(Path(log_dir), arguments.runs)
        with served(Path(log_dir)) as url, chromium() as browser:
            loading = seconds_to_charts(browser, url)
            wait_until_loaded(url)
            usual = [seconds_to_charts(browser, url) for _ in range(arguments.repeat)]
            every = [seconds_to_charts(browser, f"{url}#select=all") for _ in range(arguments.repeat)]
    rows = [
        row(f"{what}, as it opens", usual),
        row(f"{what}, every run shown", every),
        row(f"{what}, as it opens, while the server still loads", [loading]),
    ]
    claims = [budget(f"first chart of {what}, median s", float(rows[0]["first chart s"] or 0), BUDGET_S)]
    notes = [
        f"{POINTS} points a series. From the start of the navigation to after the paint; no cache, no stored view.",
        "With over 100 runs a page opens with the newest 20 shown. The third row is one visit right after the start.",
        "Server and a headless Chromium that draws in software share this machine.",
    ]
    write("first_chart", [*rows, *claims], notes)


if __name__ == "__main__":
    main()
