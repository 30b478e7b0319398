"""Every way in which a run ends, each in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from waiting import until

import kymo
from kymo.store.said import Said
from kymo.store.standing import standing_of

SCRIPT = Path(__file__).with_name("run_script.py")


def nothing(training: int, directory: Path) -> None:
    pass


def sends(number: int) -> Callable[..., None]:
    return lambda training, _: os.kill(training, number)


def puts(content: str) -> Callable[..., None]:
    return lambda _, directory: (directory / "STOP").write_text(content)


# how it is provoked, how the script is told, the exit code, whether it stops in the middle of an epoch
ENDS: dict[str, tuple[Callable[..., Any], str, int, bool | None]] = {
    "completed": (nothing, "completed", 0, False),
    "break": (nothing, "completed", 0, None),
    "early_stopping": (nothing, "early_stopping", 0, False),
    "target_reached": (nothing, "target_reached", 0, False),
    "max_time": (nothing, "max_time", 0, None),
    "deadline": (nothing, "deadline", 0, None),
    "stop_file": (puts(""), "stop_file", 0, None),
    "stop_file_epoch": (puts("epoch"), "stop_file", 0, False),
    "interrupted": (sends(signal.SIGINT), "interrupted", 130, None),
    "terminated": (sends(signal.SIGTERM), "terminated", 143, None),
    "usr1": (sends(signal.SIGUSR1), "terminated", 143, None),
    "diverged": (nothing, "diverged", 3, None),
    "error": (nothing, "error", 1, None),
}


# What the page of the run says.
PAGE = {
    **dict.fromkeys(("completed", "early_stopping", "target_reached"), "finished"),
    **dict.fromkeys(("max_time", "deadline", "stop_file", "interrupted", "terminated"), "stopped"),
    **dict.fromkeys(("diverged", "error"), "failed"),
}


@pytest.fixture(scope="module")
def trainings() -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, str(SCRIPT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        yield running
        assert running.stdin is not None
        running.stdin.close()


def ended(trainings: "subprocess.Popen[str]", directory: Path, how: str) -> tuple[int, str]:
    """The exit code of a training that was made to end so, and what it said."""
    assert trainings.stdin is not None
    assert trainings.stdout is not None
    print(directory, how, file=trainings.stdin, flush=True)
    training = int(trainings.stdout.readline())
    assert training > 1, "a signal to 0 or 1 would reach others than a training"
    told = directory.with_name(f"{directory.name}.txt")
    try:
        until(lambda: told.exists() and "goes on" in told.read_text())
        ENDS[how][0](training, directory)
    finally:
        exit_code = int(trainings.stdout.readline())  # the next line is about the next training
    return exit_code, told.read_text()


@pytest.mark.parametrize("how", ENDS)
def test_each_end_is_told_everywhere_and_loses_nothing(how: str, trainings: "subprocess.Popen[str]", tmp_path: Path):
    _, reason, code, is_within = ENDS[how]
    directory = tmp_path / "run"
    exit_code, said = ended(trainings, directory, how)
    assert exit_code == code, said
    record = json.loads((directory / "run.json").read_text())
    assert (record["status"], record["outcome"]["reason"], record["outcome"]["exit_code"]) == (reason, reason, code)
    assert record["outcome"]["text"] in said
    assert record["config"] == {"how": how}
    assert standing_of(Said(record), "finished", time.time()).state == PAGE[reason]
    assert record["ended"] >= record["started"]
    assert not (directory / "STOP").exists()

    run = kymo.open(tmp_path)["run"]
    assert run.status == "finished"
    steps = run["train/loss"].steps.tolist()
    assert steps == list(range(1, record["step"] + 1))
    (outcome,) = run.texts("events/stop/text_summary")
    assert outcome.text[0].startswith(record["outcome"]["text"])
    if how == "error":
        assert record["outcome"]["text"] == "RuntimeError: the loader's disk is gone"
        assert "the loader's disk is gone" in run.texts("error/text_summary")[0].text[0]
        return
    last = torch.load(directory / "last.pth", weights_only=True)
    assert last["step"] == record["step"] == steps[-1]
    assert last["epoch"] == record["epoch"]
    if is_within is False:
        assert last["batch"] == 0
    if record["epoch"]:
        best = torch.load(directory / "bestmodel.pth", weights_only=True)
        assert best["score"] == record["best"][0]["value"] == record["outcome"]["best"]["value"]


def test_a_second_interrupt_ends_at_once(tmp_path: Path):
    directory = tmp_path / "run"
    code = (
        "import kymo, time, signal, os\n"
        f"with kymo.Run({str(directory)!r}) as run:\n"
        "    for epoch in run.epochs(1):\n"
        "        for batch in run.batches([1, 2]):\n"
        "            print('in a batch', flush=True)\n"
        "            time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as training:
        assert training.stdout is not None
        assert training.stderr is not None
        assert training.stdout.readline() == "in a batch\n"
        training.send_signal(signal.SIGINT)
        while "stopping after this batch" not in training.stderr.readline():
            pass
        training.send_signal(signal.SIGINT)
        training.communicate(timeout=30)
    record = json.loads((directory / "run.json").read_text())
    assert record["status"] == "interrupted"
    assert record["outcome"]["text"] == "It was interrupted at once, in the middle of a batch."
