"""The demo as a script would run it: it trains, serves meanwhile, and ends politely."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from waiting import until

import kymo

OPTIONS = ("--port", "0", "--no-open-browser")


def start(logdir: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "kymo", "demo", "--logdir", str(logdir), *OPTIONS, *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://\S+", line):
            return found.group()
    raise AssertionError("the demo ended without naming its address")


def test_it_trains_and_exits(tmp_path: Path) -> None:
    with start(tmp_path, "--fast", "--exit", "--epochs", "10") as process:
        output, _ = process.communicate(timeout=100)
    assert process.returncode == 0, output
    logs = kymo.open(tmp_path)
    (name,) = logs
    run = logs[name]
    assert name.startswith("digits-")
    assert len(run["train/loss"]) == 10 * 22
    assert run["train/loss/epoch"].steps.tolist() == list(range(22, 221, 22))
    assert run["val/accuracy"].values[-1] > 0.9
    assert run["epoch"].values.tolist() == [float(epoch) for epoch in range(1, 11)]
    assert logs.warnings == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_meanwhile_and_ends_politely_when_interrupted(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path) as process:
        url = address(process)
        with urllib.request.urlopen(f"{url}api/info", timeout=20) as response:
            assert response.status == 200
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in output


def test_a_file_as_log_directory_is_misuse(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with start(file) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"'{file}' is a file" in output


def test_a_run_that_was_stopped_is_gone_on_with(tmp_path: Path) -> None:
    with start(tmp_path, "--epochs", "400") as process:
        address(process)
        until(lambda: any(tmp_path.glob("digits-*/bestmodel.pth")))
        (directory,) = tmp_path.glob("digits-*")
        (directory / "STOP").touch()
        until(lambda: json.loads((directory / "run.json").read_text())["status"] == "stop_file")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    stopped = json.loads((directory / "run.json").read_text())["step"]
    epochs = str(stopped // 22 + 2)
    with start(tmp_path, "--resume", "--fast", "--exit", "--epochs", epochs) as process:
        output, _ = process.communicate(timeout=100)
    assert process.returncode == 0, output
    assert f"#front={directory.name}&" in output
    (run,) = kymo.open(tmp_path).values()
    steps = run["train/loss"].steps[~run["train/loss"].superseded]
    assert steps.tolist() == list(range(1, 22 * int(epochs) + 1))


def test_there_must_be_a_run_to_go_on_with(tmp_path: Path) -> None:
    with start(tmp_path, "--resume") as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "holds no run of the demo to go on with: leave --resume out." in output
