"""What a run makes of the loops that people write."""

import json
import logging
import threading
from pathlib import Path

import pytest
import torch
from torch import nn

import kymo
from kymo.format.run_file import read_run_file


def numbers(directory: Path, tag: str) -> dict[int, float]:
    series = kymo.open(directory)["."][tag]
    return dict(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def test_numbers_of_a_batch_are_one_event_and_an_epoch_has_their_means(tmp_path: Path):
    with kymo.Run(tmp_path) as run:
        for epoch in run.epochs(2):
            for batch in run.batches([1.0, 2.0, 6.0]):
                run.log({"train/loss": epoch * batch, "train/accuracy": torch.tensor(0.5)}, lr=0.1)
            run.log_epoch({"val/loss": epoch})
    assert numbers(tmp_path, "train/loss") == {1: 1, 2: 2, 3: 6, 4: 2, 5: 4, 6: 12}
    assert numbers(tmp_path, "train/loss/epoch") == {3: 3, 6: 6}
    assert numbers(tmp_path, "val/loss") == {3: 1, 6: 2}
    assert numbers(tmp_path, "epoch") == {3: 1, 6: 2}
    assert "val/loss/epoch" not in kymo.open(tmp_path)["."]
    times = [kymo.open(tmp_path)["."][tag].wall_times.tolist() for tag in ("train/loss", "train/accuracy", "lr")]
    assert times[0] == times[1] == times[2]


def test_a_loop_that_is_left_early_counts_what_it_did(tmp_path: Path):
    with kymo.Run(tmp_path) as run:
        for _ in run.epochs(2):
            for number in run.batches(range(100)):
                run.log(first=float(number))
                if number == 2:
                    break
            assert not run.should_stop
            for number in run.batches(range(2)):
                run.log(second=float(number))
    assert run.step == 10
    assert numbers(tmp_path, "first") == {1: 0, 2: 1, 3: 2, 6: 0, 7: 1, 8: 2}
    assert numbers(tmp_path, "second") == {4: 0, 5: 1, 9: 0, 10: 1}


def test_a_return_in_the_middle_ends_in_a_closed_log(tmp_path: Path):
    def train() -> int:
        with kymo.Run(tmp_path) as run:
            for _ in run.epochs():
                for number in run.batches(range(10)):
                    run.log(number=float(number))
                    if number == 4:
                        return number
        raise AssertionError

    assert train() == 4
    said = read_run_file(tmp_path)
    assert said is not None
    assert said.status == "completed"
    assert said.data["outcome"]["text"] == "The loop was left in epoch 1."
    assert len(numbers(tmp_path, "number")) == 5


def test_an_error_is_raised_again_with_its_trace_in_the_run(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), kymo.Run(tmp_path) as run:
        for _ in run.epochs(1):
            for _ in run.batches([1]):
                1 / 0  # noqa: B018
    run_read = kymo.open(tmp_path)["."]
    assert "ZeroDivisionError" in run_read.texts("error/text_summary")[0].text[0]
    assert json.loads((tmp_path / "run.json").read_text())["status"] == "error"


def test_without_a_with_block_the_loops_end_by_themselves(tmp_path: Path):
    run = kymo.Run(tmp_path, stop=[kymo.MaxSteps(4)])
    seen = [batch for _ in run.epochs(9) for batch in run.batches("abc")]
    run.close()
    assert seen == ["a", "b", "c", "a"]
    assert run.should_stop
    assert run.outcome is not None
    assert run.outcome.text == "All 4 steps are done."
    run.close()  # once is enough


def test_no_validation_begins_that_would_not_end_in_time(tmp_path: Path):
    validated = 0
    with kymo.Run(tmp_path, stop=[kymo.MaxTime(0.2)]) as run:
        for _ in run.epochs(100):
            for _ in run.batches([1]):
                pass
            with run.validation():
                torch.tensor(0).item()
                validated += 1
                import time

                time.sleep(0.08)
            run.log_epoch(validated=float(validated))
    assert run.outcome is not None
    assert run.outcome.reason == "max_time"
    assert 1 <= validated <= 2


def test_mistakes_are_told_before_hours_are_lost(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    model[0].weight.requires_grad_(False)
    with kymo.Run(tmp_path) as run:
        run.watch(model, torch.optim.SGD([model[0].weight, model[1].weight]))
        run.watch(model, torch.optim.SGD(nn.Linear(1, 1).parameters()))
    told = "\n".join(caplog.messages)
    assert "The optimizer holds '0.weight' with requires_grad=False" in told
    assert "The optimizer does not hold '0.bias', '1.bias'" in told
    assert "The optimizer holds none of the model's parameters" in told


def test_what_is_no_number_is_refused_and_nothing_of_it_is_logged(tmp_path: Path):
    with pytest.raises(TypeError, match="value 'low'"), kymo.Run(tmp_path) as run:
        run.log({"good": 1.0, "bad": "low"})
    assert "good" not in kymo.open(tmp_path)["."]


def test_the_run_says_what_it_is_and_that_it_lives(tmp_path: Path):
    with kymo.Run(tmp_path / "mlp", config={"lr": 0.1, "path": tmp_path}) as run:
        run.log(loss=1.0)
        run.writer.flush()
        assert kymo.open(tmp_path)["mlp"].status == "live"
    data = read_run_file(tmp_path / "mlp").data  # type: ignore[union-attr]
    assert data["name"] == "mlp"
    assert data["config"] == {"lr": 0.1, "path": str(tmp_path)}
    assert {"command", "commit", "host", "pid", "versions", "started", "heartbeat", "ended"} <= data.keys()
    assert kymo.open(tmp_path)["mlp"].status == "finished"


def test_resuming_takes_up_the_steps_even_if_nothing_is_watched(tmp_path: Path):
    with kymo.Run(tmp_path, stop=[kymo.MaxSteps(4)]) as run:
        for _ in run.epochs(9):
            for number in run.batches(range(3)):
                run.log(number=float(number))
    with kymo.Run(tmp_path, resume=True) as run:
        run.log(before=1.0)
        for _ in run.epochs(2):
            for number in run.batches(range(3)):
                run.log(number=float(number))
    assert numbers(tmp_path, "number") == {1: 0, 2: 1, 3: 2, 4: 0, 5: 1, 6: 2}


def test_a_run_that_does_nothing_leaves_nothing_behind(tmp_path: Path):
    before = set(threading.enumerate())
    with kymo.Run(tmp_path, progress=False):
        pass
    assert not set(threading.enumerate()) - before
