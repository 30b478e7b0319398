from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ticking import Ticking

from kymo import EarlyStopping, Progress
from kymo.train.stopping import MissingMetricError


def stops_at(stopping: EarlyStopping, values: list[float]) -> int | None:
    """The check, from 1, at which it says to stop."""
    return next((check for check, value in enumerate(values, start=1) if stopping.update(value)), None)


def test_epochs_count_from_the_best_one_however_seldom_it_is_checked() -> None:
    stopping = EarlyStopping("val/loss", patience="10 epochs")
    answers = {epoch: stopping.update(1.0 if epoch < 12 else 2.0, epoch=epoch) for epoch in range(3, 20, 3)}
    assert answers == {3: False, 6: False, 9: False, 12: False, 15: True, 18: True}
    assert stopping.fired is not None
    assert stopping.fired.text == "val/loss has not improved on 1 (epoch 3) for 15 epochs."


def test_steps_count_from_the_best_one() -> None:
    stopping = EarlyStopping("val/loss", patience="500 steps")
    assert [stopping.update(1.0, step=step) for step in (100, 300, 599, 600)] == [False, False, False, True]


def test_time_counts_from_the_best_one_and_not_while_the_run_is_down() -> None:
    clock = Ticking()
    stopping = EarlyStopping("val/loss", patience="30m", clock=clock)
    assert not stopping.update(1.0)
    clock.pass_by(20 * 60)
    assert not stopping.update(1.0)
    assert stopping.closeness().text == "patience 20 min of 30 min"
    state = stopping.state_dict()
    clock.pass_by(24 * 3600)
    resumed = EarlyStopping("val/loss", patience="30m", clock=clock)
    resumed.load_state_dict(state)
    resumed.start()
    clock.pass_by(9 * 60)
    assert not resumed.update(1.0)
    clock.pass_by(60)
    assert resumed.update(1.0)


@pytest.mark.parametrize(("patience", "told"), [("3 epochs", "epoch"), ("100 steps", "step")])
def test_a_check_must_be_told_what_patience_counts(patience: str, told: str) -> None:
    stopping = EarlyStopping("val/loss", patience=patience)
    with pytest.raises(
        ValueError, match=f"patience is {patience}, and the check was not told its {told}: pass {told}="
    ):
        stopping.update(1.0)


def test_a_warm_up_sets_no_best_and_uses_no_patience_but_finds_nan() -> None:
    stopping = EarlyStopping("val/loss", patience=2, start_from="5 epochs", divergence_threshold=10.0)
    for epoch in range(1, 5):
        assert not stopping.update(100.0 if epoch > 1 else 0.01, epoch=epoch)
    assert stopping.best is None
    assert stopping.closeness().text == "warm-up until 5 epochs"
    assert not stopping.update(1.0, epoch=5)
    assert stopping.best == 1.0
    fresh = EarlyStopping("val/loss", start_from=5)
    assert fresh.update(math.nan)


@pytest.mark.parametrize(
    ("min_delta", "value", "improves"),
    [(0.1, 0.9, False), (0.1, 0.89, True), ("10%", 0.91, False), ("10%", 0.89, True)],
)
def test_an_improvement_is_larger_than_min_delta(min_delta: Any, value: float, improves: bool) -> None:
    stopping = EarlyStopping("loss", patience=1, min_delta=min_delta)
    stopping.update(1.0)
    assert stopping.update(value) is not improves


@given(
    best=st.floats(-1e6, 1e6),
    share=st.integers(0, 90),
    mode=st.sampled_from(["min", "max"]),
)
def test_a_relative_min_delta_asks_for_a_change_to_the_better_whatever_the_sign(
    best: float, share: int, mode: str
) -> None:
    better = -1.0 if mode == "min" else 1.0
    least = abs(best) * share / 100
    for change, improves in ((1.01 * least + 1e-3, True), (0.99 * least - 1e-9 * abs(best), False), (-1e-3, False)):
        stopping = EarlyStopping("score", mode, patience=1, min_delta=f"{share}%")
        stopping.update(best)
        assert stopping.update(best + better * change) is not improves, (change, improves)


def test_a_baseline_must_be_beaten_within_the_patience() -> None:
    stopping = EarlyStopping("loss", patience=3, baseline=0.5)
    assert stops_at(stopping, [1.0, 0.9, 0.8, 0.7]) == 3
    assert stopping.fired is not None
    assert stopping.fired.text == "loss has not beaten the baseline 0.5 in 3 checks."
    assert stops_at(EarlyStopping("loss", patience=3, baseline=0.5), [1.0, 0.4, 0.9, 0.8, 0.7]) == 5


def test_smoothing_outlives_a_lucky_value_that_ends_a_bare_one() -> None:
    lucky = [1.0, 0.6, 0.9, 0.8, 0.7, 0.65, 0.62, 0.61]
    assert stops_at(EarlyStopping("loss", patience=4), lucky) == 6
    assert stops_at(EarlyStopping("loss", patience=4, smoothing=0.9), lucky) is None


