"""A run does what is asked of it while it goes on, and answers."""

import logging
import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from asking import Asker, plainly_trained, train
from torch import nn
from waiting import until

import kymo
from kymo.train.control import inbox
from kymo.train.stopping import far_watch

pytestmark = pytest.mark.usefixtures("at_each_batch")


@pytest.mark.parametrize(
    ("request_", "status", "text"),
    [
        (("checkpoint",), "done", "last.pth is saved at step 2."),
        (("set", "lr", "0.01"), "done", "The learning rate is 0.01 after step 2; it was 0.1."),
        (("set", "lr", "fast"), "refused", "'fast' is no learning rate: give a number such as 0.001."),
        (("set", "lr", "-1"), "refused", "A learning rate of -1 cannot be trained with: give a number from 0 on."),
        (("set", "epochs", "3"), "done", "epochs is 3, after 2."),
        (("set", "epochs", "0"), "refused", "0 epochs are done already: give more than that, or stop the run."),
        (("set", "epochs", "many"), "refused", "'many' is no number of epochs: give an integer."),
        (("set", "max_time", "3h"), "done", "max_time is 3 h, after 2 h."),
        (("set", "max_time", "soon"), "refused", "max_time 'soon' (str) is no span of time"),
        (("set", "patience", "9"), "done", "patience is 9 epochs, after 5 epochs."),
        (("set", "patience", "0"), "refused", "patience '0' waits for nothing: give 1 or more, or stop the run."),
        (("set", "steps", "100"), "done", "steps is 100, after 1000."),
        (("set", "momentum", "0"), "refused", "This run has no momentum to set: it has max_time, patience, steps, lr"),
        (("set", "lr"), "refused", "A name and a value are missing"),
        (("validate",), "refused", "This run offers no validation: call run.offer_validation in its program."),
        (("resume",), "refused", "Training is not paused."),
    ],
)
def test_each_request_is_answered_and_told(request_: tuple[str, ...], status: str, text: str, asker: Asker):
    stop = [
        kymo.MaxTime("2h"), kymo.EarlyStopping("val/loss", patience="5 epochs", strict=False), kymo.MaxSteps(1000)
    ]  # fmt: skip
    with kymo.Run(asker.directory, stop=stop, progress=False) as run:
        train(run, lambda step: asker(*request_) if step == 2 else None)
    (answer,) = asker.answers
    assert (answer.status, answer.request) == (status, " ".join(request_))
    assert answer.text.startswith(text)
    assert [path.name for path in (asker.directory / "control").iterdir()] == ["done"]
    (event,) = asker.events("control")
    refused = "" if status == "done" else "Refused: "
    assert event == f"{answer.by} asked to {answer.request}. {refused}{answer.text}"
    assert run.epoch == (3 if request_ == ("set", "epochs", "3") else 2)


def test_a_limit_that_is_lowered_ends_the_run(asker: Asker):
    with kymo.Run(asker.directory, stop=[kymo.MaxSteps(100)], progress=False) as run:
        train(run, lambda step: asker("set", "steps", "5") if step == 2 else None, epochs=10)
    assert run.step == 5
    assert run.outcome is not None
    assert run.outcome.text == "All 5 steps are done."


def test_epochs_of_the_run_and_of_a_condition_are_one_setting(asker: Asker):
    with kymo.Run(asker.directory, stop=[kymo.MaxEpochs(2)], progress=False) as run:
        train(run, lambda step: asker("set", "epochs", "4") if step == 2 else None, epochs=2)
    assert run.epoch == 4


def test_the_rate_is_what_training_goes_on_with(asker: Asker):
    plain = plainly_trained(asker.directory / "plain")
    asker.directory = asker.directory / "stopped"
    with kymo.Run(asker.directory, progress=False) as run:
        stopped = train(run, lambda step: asker("set", "lr", "0") if step == 3 else None)
    assert stopped[:3] == plain[:3]
    assert all(weights == stopped[2] for weights in stopped[3:])


