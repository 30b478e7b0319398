"""The front of a run, and what may be asked of it, through the routes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import kymo
from kymo.server import create_app
from kymo.store import Logs


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def served(runs: Path, tmp_path: Path, client_of: Any) -> Iterator[Any]:
    """Makes a client of an app over the runs as they are at that moment."""
    with Logs(runs) as logs:

        def serve(**options: Any) -> Any:
            logs.refresh()
            return client_of(create_app(logs, follow=False, static_dir=tmp_path, **options)).enter()

        yield serve


def front(client: Any, run: str = "mlp", **parameters: Any) -> dict[str, Any]:
    answer = client.get("/api/front", params={"run": run, **parameters})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def train(directory: Path, epochs: int = 3, **options: Any) -> kymo.Run:
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    stop = [kymo.EarlyStopping("val/loss", patience=9), kymo.MaxTime("2h")]
    keep = kymo.BestModel("val/loss")
    with kymo.Run(directory, config={"lr": 0.1}, stop=stop, keep=keep, progress=False, **options) as run:
        run.watch(model, optimizer)
        for _ in run.epochs(epochs):
            for _ in run.batches(range(4)):
                loss = model(torch.ones(3, 2)).square().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                run.log({"train/loss": loss, "lr": 0.1})
            run.log_epoch({"val/loss": loss})
    return run


def test_a_run_that_has_ended_tells_all_of_it(runs: Path, served: Any) -> None:
    train(runs / "mlp")
    found = front(served())
    assert (found["state"], found["text"]) == ("finished", "All 3 epochs are done.")
    assert found["progress"] == {"epoch": 3, "epochs": 3, "batch": 0, "batches": 4, "step": 12, "fraction": 1.0}
    (best,) = found["best"]
    assert (best["monitor"], best["mode"], best["epoch"], best["step"]) == ("val/loss", "min", 3, 12)
    assert found["started"] <= best["at"] <= found["ended"] <= found["now"]
    assert {one["name"] for one in found["conditions"]} == {"EarlyStopping(val/loss)", "MaxTime"}
    assert [(file["name"], file["step"]) for file in found["checkpoints"]] == [("bestmodel.pth", 12), ("last.pth", 12)]
    assert found["curves"] == ["val/loss", "train/loss", "lr"]
    (prospect,) = found["prospects"]
    assert (prospect["tag"], prospect["verdict"]) == ("val/loss", "unknown")
    assert found["config"] == {"lr": 0.1}
    assert found["versions"]["torch"] == torch.__version__
    assert (found["exit_code"], found["ends_at"], found["offers"], found["can_stop"]) == (0, None, None, False)
    kinds = [event["kind"] for event in found["events"]]
    assert kinds == ["start", "best", "best", "best", "stop"]
    assert [event["step"] for event in found["events"]] == [0, 4, 8, 12, 12]
    assert found["events"][-1]["text"].startswith("All 3 epochs are done. The best val/loss is ")


def test_a_restart_is_on_the_timeline_and_what_it_superseded_is_known(runs: Path, served: Any) -> None:
    train(runs / "mlp", epochs=2)
    train(runs / "mlp", epochs=3, resume=True)
    events = front(served())["events"]
    assert [event["kind"] for event in events] == ["start", "best", "best", "stop", "start", "best", "stop"]
    assert events[4]["text"] == "Training goes on after epoch 2, step 8."
    assert not any(event["superseded"] for event in events)


def test_events_are_the_newest_and_all_are_counted(runs: Path, served: Any) -> None:
    train(runs / "mlp")
    client = served()
    found = front(client, events=2)
    assert ([event["kind"] for event in found["events"]], found["events_total"]) == (["best", "stop"], 5)
    assert front(client, events=0)["events"] == []
    assert client.get("/api/front", params={"run": "mlp", "events": 501}).status_code == 422
    assert client.get("/api/front", params={"run": "cnn"}).status_code == 404


def test_events_are_marks_on_every_chart(runs: Path, served: Any) -> None:
    from binary_answer import decode_content, parts

    train(runs / "mlp")
    client = served()
    for axis, end in (("step", 12.0), ("epoch", 3.0)):
        question = {"tag": "train/loss", "runs": ["mlp"], "x": axis}
        ((_, body),) = parts(client.post("/api/columns", json={"questions": [question]}))
        (series,) = decode_content(body, "series")[0]["series"]
        assert series["events"] == [{"kind": "best", "x": end}, {"kind": "stop", "x": end}]


def test_the_list_tells_which_runs_have_a_front(runs: Path, served: Any) -> None:
    train(runs / "mlp")
    with kymo.SummaryWriter(runs / "plain") as writer:
        writer.add_scalar("loss", 1.0, 1)
    listed = served().get("/api/runs").json()["runs"]
    assert {run["name"]: run["front"] for run in listed} == {"mlp": True, "plain": False}


def test_a_run_of_another_writer_tells_what_can_be_known(log_dir: Any, opened: Any) -> None:
    log_dir.write("tf", {"loss": [(1, 100.0, 1.0)]}, start=0)
    found = front(opened(), "tf")
    assert (found["state"], found["progress"], found["best"], found["conditions"]) == ("running", None, [], [])
    assert [(event["kind"], event["step"]) for event in found["events"]] == [("start", 0)]
    assert (found["curves"], found["offers"], found["can_stop"]) == (["loss"], None, False)


@pytest.fixture
def going_on(runs: Path) -> Path:
    """The directory of a run that says that it goes on."""
    directory = runs / "mlp"
    with kymo.SummaryWriter(directory) as writer:
        writer.add_scalar("train/loss", 1.0, 1)
    say(directory)
    return directory


def say(directory: Path, **said: Any) -> None:
    now = time.time()
    offers = {"verbs": ["checkpoint", "pause"], "settings": {"lr": "0.1", "epochs": "20"}}
    alive = {"status": "running", "started": now - 60, "heartbeat": now, "told": now, "phase": "training"}
    place = {"epoch": 4, "step": 42, "batch": 2, "batches": 10, "planned_epochs": 20}
    content = {**alive, **place, "left": {"seconds": 300.0, "by": "epochs"}, "offers": offers, **said}
    (directory / "run.json").write_text(json.dumps(content))


def test_a_run_that_goes_on_says_when_it_will_have_ended_and_what_it_offers(going_on: Path, served: Any) -> None:
    found = front(served())
    assert (found["state"], found["ends_by"], found["can_stop"]) == ("running", "epochs", True)
    assert found["ends_at"] == pytest.approx(found["told"] + 300)
    assert found["progress"]["fraction"] == pytest.approx(0.21)
    assert found["offers"]["verbs"] == ["checkpoint", "pause"]
    assert found["offers"]["settings"] == [{"name": "lr", "value": "0.1"}, {"name": "epochs", "value": "20"}]


@pytest.mark.parametrize("after", ["batch", "epoch"])
def test_a_stop_is_asked_by_the_same_file_as_by_hand(going_on: Path, served: Any, after: str) -> None:
    client = served()
    answer = client.post("/api/stop", json={"run": "mlp", "after": after})
    assert answer.json() == {"after": after}
    assert (going_on / "STOP").read_text() == after
    assert front(client)["stop_asked"] == after
    (going_on / "STOP").unlink()
    assert front(client)["stop_asked"] is None


def test_a_request_waits_until_it_is_answered(going_on: Path, served: Any) -> None:
    client = served()
    request = {"run": "mlp", "verb": "set", "name": "lr", "value": "0.01"}
    request_id = client.post("/api/control", json=request).json()["id"]
    assert json.loads((going_on / "control" / f"{request_id}.json").read_text()) == {
        "verb": "set",
        "name": "lr",
        "value": "0.01",
    }
    (waiting,) = front(client)["requests"]
    assert (waiting["id"], waiting["request"], waiting["status"]) == (request_id, "set lr 0.01", "waiting")
    (going_on / "control" / f"{request_id}.json").unlink()
    (going_on / "control" / "done").mkdir()
    said = {
        "request": "set lr 0.01",
        "by": "ada",
        "asked": 1.0,
        "status": "done",
        "text": "Set.",
        "answered": 2.0,
    }
    (going_on / "control" / "done" / f"{request_id}.json").write_text(json.dumps({**said, "epoch": 4, "step": 42}))
    (answered,) = front(client)["requests"]
    assert answered == {"id": request_id, **said}


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"status": "early_stopping"}, "'mlp' has ended already: early_stopping."),
        ({"heartbeat": 1.0}, "'mlp' has not said for a while that it is alive"),
        ({"status": None}, "'mlp' has no run.json, so no kymo.Run is there to be asked."),
    ],
)
def test_what_does_not_go_on_is_not_asked(going_on: Path, served: Any, said: dict[str, Any], refusal: str) -> None:
    say(going_on, **said)
    client = served()
    for path, body in (("/api/stop", {"run": "mlp"}), ("/api/control", {"run": "mlp", "verb": "pause"})):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.json()["detail"].startswith(refusal)) == (409, True), answer.text
    assert sorted(path.suffix for path in going_on.iterdir() if not path.name.startswith("events")) == [".json"]


def test_a_run_that_takes_no_requests_can_still_be_stopped(going_on: Path, served: Any) -> None:
    say(going_on, offers=None)
    client = served()
    assert front(client)["offers"] is None
    assert client.post("/api/control", json={"run": "mlp", "verb": "pause"}).status_code == 409
    assert client.post("/api/stop", json={"run": "mlp"}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"verb": "fly"},
        {"verb": "set", "name": "lr"},
        {"verb": "pause", "name": "lr", "value": "1"},
        {"verb": "set", "name": "lr", "value": "x" * 201},
    ],
)
def test_what_no_run_could_do_is_refused(going_on: Path, served: Any, body: dict[str, Any]) -> None:
    assert served().post("/api/control", json={"run": "mlp", **body}).status_code == 422
    assert not (going_on / "control").exists()


def test_a_viewer_that_is_read_only_offers_and_asks_nothing(going_on: Path, served: Any) -> None:
    client = served(read_only=True)
    found = front(client)
    assert (found["offers"], found["can_stop"]) == (None, False)
    for path, body in (("/api/stop", {"run": "mlp"}), ("/api/control", {"run": "mlp", "verb": "pause"})):
        assert client.post(path, json=body).status_code == 403
    assert not (going_on / "STOP").exists()


def test_a_stop_needs_the_pages_own_leave(going_on: Path, served: Any, client_of: Any) -> None:
    stranger = client_of(served().app)
    assert stranger.post("/api/stop", json={"run": "mlp"}).status_code == 401
    assert served().post("/api/stop", json={"run": "mlp"}, headers={"origin": "http://evil"}).status_code == 403
    assert not (going_on / "STOP").exists()


def test_a_run_reached_through_a_link_is_not_written_to(
    going_on: Path, tmp_path: Path, runs: Path, served: Any
) -> None:
    going_on.rename(tmp_path / "elsewhere")
    (runs / "mlp").symlink_to(tmp_path / "elsewhere")
    client = served()
    answer = client.post("/api/stop", json={"run": "mlp"})
    assert (answer.status_code, "which is a link" in answer.json()["detail"]) == (409, True)
    assert not (tmp_path / "elsewhere" / "STOP").exists()
    assert front(client)["checkpoints"] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_cannot_be_written_to_is_told(going_on: Path, served: Any) -> None:
    going_on.chmod(0o500)
    try:
        answer = served().post("/api/stop", json={"run": "mlp"})
    finally:
        going_on.chmod(0o700)
    assert (answer.status_code, "may not write there" in answer.json()["detail"]) == (403, True)


def test_whatever_stands_in_run_json_the_front_is_answered(going_on: Path, served: Any) -> None:
    for wrong in (None, 7, "x", [], {}, [[]], {"a": "b"}, float("nan"), -1, "\ud800"):
        names = ("told", "phase", "epoch", "step", "batches", "left", "stop", "best", "offers", "monitors", "config",
                 "command", "versions", "outcome", "pid", "stopping", "planned_epochs", "stalled_after")  # fmt: skip
        say(going_on, **dict.fromkeys(names, wrong))
        found = front(served())
        assert found["run"] == "mlp"


def test_files_with_odd_names_leave_the_front_as_it_is(going_on: Path, served: Any) -> None:
    (going_on / "control" / "done").mkdir(parents=True)
    odd = os.fsencode(going_on)
    for name in (b"mod\xff.pth", b"control/\xff.json", b"control/done/\xff.json"):
        with open(odd + b"/" + name, "wb") as stream:  # noqa: PTH123 - a name that is no text
            stream.write(b"{}")
    found = front(served())
    assert [file["name"] for file in found["checkpoints"]] == ["mod\\xff.pth"]
    assert found["requests"] == []
