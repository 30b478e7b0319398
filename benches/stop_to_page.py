"""How long a request to stop takes until the page shows that the training has taken it up.

python benches/stop_to_page.py [--samples 12]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from browser import LIMIT, VIEWPORT, chromium, served
from playwright.sync_api import Browser, Page
from report import Row, budget, write

BATCH_SECONDS = 0.02
BUDGET_MS = 300  # beside one batch

TRAINING = f"""
import sys, time
import kymo
with kymo.Run(sys.argv[1], resume=True, progress=False) as run:
    for _ in run.epochs():
        for batch in run.batches(range(100)):
            run.log({{"train/loss": 1.0}})
            time.sleep({BATCH_SECONDS})
            if batch == 10:
                print("goes on", flush=True)
"""

# When the page first shows, after `asked`, that the run stops; the message comes once that has been painted.
RECORD = """
window.shown = null;
new MutationObserver(() => {
  const state = document.querySelector(".front")?.dataset.state;
  if (shown !== null || !["stopping", "stopped"].includes(state)) return;
  shown = 0;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (shown = (performance.timeOrigin + performance.now()) / 1000);
    port2.postMessage(null);
  });
}).observe(document, { subtree: true, childList: true, attributeFilter: ["data-state"] });
"""


def by_file(_: Page, directory: Path) -> float:
    """As `touch STOP` does, and `kymo stop` once it has started; when, in seconds since the epoch."""
    now = time.time()
    (directory / "STOP").touch()
    return now


def by_button(page: Page, _: Path) -> float:
    page.get_by_role("button", name="Stop …").click()
    button = page.get_by_role("button", name="Stop after this batch")
    button.wait_for()
    page.evaluate("""() => addEventListener("click", () => (window.pressed = Date.now() / 1000), { capture: true })""")
    button.click()
    return float(page.evaluate("pressed"))


WAYS: dict[str, Callable[[Page, Path], float]] = {"a file STOP, by hand": by_file, "the page's button": by_button}


@contextmanager
def training(directory: Path) -> Iterator[None]:
    """A training in a process of its own, which is well under way."""
    with subprocess.Popen([sys.executable, "-c", TRAINING, str(directory)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            process.stdout.readline()
            yield
        finally:
            process.communicate(timeout=LIMIT / 1000)


def seconds_to_page(browser: Browser, url: str, directory: Path, ask: Callable[[Page, Path], float]) -> float:
    """From the request to the paint of what the training has made of it."""
    page = browser.new_page(viewport=VIEWPORT)
    with training(directory):
        page.goto(url)
        page.locator(".front[data-state=running]").wait_for(timeout=LIMIT)
        time.sleep(1)  # the page has drawn what there is
        page.evaluate(RECORD)
        asked = ask(page, directory)
        page.wait_for_function("() => window.shown > 0", timeout=LIMIT, polling=50)
        shown = float(page.evaluate("shown"))
    page.close()
    return shown - asked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=12, help="of each way to ask")
    samples = parser.parse_args().samples
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    with chromium() as browser, tempfile.TemporaryDirectory(prefix="kymo-bench-") as folder:
        directory = Path(folder) / "run"
        with served(Path(folder)) as url:
            for _ in range(samples):
                for way, ask in WAYS.items():
                    taken[way].append(seconds_to_page(browser, url, directory, ask))
    rows: list[Row] = []
    for way, seconds in taken.items():
        beyond = (np.array(seconds) - BATCH_SECONDS) * 1000
        rows.append(
            {
                "asked by": way,
                "samples": len(seconds),
                "beyond a batch, p50 ms": round(float(np.percentile(beyond, 50)), 1),
                "beyond a batch, p95 ms": round(float(np.percentile(beyond, 95)), 1),
                "max ms": round(float(beyond.max()), 1),
            }
        )
    claims = [
        budget(
            f"a stop asked by {row['asked by']} until the page shows it taken up, beyond a batch, p95 ms",
            float(row["beyond a batch, p95 ms"] or 0),
            BUDGET_MS,
        )
        for row in rows
    ]
    notes = [
        f"A training with batches of {BATCH_SECONDS * 1000:g} ms, resumed for each sample; training, server and a"
        " headless Chromium that draws in software share this machine.",
    ]
    write("stop_to_page", [*rows, *claims], notes)


if __name__ == "__main__":
    main()