def test_a_paused_run_stands_still_until_it_is_asked_to_go_on(asker: Asker):
    seen: list[dict[str, Any]] = []

    def watch() -> None:
        until(lambda: asker.said.get("phase") == "paused")
        seen.append(asker.said)
        time.sleep(0.3)
        seen.append(asker.said)
        asker("resume")

    watcher = threading.Thread(target=watch)
    budget = kymo.MaxTime("1h")
    with kymo.Run(asker.directory, stop=[budget], progress=False) as run:
        watcher.start()
        weights = train(run, lambda step: asker("pause") if step == 3 else None)
        trained = budget.elapsed
    watcher.join()
    began, ended = asker.answers
    assert [began.text, ended.text] == ["Training is paused after step 3.", "Training goes on after step 3."]
    assert [each["step"] for each in seen] == [3, 3]
    assert seen[0]["offers"]["verbs"] == ["checkpoint", "resume"]
    assert torch.load(asker.directory / "last.pth", weights_only=True)["step"] == 8
    assert ended.answered - began.answered > 0.3
    lasted = asker.said["ended"] - asker.said["started"]
    assert trained < lasted - 0.25, "a pause costs nothing of the budget"
    assert weights == plainly_trained(asker.directory / "plain")


def test_a_paused_run_can_be_stopped(asker: Asker):
    def stop() -> None:
        until(lambda: asker.said.get("phase") == "paused")
        (asker.directory / "STOP").touch()

    stopper = threading.Thread(target=stop)
    with kymo.Run(asker.directory, progress=False) as run:
        stopper.start()
        train(run, lambda step: asker("pause") if step == 3 else None)
    stopper.join()
    assert run.outcome is not None
    assert (run.outcome.reason, run.step) == ("stop_file", 3)
    assert torch.load(asker.directory / "last.pth", weights_only=True)["step"] == 3


def test_a_validation_leaves_no_trace_in_the_training(asker: Asker):
    plain = plainly_trained(asker.directory / "plain")
    asker.directory = asker.directory / "validated"
    with kymo.Run(asker.directory, keep=kymo.BestModel("val/loss"), progress=False) as run:

        def validate() -> dict[str, torch.Tensor]:
            model = run._session._model
            assert model is not None
            model.eval()
            return {"val/loss": torch.rand(()) + 1}

        run.offer_validation(validate)
        assert train(run, lambda step: asker("validate") if step == 3 else None) == plain
    series = kymo.open(asker.directory)["."]["val/loss"]
    assert series.steps.tolist() == [3]
    (answer,) = asker.answers
    assert answer.text == f"Validation at step 3: val/loss {series.values[0]:.6g}."
    assert torch.load(asker.directory / "bestmodel.pth", weights_only=True)["step"] == 3


def test_a_validation_that_fails_is_an_answer_and_not_the_end(asker: Asker):
    with kymo.Run(asker.directory, progress=False) as run:
        run.offer_validation(lambda: [][0])
        train(run, lambda step: asker("validate") if step == 3 else None)
    assert run.step == 8
    (answer,) = asker.answers
    assert (answer.status, answer.text) == ("refused", "IndexError: list index out of range.")


def test_fit_offers_its_validation(asker: Asker):
    model, data = nn.Linear(1, 1), [(torch.ones(4, 1), torch.zeros(4, 1))] * 4
    asked: list[int] = []

    class Asking(kymo.StopCondition):
        def after_batch(self, at: Any = None) -> None:
            if not asked:
                asked.append(at.step)
                asker("validate")

    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    mse = nn.functional.mse_loss
    kymo.fit(
        model, data, data, criterion=mse, optimizer=sgd, epochs=2, log_dir=asker.directory, stop=[Asking()],
        progress=False,
    )  # fmt: skip
    (answer,) = asker.answers
    assert answer.text.startswith("Validation at step 1: val/loss ")
    assert kymo.open(asker.directory)["."]["val/loss"].steps.tolist() == [1, 4, 8]