@pytest.mark.parametrize(
    ("options", "values", "reason", "text"),
    [
        ({}, [0.5, math.nan], "diverged", "loss is NaN at check 2."),
        ({}, [-math.inf], "diverged", "loss is -Infinity at check 1."),
        ({"stopping_threshold": 0.1}, [0.5, 0.1], "target_reached", "loss has reached 0.1: it is 0.1 at check 2."),
        ({"divergence_threshold": 2}, [2.0, 2.5], "diverged", "loss is 2.5, above 2 at check 2."),
        ({"mode": "max", "divergence_threshold": 2}, [2.0, 1.5], "diverged", "loss is 1.5, below 2 at check 2."),
        ({"patience": 1}, [1.0, 1.0], "early_stopping", "loss has not improved on 1 (check 1) for 1 check."),
        ({"patience": 1, "check_finite": False}, [math.nan], "early_stopping", "loss has been no number for 1 check."),
    ],
)
def test_each_reason_has_its_text(options: dict[str, Any], values: list[float], reason: str, text: str) -> None:
    stopping = EarlyStopping("loss", **options)
    assert stops_at(stopping, values) == len(values)
    assert stopping.should_stop and stopping.fired is not None
    assert (stopping.fired.reason, stopping.fired.text) == (reason, text)


def test_the_first_rule_counts() -> None:
    stopping = EarlyStopping("loss", patience=1, stopping_threshold=5.0, divergence_threshold=1.0)
    stopping.update(0.5)
    assert stopping.update(3.0) and stopping.fired is not None and stopping.fired.reason == "target_reached"


def test_evidence_tells_what_was_measured_and_when() -> None:
    stopping = EarlyStopping("loss", patience=1, clock=Ticking())
    stopping.update(0.5, epoch=1, step=100)
    stopping.update(0.75, epoch=2, step=200)
    assert stopping.fired is not None
    assert stopping.fired.evidence == {
        **{"value": 0.75, "checks": 2, "epochs": 2, "steps": 200, "seconds": 0.0},
        **{"best": 0.5, "best_checks": 1, "best_epochs": 1, "best_steps": 100, "best_seconds": 0.0},
    }


def test_an_improvement_takes_back_that_it_should_stop() -> None:
    stopping = EarlyStopping("loss", patience=1)
    assert [stopping.update(value) for value in (1.0, 1.0, 0.5)] == [False, True, False]
    assert not stopping.should_stop


def test_a_metric_that_is_not_there_is_an_error_that_lists_those_that_are() -> None:
    stopping = EarlyStopping("val/accuracy")
    metrics = {"train/loss": 0.5, "val/acuracy": 0.9}
    with pytest.raises(MissingMetricError, match=r"no metric 'val/accuracy': there are 'val/acuracy', 'train/loss'\."):
        stopping.check(metrics)
    with pytest.raises(MissingMetricError):
        stopping.after_epoch(Progress(epoch=1, metrics=metrics))
    lenient = EarlyStopping("val/accuracy", strict=False)
    assert not lenient.check(metrics) and lenient.state_dict()["last"] is None


def test_an_epoch_without_metrics_is_no_check() -> None:
    stopping = EarlyStopping("loss", patience=1)
    stopping.after_epoch(Progress(epoch=1, metrics={"loss": 1.0}))
    assert stopping.after_epoch(Progress(epoch=2)) is None
    assert stopping.after_epoch(Progress(epoch=3, metrics={"loss": 1.0})) is not None


def test_a_tensor_of_one_element_is_a_value() -> None:
    import torch

    stopping = EarlyStopping("loss")
    assert not stopping.update(torch.tensor([0.5])) and stopping.best == 0.5
    with pytest.raises(ValueError, match="loss"):
        stopping.update(torch.ones(2))


def test_a_run_resumed_where_it_had_stopped_ends_at_once_and_goes_on_with_more_patience() -> None:
    stopping = EarlyStopping("loss", patience=2)
    assert stops_at(stopping, [0.5, 0.6, 0.6]) == 3
    same, longer = EarlyStopping("loss", patience=2), EarlyStopping("loss", patience=4)
    for resumed in (same, longer):
        resumed.load_state_dict(stopping.state_dict())
    assert same.before_epoch() is not None and same.should_stop
    assert longer.before_epoch() is None
    assert stops_at(longer, [0.6, 0.6]) == 2


def test_the_state_of_another_metric_or_mode_is_refused() -> None:
    state = EarlyStopping("val/loss").state_dict()
    with pytest.raises(ValueError, match="of 'val/loss' with mode 'min', and this watches 'val/f1' with mode 'max'"):
        EarlyStopping("val/f1").load_state_dict(state)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"monitor": ""}, TypeError, "monitor '' .str. is not the name of a metric"),
        ({"mode": "lowest"}, ValueError, "mode 'lowest'"),
        ({"monitor": "score"}, ValueError, "'score' does not say whether lower or higher is better: pass mode="),
        ({"patience": 0}, ValueError, "patience 0 .int. waits for nothing"),
        ({"patience": -1}, ValueError, "patience -1 is negative"),
        (
            {"patience": "soon"},
            ValueError,
            "patience 'soon' .str. is no amount of training: pass a number of checks, or",
        ),
        ({"patience": 1.5}, TypeError, "patience 1.5 .float. is no amount of training"),
        ({"min_delta": -0.1}, ValueError, "min_delta -0.1 .float. is negative"),
        ({"min_delta": "0.1"}, ValueError, "min_delta '0.1' .str. is no percentage"),
        ({"min_delta": None}, TypeError, "min_delta None"),
        ({"smoothing": 1.0}, ValueError, "smoothing 1.0 .float. is out of its range"),
        ({"stopping_threshold": math.nan}, ValueError, "stopping_threshold is NaN"),
        ({"divergence_threshold": "much"}, TypeError, "divergence_threshold"),
    ],
)
def test_bad_options_are_told(options: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        EarlyStopping(**{"monitor": "loss", **options})
