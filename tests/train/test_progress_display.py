"""What is shown of a training, where there is a terminal and where there is none."""

import io
import re
from pathlib import Path
from typing import Any

import pytest

import kymo
from kymo.train.progress_display import ProgressDisplay


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())


def train(display: ProgressDisplay, clock: Clock, epochs: int, batches: int, seconds: float) -> None:
    left = epochs * batches * seconds
    for epoch in range(1, epochs + 1):
        display.begin_epoch(epoch, epochs)
        display.begin_loop(range(batches))
        for _ in range(batches):
            clock.now += seconds
            left -= seconds
            display.end_batch(lambda: {"lr": 0.1, "loss": 0.5}, left=lambda left=left: left)
        display.end_epoch({"loss": 0.5, "accuracy": epoch / 10}, {"accuracy": epoch / 10}, left)
    display.close()


def test_without_a_terminal_there_is_a_line_for_each_epoch_and_each_minute():
    stream, clock = io.StringIO(), Clock()
    train(ProgressDisplay(stream, clock), clock, epochs=2, batches=10, seconds=15)
    assert shown(stream).splitlines() == [
        "epoch 1/2 · batch 4/10 · loss 0.5 · lr 0.1 · 0.0667 batches/s · about 4 min left",
        "epoch 1/2 · batch 8/10 · loss 0.5 · lr 0.1 · 0.0667 batches/s · about 3 min left",
        "epoch 1/2 · loss 0.5 · accuracy 0.1 · best accuracy 0.1 · 2 min 30 s · about 2 min 30 s left",
        "epoch 2/2 · batch 4/10 · loss 0.5 · lr 0.1 · best accuracy 0.1 · 0.0667 batches/s · about 1 min 30 s left",
        "epoch 2/2 · batch 8/10 · loss 0.5 · lr 0.1 · best accuracy 0.1 · 0.0667 batches/s · about 30 s left",
        "epoch 2/2 · loss 0.5 · accuracy 0.2 · best accuracy 0.2 · 2 min 30 s",
    ]


def test_a_terminal_has_a_bar_that_changes_twice_a_second_at_most(monkeypatch: pytest.MonkeyPatch):
    from rich.progress import Progress

    updates: list[Any] = []
    update = Progress.update
    monkeypatch.setattr(Progress, "update", lambda self, *one, **two: (updates.append(two), update(self, *one, **two)))
    monkeypatch.setenv("COLUMNS", "160")
    stream, clock = Terminal(), Clock()
    train(ProgressDisplay(stream, clock), clock, epochs=1, batches=1000, seconds=0.01)
    assert 18 <= len(updates) <= 20
    assert updates[-1]["told"].startswith("loss 0.5 · lr 0.1 · 100 batches/s")
    assert "epoch 1/1 · loss 0.5 · accuracy 0.1 · best accuracy 0.1 · 10 s" in shown(stream)


def test_a_stream_that_is_gone_ends_no_training():
    stream, clock = io.StringIO(), Clock()
    stream.close()
    display = ProgressDisplay(stream, clock)
    display._is_plain = True  # what a closed stream cannot be asked
    train(display, clock, epochs=1, batches=1, seconds=1)


@pytest.mark.parametrize("progress", [True, False])
def test_a_run_shows_its_epochs_on_standard_error_unless_told_not_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], progress: bool
):
    with kymo.Run(tmp_path, progress=progress) as run:
        for epoch in run.epochs(2):
            for _ in run.batches(range(2)):
                run.log({"train/loss": 1.0})
            run.log_epoch({"val/loss": float(epoch)})
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) == (2 if progress else 0)
    if progress:
        assert lines[1].startswith("epoch 2/2 · train/loss 1 · val/loss 2 · ")
    assert captured.out == "All 2 epochs are done.\n"


def test_the_time_left_is_that_of_the_limit_which_ends_the_training_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with kymo.Run(tmp_path, stop=[kymo.MaxTime("2h"), kymo.MaxEpochs(2)]) as run:
        for _ in run.epochs(1_000_000_000):
            for _ in run.batches(range(2)):
                pass
    first, second = capsys.readouterr().err.splitlines()[:2]
    seconds = re.search(r"about (\S+) s left", first)
    assert seconds is not None and float(seconds[1]) < 60, first
    assert "left" not in second
