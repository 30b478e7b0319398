"""`kymo runs`, as it is read in a terminal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import kymo

COMMAND = [sys.executable, "-m", "kymo", "runs"]


def listed(*arguments: object) -> list[str]:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=True, env={"COLUMNS": "160"}
    )
    return done.stdout.splitlines()


def train(directory: Path, epochs: int, **options: Any) -> None:
    with kymo.Run(directory, progress=False, **options) as run:
        for epoch in run.epochs(epochs):
            for _ in run.batches(range(3)):
                run.log({"train/loss": 1 / epoch})
            run.log_epoch({"val/loss": 1 / epoch})


def test_each_run_says_how_far_it_is_and_how_it_ended(tmp_path: Path) -> None:
    with kymo.SummaryWriter(str(tmp_path / "plain")) as writer:
        writer.add_scalar("loss", 1.0, 7)
    train(tmp_path / "whole", 2)
    train(tmp_path / "stopped", 9, stop=[kymo.EarlyStopping("val/loss", stopping_threshold=0.5)])
    (tmp_path / "odd").mkdir()
    with kymo.SummaryWriter(str(tmp_path / "odd")) as writer:
        writer.add_scalar("loss", 1.0, 3)
    (tmp_path / "odd" / "run.json").write_text(
        json.dumps({"status": "running", "heartbeat": 0, "best": [{"value": "[bold]"}, 3], "epoch": "x"})
    )
    heading, *rows = listed(tmp_path)
    assert heading.split() == ["run", "status", "progress", "best", "last", "event"]
    assert [row.split()[0] for row in rows] == ["odd", "stopped", "whole", "plain"]
    cells = {row.split()[0]: " ".join(row.split()[1:]) for row in rows}
    assert cells["stopped"].startswith("target_reached epoch 2 of 9, step 6 ")
    assert cells["whole"].startswith("completed epoch 2 of 2, step 6 ")
    assert cells["odd"].startswith("crashed step 3 ")
    assert cells["plain"].startswith("running step 7 ")
    assert cells["plain"].endswith(" ago")


def test_the_best_value_is_in_the_table(tmp_path: Path) -> None:
    import torch

    model = torch.nn.Linear(1, 1)
    with kymo.Run(tmp_path / "run", keep=kymo.BestModel("val/loss"), progress=False) as run:
        run.watch(model)
        for epoch in run.epochs(2):
            run.log_epoch({"val/loss": 1 / epoch})
    assert "val/loss 0.5" in listed(tmp_path)[1]


def test_a_directory_without_runs_says_so(tmp_path: Path) -> None:
    assert listed(tmp_path / "none") == [f"No runs are in {tmp_path / 'none'} yet."]


def test_watching_goes_on_until_it_is_interrupted(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    with subprocess.Popen([*COMMAND, str(tmp_path / "runs"), "--watch"], stdout=subprocess.PIPE, text=True) as watching:
        time.sleep(2)
        assert watching.poll() is None
        watching.send_signal(signal.SIGINT)
        said, _ = watching.communicate(timeout=30)
    assert watching.returncode == 130
    assert "run" in said
