"""Log directories as trainings leave them, written by kymo's own SummaryWriter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from kymo import SummaryWriter

START = 1_760_000_000.0  # a run's first second; each step takes two
SECONDS_PER_STEP = 2.0
STEPS = 200
RATES = {"grid/lr-0.1": 0.1, "grid/lr-0.2": 0.2, "grid/lr-0.4": 0.4, "baseline": 0.05}
FINISHED = ("base", "grid/a", "grid/b", "grid/c")


def write_series(directory: Path, series: Mapping[str, Mapping[int, float]], start: float = START) -> None:
    with SummaryWriter(directory) as writer:
        for tag, points in series.items():
            for step, value in points.items():
                writer.add_scalar(tag, value, step, start + SECONDS_PER_STEP * step)


def loss(rate: float, step: int) -> float:
    return 1 + rate * (step % 7) - step / STEPS


def write_grid(log_dir: Path) -> None:
    """Four runs: losses, an accuracy, an epoch, a rate, and a text of the first of them."""
    for number, (run, rate) in enumerate(RATES.items()):
        series = {
            "train/loss": {step: loss(rate, step) for step in range(STEPS)},
            "train/accuracy": {step: step / STEPS for step in range(STEPS)},
            "val/loss": {step: 2 * loss(rate, step) for step in range(0, STEPS, 10)},
            "optimizer/rate": dict.fromkeys(range(STEPS), rate),
            "offset": dict.fromkeys(range(STEPS), -1.0 - rate),
            "epoch": {step: float(step // 50) for step in range(0, STEPS, 50)},
        }
        write_series(log_dir / run, series, START + 10_000 * number)


def write_finished(log_dir: Path) -> None:
    """Runs that have ended: they may be deleted."""
    for name in FINISHED:
        write_series(log_dir / name, {"loss": {step: 1 / (step + 1) for step in range(10)}})
        finish(log_dir / name)


def finish(directory: Path) -> None:
    """Says that the run has ended: what grew a moment ago counts as live otherwise."""
    (directory / "run.json").write_text(json.dumps({"status": "completed"}))
