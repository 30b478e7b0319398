from __future__ import annotations

from typing import Any

import pytest
from ticking import Ticking

from kymo import EarlyStopping, Fired, MaxEpochs, MaxSteps, MaxTime, Outcome, Progress, StopCondition, StopConditions
from kymo.train.stopping.condition import MOMENTS, UNTOLD


class Recorder(StopCondition):
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self, answer: Fired | None = None) -> None:
        self.answer = answer
        self.calls: list[Any] = []

    def start(self) -> None:
        self.calls.append("start")

    def close(self) -> None:
        self.calls.append("close")

    def after_batch(self, at: Progress = UNTOLD) -> Fired | None:
        self.calls.append(at)
        return self.answer


def test_all_are_asked_and_the_first_one_counts() -> None:
    error, done = Fired("diverged", "It is NaN."), Fired("completed", "Done.")
    conditions = [Recorder(), Recorder(done), Recorder(error), Recorder()]
    fired = StopConditions(conditions).after_batch(Progress(1, 10))
    assert fired is not None and fired.reason == "completed"
    assert fired.also == (error,)
    assert all(condition.calls == [Progress(1, 10)] for condition in conditions)
    assert str(Outcome.of(fired)) == "Done. It is NaN."


def test_a_condition_is_not_asked_at_moments_it_has_no_answer_for() -> None:
    stop = StopConditions([MaxEpochs(1), MaxSteps(1)])
    assert [len(stop._asked[moment]) for moment in MOMENTS] == [2, 1, 0, 0, 2, 0]


def test_starting_and_closing_reach_all_of_them_closing_in_reverse_though_one_fails() -> None:
    order: list[str] = []

    class Named(StopCondition):
        def __init__(self, name: str, fails: bool = False) -> None:
            self._name, self._fails = name, fails

        def start(self) -> None:
            order.append(f"start {self._name}")

        def close(self) -> None:
            order.append(f"close {self._name}")
            if self._fails:
                raise OSError("lost")

    with pytest.raises(OSError, match="lost"), StopConditions([Named("a"), Named("b", fails=True), Named("c")]):
        order.append("train")
    assert order == ["start a", "start b", "start c", "train", "close c", "close b", "close a"]


def test_every_decision_passes_through_the_agreement() -> None:
    asked: list[Fired | None] = []
    elsewhere = Fired("early_stopping", "Rank 3 says so.")

    def agree(found: Fired | None) -> Fired | None:
        asked.append(found)
        return elsewhere

    stop = StopConditions([MaxEpochs(5)], agree=agree)
    answers = [getattr(stop, moment)(Progress(1, 10)) for moment in MOMENTS]
    assert answers == [elsewhere] * len(MOMENTS)
    assert asked == [None] * len(MOMENTS), "also where no condition answers: all ranks meet at every moment"


def test_closeness_is_told_for_each_and_for_the_nearest() -> None:
    clock = Ticking()
    stop = StopConditions([Recorder(), MaxTime("2h", clock=clock), EarlyStopping("loss", patience=10)])
    with stop:
        clock.pass_by(38 * 60)
        for value in [0.5] + [0.6] * 7:
            stop.after_epoch(Progress(1, 1, {"loss": value}))
        assert stop.closenesses() == {
            "MaxTime": (pytest.approx(38 / 120), "38 min of 2 h"),
            "EarlyStopping(loss)": (0.7, "patience 7 of 10 checks"),
        }
        assert stop.closeness() == (0.7, "patience 7 of 10 checks")
    assert StopConditions([]).closeness() is None


def test_states_go_by_name_and_what_differs_is_told(caplog: pytest.LogCaptureFixture) -> None:
    before = StopConditions([MaxSteps(10), MaxSteps(20), MaxEpochs(3)])
    before.after_batch()
    before.after_epoch()
    state = before.state_dict()
    assert list(state) == ["MaxSteps", "MaxSteps #2", "MaxEpochs"]
    again = StopConditions([MaxSteps(10), MaxSteps(20), MaxEpochs(3)])
    again.load_state_dict(state)
    assert again.state_dict() == state and not caplog.records
    changed = StopConditions([MaxTime("1h"), MaxSteps(30)])
    changed.load_state_dict(state)
    assert changed.closenesses()["MaxSteps"].text == "step 1 of 30"
    assert "MaxTime begins anew, MaxEpochs is not there, MaxSteps #2 is not there." in caplog.text


def test_what_is_no_condition_is_told() -> None:
    with pytest.raises(TypeError, match=r"'2h' .str. is no stop condition: pass a kymo.StopCondition"):
        StopConditions(["2h"])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: MaxEpochs(0), ValueError, "MaxEpochs of 0 would train nothing: pass 1 or more"),
        (lambda: MaxSteps(1.5), TypeError, "MaxSteps of 1.5 .float. is no number of steps"),  # type: ignore[arg-type]
        (lambda: MaxTime(0), ValueError, "MaxTime of 0 .int. leaves no time to train: pass a longer one"),
        (lambda: MaxTime("soon"), ValueError, "limit 'soon' .str. is no span of time"),
    ],
)
def test_limits_that_make_no_sense_are_told(make: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        make()


def test_a_run_that_is_complete_ends_at_once_when_it_is_resumed() -> None:
    done = MaxEpochs(2).before_epoch(Progress(epoch=2))
    assert done is not None and (done.reason, done.text) == ("completed", "All 2 epochs are done.")
    one = MaxSteps(1).after_batch()
    assert one is not None and one.text == "The one step is done."
