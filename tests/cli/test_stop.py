"""`kymo stop`, and the training that it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kymo
from kymo.format.file_names import STOP_FILE
from kymo.format.run_file import RUN_FILE


def asked(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kymo", "stop", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("after", ["batch", "epoch"])
def test_a_training_ends_after_what_was_named(tmp_path: Path, after: str) -> None:
    directory = tmp_path / "run"
    with kymo.Run(directory) as run:
        for _ in run.epochs(3):
            for batch in run.batches([1, 2, 3]):
                if batch == 2 and run.epoch == 1:
                    answer = asked(str(directory), "--after", after)
                    assert answer.stdout == f"{directory} is asked to stop after this {after}.\n", answer.stderr
    assert run.outcome is not None
    assert run.outcome.reason == "stop_file"
    assert run.step == {"batch": 5, "epoch": 6}[after]
    assert not (directory / STOP_FILE).exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "has no run.json, so no kymo.Run trains there"),
        ({"status": "early_stopping"}, "has ended already: early_stopping"),
        ({"status": "running", "heartbeat": time.time() - 3600}, "has not said for a while that it is alive"),
        ([], "holds a list where an object is expected"),
    ],
)
def test_what_does_not_train_is_not_asked(tmp_path: Path, content: object, said: str) -> None:
    if content is not None:
        (tmp_path / RUN_FILE).write_text(json.dumps(content))
    answer = asked(str(tmp_path))
    assert answer.returncode == 2
    assert said in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / STOP_FILE).exists()
