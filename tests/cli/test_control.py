"""`kymo control`, and the training that it steers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch

import kymo
from kymo.format.run_file import RUN_FILE


def asked(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kymo", "control", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def steered(directory: Path, *requests: tuple[str, ...]) -> list[subprocess.CompletedProcess[str]]:
    """What a training answers to requests that are made one after the other while it goes on."""
    answers: list[subprocess.CompletedProcess[str]] = []

    def ask() -> None:
        answers.extend(asked(str(directory), *request) for request in requests)

    asking = threading.Thread(target=ask)
    model = torch.nn.Linear(1, 1)
    with kymo.Run(directory, progress=False) as run:
        run.watch(model, torch.optim.SGD(model.parameters(), lr=0.1))
        for _ in run.epochs(100_000):
            for _ in run.batches(range(10)):
                time.sleep(0.005)
                if run.step == 1:
                    asking.start()
            if run.step > 10 and not asking.is_alive():
                break
    return answers


def test_a_training_does_what_it_is_asked_and_the_answer_is_printed(tmp_path: Path) -> None:
    paused, resumed, rate, refused = steered(
        tmp_path, ("pause",), ("resume",), ("set", "lr", "0.25"), ("set", "lr", "x")
    )
    assert paused.stdout.startswith("Training is paused after step "), paused.stderr
    assert resumed.stdout.startswith("Training goes on after step ")
    assert rate.stdout.startswith("The learning rate is 0.25 after step ")
    assert (refused.returncode, refused.stdout) == (
        1, "Refused: 'x' is no learning rate: give a number such as 0.001.\n"
    )  # fmt: skip
    assert [answer.returncode for answer in (paused, resumed, rate)] == [0, 0, 0]


def alive(directory: Path, **said: object) -> None:
    (directory / RUN_FILE).write_text(json.dumps({"status": "running", "heartbeat": time.time(), **said}))


def test_an_answer_that_does_not_come_is_told(tmp_path: Path) -> None:
    alive(tmp_path)
    answer = asked(str(tmp_path), "pause", "--wait", "0.1")
    assert answer.returncode == 3
    assert "has not answered yet" in answer.stdout
    assert len(list((tmp_path / "control").glob("*.json"))) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["set"], "set needs a name and a value: this run has lr (0.1), epochs (20)"),
        (["set", "lr"], "set needs a name and a value"),
        (["pause", "now"], "pause takes no 'now'"),
        (["fly"], "'fly' is not one of"),
    ],
)
def test_what_cannot_be_asked_is_refused(tmp_path: Path, arguments: list[str], said: str) -> None:
    alive(tmp_path, offers={"verbs": [], "settings": {"lr": "0.1", "epochs": "20"}})
    answer = asked(str(tmp_path), *arguments)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert not (tmp_path / "control").exists()


def test_a_run_that_takes_no_requests_or_has_ended_is_not_asked(tmp_path: Path) -> None:
    alive(tmp_path, offers=None)
    assert "takes no requests" in asked(str(tmp_path), "pause").stderr
    alive(tmp_path, status="completed")
    assert "has ended already: completed" in asked(str(tmp_path), "pause").stderr
    assert not (tmp_path / "control").exists()