def test_what_is_offered_is_told(asker: Asker):
    with kymo.Run(asker.directory, stop=[kymo.MaxTime("2h")], progress=False) as run:
        run.offer_validation(dict)
        train(run, lambda step: asker("set", "lr", "0.5") if step == 2 else None)
        until(lambda: "offers" in asker.said)
        offers = asker.said["offers"]
    assert offers["verbs"] == ["checkpoint", "pause", "validate"]
    assert offers["settings"] == {"max_time": "2 h", "lr": "0.5", "epochs": "2"}
    assert asker.said["offers"] is None, "a run that has ended offers nothing"


def test_a_run_may_take_no_requests(asker: Asker):
    with kymo.Run(asker.directory, control=False, progress=False) as run:
        train(run, lambda step: asker("pause") if step == 2 else None)
    assert run.step == 8
    assert asker.answers == []
    assert asker.said["offers"] is None


def test_what_was_asked_before_the_run_or_is_left_at_its_end_is_refused(asker: Asker):
    asker("pause")
    (left,) = (asker.directory / "control").glob("*.json")
    os.utime(left, (1, 1))
    with kymo.Run(asker.directory, progress=False) as run:
        train(run, lambda _: None)
        asker("pause")
    early, late = asker.answers
    assert (early.status, early.text) == ("refused", "It was asked before this run began: ask again.")
    assert (late.status, late.request, late.text) == ("refused", "pause", "The run has ended.")
    assert [path.name for path in (asker.directory / "control").iterdir()] == ["done"]


def test_what_is_not_understood_is_refused_and_what_is_half_written_is_waited_for(
    asker: Asker, monkeypatch: pytest.MonkeyPatch
):
    def at_batch(step: int) -> None:
        control = asker.directory / "control"
        control.mkdir(exist_ok=True)
        if step == 1:
            (control / "1.json").write_text('{"verb": ')
            (control / "2.json").write_text("nonsense")
            os.utime(control / "2.json", (1, 1))
        if step == 3:
            assert not (control / "2.json").exists()
            (control / "1.json").write_text('{"verb": "checkpoint"}')

    with kymo.Run(asker.directory, progress=False) as run:
        train(run, at_batch)
    first, second = sorted(asker.answers)
    assert (first.status, first.step >= 3) == ("done", True)
    assert (second.status, second.request) == ("refused", "?")
    assert "2.json is not valid JSON" in second.text


def test_answers_that_cannot_be_written_are_told_and_training_goes_on(
    asker: Asker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(inbox, "write_answer", full)
    with caplog.at_level(logging.WARNING, "kymo"), kymo.Run(asker.directory, progress=False) as run:
        train(run, lambda step: asker("set", "lr", "0.5") if step == 2 else None)
    assert run.step == 8
    assert "cannot be written to" in caplog.text
    assert "The learning rate is 0.5" in caplog.text
    assert len(asker.events("control")) == 1


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(far_watch, "INTERVAL", 0.01)
    monkeypatch.setattr(inbox, "needs_polling", lambda *_: True)
    yield
    until(lambda: not [one for one in threading.enumerate() if one.name == "kymo-control"])


@pytest.mark.usefixtures("far")
def test_a_thread_looks_where_looking_is_slow(asker: Asker):
    def at_batch(step: int) -> None:
        if step == 2:
            asker("set", "lr", "0.5")
        time.sleep(0.03)

    with kymo.Run(asker.directory, progress=False) as run:
        train(run, at_batch)
    (answer,) = asker.answers
    assert (answer.status, answer.step < 8) == ("done", True)


def test_a_stop_after_the_epoch_is_acknowledged_before_the_epoch_ends(asker: Asker):
    acknowledged: list[str] = []

    def at_batch(step: int) -> None:
        if step == 1:
            (asker.directory / "STOP").write_text("epoch")
        if step == 3:
            until(lambda: "StopFile" in asker.said.get("stop", {}))
            acknowledged.append(asker.said["stop"]["StopFile"]["text"])

    with kymo.Run(asker.directory, progress=False) as run:
        train(run, at_batch)
    assert acknowledged[0].endswith("asks to stop after this epoch")
    assert run.step == 4
