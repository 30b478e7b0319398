"""What is noted of runs, through the routes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from waiting import until
from websockets.sync.client import connect

from kymo.server import create_app, runs
from kymo.store import Logs


def listed(client: Any, **parameters: Any) -> dict[str, Any]:
    return {run["name"]: run["notes"] for run in client.get("/api/runs", params=parameters).json()["runs"]}


@pytest.fixture
def directory(log_dir: Any) -> Path:
    """The directory of the run `mlp`."""
    file: Path = log_dir.write("mlp", {"loss": [(1, 1.0, 1.0)]})
    return file.parent


def test_what_is_noted_is_kept_in_the_run_directory(directory: Path, opened: Any) -> None:
    client = opened().enter()
    assert listed(client) == {"mlp": None}
    answer = client.put("/api/notes", json={"run": "mlp", "name": "The best", "starred": True})
    wanted = {"name": "The best", "note": "", "starred": True, "archived": False}
    assert answer.json() == json.loads((directory / "notes.json").read_text()) == listed(client)["mlp"] == wanted
    assert client.put("/api/notes", json={"run": "mlp", "note": "é 🌋"}).json() == {**wanted, "note": "é 🌋"}
    cleared = {"name": "", "note": "", "starred": False}
    assert client.put("/api/notes", json={"run": "mlp", **cleared}).json() == {**cleared, "archived": False}
    assert not (directory / "notes.json").exists()
    assert listed(client) == {"mlp": None}


def test_what_is_null_or_left_out_stays(directory: Path, opened: Any) -> None:
    client = opened().enter()
    noted = {"name": "A", "note": "B", "starred": True, "archived": True}
    assert client.put("/api/notes", json={"run": "mlp", **noted}).json() == noted
    assert client.put("/api/notes", json={"run": "mlp", **dict.fromkeys(noted)}).json() == noted
    assert client.put("/api/notes", json={"run": "mlp"}).json() == noted


def test_notes_are_a_change_since(directory: Path, log_dir: Any, opened: Any) -> None:
    log_dir.write("cnn", {"loss": [(1, 1.0, 1.0)]})
    client = opened().enter()
    version = client.get("/api/runs").json()["version"]
    assert listed(client, since=version) == {}
    client.put("/api/notes", json={"run": "mlp", "starred": True})
    assert list(listed(client, since=version)) == ["mlp"]


def test_long_notes_make_short_pages(
    directory: Path, log_dir: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MAX_NOTED", 25)
    for name in "abcdef":
        file = log_dir.write(name, {"loss": [(1, 1.0, 1.0)]})
        (file.parent / "notes.json").write_text(json.dumps({"note": ("x" * 10 if name != "d" else "x" * 100)}))
    client = opened()
    pages: list[list[str]] = []
    after: str | None = None
    while not pages or after is not None:
        answer = client.get("/api/runs", params={} if after is None else {"after": after}).json()
        pages.append([run["name"] for run in answer["runs"]])
        after = answer["next"]
    assert pages == [["a", "b"], ["c"], ["d"], ["e", "f", "mlp"]]


def test_an_archived_run_is_not_among_the_latest(directory: Path, log_dir: Any, opened: Any) -> None:
    log_dir.write("cnn", {"loss": [(1, 2.0, 1.0)]})
    client = opened().enter()
    assert client.get("/api/runs").json()["latest"] == ["cnn", "mlp"]
    client.put("/api/notes", json={"run": "cnn", "archived": True})
    assert client.get("/api/runs").json()["latest"] == ["mlp"]
    client.put("/api/notes", json={"run": "cnn", "archived": False})
    assert client.get("/api/runs").json()["latest"] == ["cnn", "mlp"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "a" * 201}, "name is 'aaa"),
        ({"note": "a" * 10_001}, "note is 'aaa"),
        ({"name": 7}, "name is 7: "),
        ({"starred": "maybe"}, "starred is 'maybe': "),
        ({"colour": "red"}, "colour is 'red': extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_noted_is_refused_in_one_sentence(
    directory: Path, opened: Any, given: dict[str, Any], told: str
) -> None:
    answer = opened().enter().put("/api/notes", json={"run": "mlp", **given})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(told)
    assert len(answer.json()["detail"]) < 300
    assert not (directory / "notes.json").exists()


def test_half_of_a_surrogate_pair_is_no_text(directory: Path, opened: Any) -> None:
    headers = {"content-type": "application/json"}
    answer = opened().enter().put("/api/notes", content=rb'{"run": "mlp", "note": "\ud800"}', headers=headers)
    assert answer.status_code == 422
    assert "half of a surrogate pair" in answer.json()["detail"]


@pytest.mark.parametrize(
    "run", ["", ".", "..", "../runs/mlp", "mlp/", "/mlp", "mlp/../mlp", "./mlp", "mlp\x00", "%6dlp", "unknown"]
)
def test_a_name_is_looked_up_and_never_becomes_a_path(directory: Path, opened: Any, run: str) -> None:
    answer = opened().enter().put("/api/notes", json={"run": run, "starred": True})
    assert answer.status_code == 404
    assert list(directory.parent.parent.rglob("notes.json")) == []


def test_somebody_elses_file_is_not_overwritten(directory: Path, opened: Any) -> None:
    (directory / "notes.json").write_text('{"author": "me"}')
    client = opened().enter()
    answer = client.put("/api/notes", json={"run": "mlp", "starred": True})
    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        "Nothing was noted of 'mlp'. notes.json says nothing that a viewer notes (name, note, starred, archived). "
        "It is left as it is: move that notes.json away first."
    )
    assert (directory / "notes.json").read_text() == '{"author": "me"}'
    (warning,) = client.get("/api/warnings").json()["warnings"]
    assert (warning["run"], warning["rule"]) == ("mlp", "K506")


def test_a_run_that_a_link_leads_to_is_refused(directory: Path, log_dir: Any, opened: Any) -> None:
    outside = log_dir.path.parent / "outside"
    directory.rename(outside)
    (log_dir.path / "link").symlink_to(outside)
    answer = opened().enter().put("/api/notes", json={"run": "link", "starred": True})
    assert answer.status_code == 409
    assert "reached through 'link', which is a link" in answer.json()["detail"]
    assert not (outside / "notes.json").exists()


@pytest.mark.parametrize(
    ("number", "status", "told"),
    [
        (13, 403, "The user that kymo runs as may not write there (Permission denied): give it access"),
        (30, 403, "The user that kymo runs as may not write there (Read-only file system): give it access"),
        (28, 507, "The disk is full (No space left on device): make room first."),
        (5, 500, "The system refused it (Input/output error)."),
    ],
)
def test_a_directory_that_cannot_be_written_is_told(
    directory: Path, opened: Any, monkeypatch: pytest.MonkeyPatch, number: int, status: int, told: str
) -> None:
    def refusing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    client = opened().enter()
    monkeypatch.setattr(os, "replace", refusing)
    answer = client.put("/api/notes", json={"run": "mlp", "starred": True})
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(f"Nothing was noted of 'mlp'. {told}")
    assert [path.name for path in directory.iterdir() if "tfevents" not in path.name] == []


def test_every_page_is_told_by_whichever_server(directory: Path, log_dir: Any, served: Any) -> None:
    with Logs(log_dir.path) as logs, Logs(log_dir.path) as other_logs:
        server, other = served(create_app(logs)), served(create_app(other_logs))
        for one in (server, other):
            until(lambda one=one: one.get("/api/runs").json()["loading"] is None)
        with (
            connect(f"ws://127.0.0.1:{server.port}/api/live", origin=server.url) as near,
            connect(f"ws://127.0.0.1:{other.port}/api/live", origin=other.url) as far,
        ):
            server.put("/api/notes", json={"run": "mlp", "name": "Best"}).raise_for_status()
            for page, one in ((near, server), (far, other)):
                while one.get("/api/runs").json()["runs"][0]["notes"] is None:
                    page.recv(timeout=20)
            (directory / "notes.json").write_text('{"name": "by hand"}')
            for page, one in ((near, server), (far, other)):
                while one.get("/api/runs").json()["runs"][0]["notes"]["name"] != "by hand":
                    page.recv(timeout=20)
