"""What a run does not offer, and how steering goes with stops, pauses and loops of all kinds."""

import threading
import time

import pytest
import torch
from asking import Asker, train
from torch import nn
from waiting import until

import kymo
from kymo.train.control import steering

pytestmark = pytest.mark.usefixtures("at_each_batch")


def test_a_stop_after_the_epoch_ends_a_pause(asker: Asker):
    def stop() -> None:
        until(lambda: asker.said.get("phase") == "paused")
        (asker.directory / "STOP").write_text("epoch")

    stopper = threading.Thread(target=stop)
    with kymo.Run(asker.directory, progress=False) as run:
        stopper.start()
        train(run, lambda step: asker("pause") if step == 2 else None, epochs=5)
    stopper.join()
    assert run.outcome is not None
    assert (run.outcome.reason, run.step) == ("stop_file", 4)


def test_a_pause_is_no_silence(asker: Asker):
    def go_on() -> None:
        until(lambda: asker.said.get("phase") == "paused")
        time.sleep(1.5)
        asker("resume")

    resumer = threading.Thread(target=go_on)
    with kymo.Run(asker.directory, progress=False) as run:
        resumer.start()
        train(run, lambda step: asker("pause") if step == 2 else None)
        assert run._session.report._silence._longest["training"] < 1.2
    resumer.join()


def test_a_loop_of_ones_own_is_asked_after_each_epoch(asker: Asker):
    with kymo.Run(asker.directory, progress=False) as run:
        for epoch in run.epochs(3):
            if epoch == 1:
                asker("set", "epochs", "5")
    assert run.epoch == 5


def test_an_optimizer_without_a_rate_that_can_be_set_is_left_alone(asker: Asker):
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer.param_groups[0]["lr"] = None
    with kymo.Run(asker.directory, progress=False) as run:
        run.watch(model, optimizer)
        for _ in run.epochs(1):
            for batch in run.batches(range(3)):
                if batch == 0:
                    asker("set", "lr", "0.1")
    (answer,) = asker.answers
    assert answer.text == "This run has no lr to set: it has epochs."


def test_a_validation_is_offered_only_where_it_is_known_what_it_switches(asker: Asker):
    with kymo.Run(asker.directory, progress=False) as run:
        run.offer_validation(dict)
        assert "validate" not in run._session._steering.offers()["verbs"]  # type: ignore[union-attr]
        run.watch(nn.Linear(1, 1))
        assert "validate" in run._session._steering.offers()["verbs"]  # type: ignore[union-attr]


def test_one_of_many_processes_offers_only_to_save(asker: Asker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(steering, "_is_one_of_many", lambda: True)

    def at_batch(step: int) -> None:
        if step == 2:
            asker("set", "lr", "0.5")
            asker("checkpoint")

    with kymo.Run(asker.directory, progress=False) as run:
        train(run, at_batch)
        assert run._session._steering is not None
        assert run._session._steering.offers() == {"verbs": ["checkpoint"], "settings": {}}
    assert {answer.request: answer.status for answer in asker.answers} == {
        "set lr 0.5": "refused",
        "checkpoint": "done",
    }
