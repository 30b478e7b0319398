"""Takes the pictures that the documents show: real trainings, a real Chromium, both themes, two widths."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import chromium
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
WIDTHS = {"": (1600, 1000), "-900": (900, 1000)}


def train(log_dir: Path) -> None:
    """Trains the digits for a grid of learning rates and widths, one run each."""
    import torch
    from sklearn.datasets import load_digits
    from torch import nn

    from kymo import SummaryWriter

    digits = load_digits()
    images = torch.tensor(digits.data, dtype=torch.float32) / 16
    labels = torch.tensor(digits.target)
    train_x, val_x, train_y, val_y = images[:1300], images[1300:], labels[:1300], labels[1300:]
    for width in (16, 128):
        for lr in (0.02, 0.1, 0.5):
            torch.manual_seed(0)
            model = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, 10))
            optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
            criterion = nn.CrossEntropyLoss()
            step = 0
            with SummaryWriter(str(log_dir / f"width-{width}" / f"lr-{lr}")) as writer:
                writer.add_text(
                    "notes", f"Two layers, **{width}** hidden units, learning rate **{lr}** with cosine decay."
                )
                for epoch in range(1, 41):
                    for batch in torch.randperm(len(train_x)).split(32):
                        loss = criterion(model(train_x[batch]), train_y[batch])
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        step += 1
                        writer.add_scalar("train/loss", loss, step)
                    with torch.no_grad():
                        scores = model(val_x)
                        writer.add_scalar("val/loss", criterion(scores, val_y), step)
                        writer.add_scalar("val/accuracy", (scores.argmax(dim=1) == val_y).float().mean(), step)
                    writer.add_scalar("optimizer/learning_rate", scheduler.get_last_lr()[0], step)
                    writer.add_scalar("epoch", epoch, step)
                    scheduler.step()


@contextmanager
def served(log_dir: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "kymo", "serve", str(log_dir), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield next(found.group() for line in process.stdout if (found := re.search(r"http://\S+", line)))
        finally:
            process.terminate()


def shoot(browser: Browser, url: str) -> None:
    for theme in ("light", "dark"):
        for suffix, (width, height) in WIDTHS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto(url)
            page.locator("[data-points]").first.wait_for()
            page.wait_for_timeout(1500)  # every visible chart has drawn; a picture proves nothing, so a pause may do
            page.screenshot(path=IMAGES / f"dashboard-{theme}{suffix}.png")
            context.close()


def main() -> None:
    found = chromium.find()
    if found is None:
        raise SystemExit("No Chromium was found: run `make test`, or set KYMO_CHROMIUM to one.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        log_dir = Path(folder) / "digits"
        train(log_dir)
        with served(log_dir) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(found), args=chromium.launch_arguments())
            shoot(browser, url)
            browser.close()
    print("\n".join(str(path.relative_to(ROOT)) for path in sorted(IMAGES.glob("*.png"))))


if __name__ == "__main__":
    main()
