"""What a browser loads of the page before its first view: every file, compressed as the server would at best send it.

python benches/bundle.py
"""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from browser import LIMIT, VIEWPORT, chromium, served
from playwright.sync_api import Response
from report import Row, budget, write

from kymo import SummaryWriter

BUDGET_KB = 150


def main() -> None:
    bodies: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as log_dir:
        with SummaryWriter(Path(log_dir) / "run") as writer:
            writer.add_scalar("train/loss", 0.5, 0)
        with served(Path(log_dir)) as url, chromium() as browser:
            page = browser.new_page(viewport=VIEWPORT)
            responses: list[Response] = []
            page.on("response", lambda response: responses.append(response))
            page.goto(url)
            page.locator('article[data-tag="train/loss"][data-newest-step="0"]').wait_for(timeout=LIMIT)
            for response in responses:
                path = urlsplit(response.url).path
                if not path.startswith("/api/") and response.ok:
                    bodies[path] = response.body()
    rows: list[Row] = [
        {"file": path, "bytes": len(body), "gzipped bytes": len(gzip.compress(body, 9))}
        for path, body in sorted(bodies.items())
    ]
    gzipped = sum(int(row["gzipped bytes"] or 0) for row in rows) / 1000
    notes = ["Everything but the answers of the API that a browser asks for until the first chart is drawn."]
    write("bundle", [*rows, budget("first view of the dashboard, kB gzipped", gzipped, BUDGET_KB)], notes)


if __name__ == "__main__":
    main()
