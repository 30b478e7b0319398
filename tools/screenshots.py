"""Takes the pictures that the documents show: real trainings, a real Chromium, both themes, two widths.

python tools/screenshots.py [STATE ...]
"""

from __future__ import annotations

import getpass
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, pairwise
from pathlib import Path
from typing import Literal

import chromium
from page_states import STATES, State, write_sweep
from playwright.sync_api import Browser, Page, Route, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
WIDTHS = {"": (1600, 1000), "-900": (900, 1000)}
# The trainings of the demo that logs are made of, and for how many seconds.
DEMOS = {"cases": ("kymo.cli.bottlenecks.training", 30), "sick": ("kymo.cli.sick_training", 10)}
# The dashboard itself is shown in every theme and width, each other state in two of the four.
LOOKS = {"light": ("light", 1600, 1000), "dark-900": ("dark", 900, 1000)}


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


def train_case(log_dir: Path, name: str) -> None:
    """Trains one of the demo's cases, or as `-mended` with what its verdict advises."""
    module, seconds = DEMOS[log_dir.name]
    case, _, mended = name.partition("-")
    command = [sys.executable, "-m", module, str(log_dir / name), case, "--seconds", str(seconds)]
    subprocess.run([*command, *(["--mended"] if mended else [])], check=True, stdout=subprocess.DEVNULL)


def look_inside(log_dir: Path) -> None:
    """Trains networks whose inside is logged: two that learn, and one so deep that its gradients vanish."""
    import torch
    from sklearn.datasets import load_digits
    from torch import nn

    from kymo import Run

    digits = load_digits()
    images, labels = torch.tensor(digits.data, dtype=torch.float32) / 16, torch.tensor(digits.target)
    deep = (64, *[32] * 7, 10)
    for name, sizes, activation in (
        ("relu", (64, 64, 32, 10), nn.ReLU),
        ("tanh", (64, 64, 32, 10), nn.Tanh),
        ("sigmoid", deep, nn.Sigmoid),
    ):
        torch.manual_seed(0)
        layers = [(nn.Linear(wide, narrow), activation()) for wide, narrow in pairwise(sizes)]
        model = nn.Sequential(*chain.from_iterable(layers))[:-1]
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        with Run(log_dir / name, progress=False) as run:
            run.watch(model, optimizer, budget=1)
            for _ in run.epochs(6):
                for batch in run.batches(torch.randperm(len(images)).split(32)):
                    loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    run.log({"train/loss": loss})


class Server:
    """`kymo serve` as a process of its own, which a state may end."""

    def __init__(self, log_dir: Path) -> None:
        command = [sys.executable, "-m", "kymo", "serve", str(log_dir), "--port", "0"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = next(found.group() for line in self._process.stdout if (found := re.search(r"http://\S+", line)))

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)


@contextmanager
def served(log_dir: Path) -> Iterator[Server]:
    server = Server(log_dir)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def going_on(log_dir: Path, seconds: float) -> Iterator[None]:
    """The demo's training as it is after a while; it ends with the pictures of it."""
    command = [sys.executable, "-m", "kymo.cli.demo_training", str(log_dir / "digits")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as training:
        try:
            time.sleep(seconds)
            yield
        finally:
            training.terminate()


def at_home(route: Route) -> None:
    """The server's own answer; where it names the machine that the pictures are taken on, it names a reader's."""
    response = route.fetch()
    text = re.sub(re.escape(tempfile.gettempdir()) + r"/[^/\"]+", "/home/ada/runs", response.text())
    text = text.replace(str(ROOT), "/home/ada/kymo").replace(f'"{socket.gethostname()}"', '"workstation"')
    text = re.sub(r'"pid":\d+', '"pid":4711', text).replace(getpass.getuser(), "ada")
    route.fulfill(response=response, body=text)


@contextmanager
def opened(browser: Browser, theme: Literal["light", "dark"], width: int, height: int) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    for route in ("info", "run?*", "front?*", "warnings?*"):
        context.route(f"**/api/{route}", at_home)
    yield context.new_page()
    # Questions that are still on their way have nobody left to ask.
    context.unroute_all(behavior="ignoreErrors")
    context.close()


def settle(page: Page) -> None:
    page.wait_for_timeout(1500)  # every visible chart has drawn; a picture proves nothing, so a pause may do


def shoot_dashboard(browser: Browser, url: str) -> None:
    for theme in ("light", "dark"):
        for suffix, (width, height) in WIDTHS.items():
            with opened(browser, theme, width, height) as page:
                page.goto(url)
                page.locator("[data-points]").first.wait_for()
                settle(page)
                page.screenshot(path=IMAGES / f"dashboard-{theme}{suffix}.png")


def shoot_state(browser: Browser, state: State, log_dir: Path) -> None:
    for look, (theme, width, height) in LOOKS.items():
        with served(log_dir) as server, opened(browser, theme, width, height) as page:
            state.before(page)
            page.goto(server.url + state.view)
            page.locator(state.ready).first.wait_for()
            if state.ends_server:
                server.stop()
            state.after(page)
            settle(page)
            page.screenshot(path=IMAGES / "states" / f"{state.name}-{look}.png")
            # Questions that are still on their way have nobody left to ask.
            page.unroute_all(behavior="ignoreErrors")


def main() -> None:
    asked = sys.argv[1:]
    if unknown := set(asked) - {state.name for state in STATES}:
        raise SystemExit(f"No state is called {', '.join(sorted(unknown))}: see tools/page_states.py.")
    found = chromium.find()
    if found is None:
        raise SystemExit("No Chromium was found: run `make test`, or set KYMO_CHROMIUM to one.")
    (IMAGES / "states").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        names = ("digits", "one", "sweep", "empty", "run", "inside", *DEMOS)
        logs = {name: Path(folder) / name for name in names}
        train(logs["digits"])
        shutil.copytree(logs["digits"] / "width-128" / "lr-0.1", logs["one"] / "digits")
        write_sweep(logs["sweep"], 1000)
        logs["empty"].mkdir()
        browser = playwright.chromium.launch(executable_path=str(found), args=chromium.launch_arguments())
        if not asked:
            with served(logs["digits"]) as server:
                shoot_dashboard(browser, server.url)
        wanted = [state for state in STATES if not asked or state.name in asked]
        if any(state.logs == "inside" for state in wanted):
            look_inside(logs["inside"])
        for log, name in dict.fromkeys((state.logs, name) for state in wanted for name in state.cases):
            train_case(logs[log], name)
        for state in wanted:
            if state.logs != "run":
                shoot_state(browser, state, logs[state.logs])
        if live := [state for state in wanted if state.logs == "run"]:
            with going_on(logs["run"], 45):
                for state in live:
                    shoot_state(browser, state, logs["run"])
        browser.close()
    print("\n".join(str(path.relative_to(ROOT)) for path in sorted(IMAGES.rglob("*.png"))))


if __name__ == "__main__":
    main()
