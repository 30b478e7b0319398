"""Which tag stands beside a run's name."""

from __future__ import annotations

import pytest

from kymo.server.headline import headline


@pytest.mark.parametrize(
    ("tags", "chosen"),
    [
        (["epoch", "train/loss", "val/accuracy", "val/loss"], "val/accuracy"),
        (["epoch", "train/loss", "val/loss", "train/accuracy"], "val/loss"),
        (["epoch", "train/loss", "train/accuracy"], "train/loss"),
        (["test/acc", "val_acc", "train_acc"], "val_acc"),
        (["Valid/Top1", "Valid/Loss"], "Valid/Top1"),
        (["eval/f1", "eval/error", "lr"], "eval/f1"),
        (["evaluation/x", "loss"], "evaluation/x"),
        (["value/estimate", "loss"], "loss"),
        (["optimizer/learning_rate", "gradient"], "gradient"),
        (["val/epoch", "epoch", "global_step", "time/seconds"], None),
        (["val_loss_epoch", "train_loss_step"], "val_loss_epoch"),
        (["val/error_rate", "loss"], "val/error_rate"),
        (["42/17", "---"], "42/17"),
        ([], None),
        (["host/memory", "device/gpu0/power", "pipeline/data_wait", "throughput"], "throughput"),
        (["host/cpu", "pipeline/step"], None),
    ],
)
def test_the_tag_that_says_most_is_chosen(tags: list[str], chosen: str | None) -> None:
    assert headline(dict.fromkeys(tags, 1)) == chosen
    assert headline(dict.fromkeys(reversed(tags), 1)) == chosen


def test_of_equals_the_one_that_most_runs_have() -> None:
    assert headline({"val/acc": 1, "val/accuracy": 5}) == "val/accuracy"
    assert headline({"val/acc": 5, "val/accuracy": 5}) == "val/acc"
