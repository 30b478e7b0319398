"""Runs that are deleted, put back and removed for good, through the routes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from waiting import until
from websockets.sync.client import connect

from kymo.server import create_app
from kymo.server.edits import trash
from kymo.store import Logs


@pytest.fixture
def finished(log_dir: Any) -> Any:
    """Makes a run that has not grown for long; returns its directory."""

    def make(run: str) -> Path:
        file: Path = log_dir.write(run, {"loss": [(1, 1.0, 1.0)]})
        os.utime(file, (1000.0, 1000.0))
        return file.parent

    return make


def names(client: Any) -> list[str]:
    return [run["name"] for run in client.get("/api/runs").json()["runs"]]


def entries(client: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/trash").json()["entries"]
    return found


def test_a_run_goes_to_the_trash_and_comes_back(finished: Any, log_dir: Any, opened: Any) -> None:
    directory = finished("mlp")
    finished("cnn")
    before = {file.name: file.read_bytes() for file in directory.iterdir()}
    client = opened().enter()
    version = client.get("/api/runs").json()["version"]
    assert client.post("/api/trash", json={"runs": ["mlp"]}).json() == {"trashed": ["mlp"], "refused": []}
    later = client.get("/api/runs", params={"since": version}).json()
    assert (names(client), later["removed"], directory.exists()) == (["cnn"], ["mlp"], False)
    (entry,) = entries(client)
    assert (entry["run"], entry["files"], entry["bytes"]) == ("mlp", 1, sum(map(len, before.values())))
    assert entry["trashed_at"] > 1.7e9
    back = client.post("/api/trash/restore", json={"ids": [entry["id"]]})
    assert back.json() == {"restored": ["mlp"], "refused": []}
    assert {file.name: file.read_bytes() for file in directory.iterdir()} == before
    assert names(client) == ["cnn", "mlp"]
    assert sorted(path.name for path in log_dir.path.iterdir()) == ["cnn", "mlp"]


def test_the_trash_is_emptied(finished: Any, log_dir: Any, opened: Any) -> None:
    for run in "abc":
        finished(run)
    client = opened().enter()
    client.post("/api/trash", json={"runs": ["a", "b"]})
    first, second = entries(client)
    answer = client.post("/api/trash/empty", json={"ids": [first["id"]]})
    assert answer.json() == {"emptied": 1, "bytes": first["bytes"]}
    assert entries(client) == [second]
    assert client.post("/api/trash/empty", json={"ids": None}).json() == {"emptied": 1, "bytes": second["bytes"]}
    assert client.post("/api/trash/empty", json={"ids": None}).json() == {"emptied": 0, "bytes": 0}
    assert sorted(path.name for path in log_dir.path.iterdir()) == ["c"]


@pytest.mark.parametrize("body", [{}, {"runs": ["a"]}, {"ids": "all"}])
def test_what_is_emptied_is_said(opened: Any, body: dict[str, Any]) -> None:
    """Nothing goes for good by a request that has forgotten to say what."""
    assert opened().enter().post("/api/trash/empty", json=body).status_code == 422


def test_a_live_run_is_refused_and_the_others_are_not(finished: Any, log_dir: Any, opened: Any) -> None:
    finished("done")
    log_dir.write("live", {"loss": [(1, 1.0, 1.0)]})
    client = opened().enter()
    answer = client.post("/api/trash", json={"runs": ["live", "done", "unknown", "done"]}).json()
    assert answer == {
        "trashed": ["done"],
        "refused": [
            {"run": "unknown", "reason": "No run is called so."},
            {"run": "live", "reason": "It is live: stop it first, or wait until nothing has grown for 30 s."},
        ],
    }
    assert names(client) == ["live"]


def test_a_run_goes_with_those_below_it_when_all_are_chosen(finished: Any, log_dir: Any, opened: Any) -> None:
    finished("mlp").joinpath("model.pt").write_text("weights")
    finished("mlp/sub/a")
    finished("mlp/sub")
    client = opened().enter()
    runs = ["mlp", "mlp/sub", "mlp/sub/a"]
    assert client.post("/api/trash", json={"runs": runs}).json() == {"trashed": runs, "refused": []}
    assert [path.name for path in log_dir.path.iterdir()] == [".kymo-trash"]
    ids = [entry["id"] for entry in entries(client)]
    restored = client.post("/api/trash/restore", json={"ids": ids}).json()
    assert (sorted(restored["restored"]), restored["refused"]) == (runs, [])
    assert names(client) == runs
    assert (log_dir.path / "mlp/model.pt").read_text() == "weights"


def test_each_log_directory_has_its_own(tmp_path: Path, finished: Any, log_dir: Any, client_of: Any) -> None:
    first, second = log_dir.path / "first", log_dir.path / "second"
    for directory in (first, second):
        finished(f"{directory.name}/mlp")
    with Logs([first, second], index=False) as logs:
        logs.refresh()
        client = client_of(create_app(logs, follow=False, static_dir=tmp_path)).enter()
        assert client.post("/api/trash", json={"runs": ["first/mlp", "second/mlp"]}).json()["refused"] == []
        assert [path.name for path in (*first.iterdir(), *second.iterdir())] == [".kymo-trash"] * 2
        found = {entry["run"]: entry["id"] for entry in entries(client)}
        assert sorted(found) == ["first/mlp", "second/mlp"]
        assert client.post("/api/trash/restore", json={"ids": [found["second/mlp"]]}).json()["restored"] == [
            "second/mlp"
        ]
        assert names(client) == ["second/mlp"]
        assert client.post("/api/trash/empty", json={"ids": None}).json()["emptied"] == 1
        assert list(first.iterdir()) == []


@pytest.mark.parametrize("run", ["", ".", "..", "../runs/mlp", "mlp/", "/mlp", "mlp/../mlp", ".kymo-trash", "mlp\x00"])
def test_a_name_never_becomes_a_path(finished: Any, log_dir: Any, opened: Any, run: str) -> None:
    finished("mlp")
    answer = opened().enter().post("/api/trash", json={"runs": [run]}).json()
    assert answer == {"trashed": [], "refused": [{"run": run, "reason": "No run is called so."}]}
    assert [path.name for path in log_dir.path.iterdir()] == ["mlp"]


@pytest.mark.parametrize("entry", ["", ".", "..", "../mlp", "../../runs", "leaving-x", "/", "x\x00"])
def test_an_id_never_becomes_a_path(finished: Any, log_dir: Any, opened: Any, entry: str) -> None:
    finished("mlp")
    finished("cnn")
    client = opened().enter()
    client.post("/api/trash", json={"runs": ["cnn"]})
    before = sorted(log_dir.path.rglob("*"))
    answer = client.post("/api/trash/restore", json={"ids": [entry]}).json()
    assert answer == {"restored": [], "refused": [{"id": entry, "reason": "It is not in the trash."}]}
    assert client.post("/api/trash/empty", json={"ids": [entry]}).json() == {"emptied": 0, "bytes": 0}
    assert sorted(log_dir.path.rglob("*")) == before


def test_what_is_there_again_is_not_overwritten(finished: Any, opened: Any) -> None:
    finished("mlp")
    client = opened().enter()
    client.post("/api/trash", json={"runs": ["mlp"]})
    finished("mlp")
    (entry,) = entries(client)
    answer = client.post("/api/trash/restore", json={"ids": [entry["id"]]}).json()
    reason = "There is a run 'mlp' again: rename or delete it first."
    assert answer == {"restored": [], "refused": [{"id": entry["id"], "reason": reason}]}


def test_a_trash_that_is_a_link_is_refused(finished: Any, log_dir: Any, opened: Any, tmp_path: Path) -> None:
    finished("mlp")
    (tmp_path / "outside").mkdir()
    (log_dir.path / ".kymo-trash").symlink_to(tmp_path / "outside")
    client = opened().enter()
    reason = "It is reached through '.kymo-trash', which is a link: change it where it lies."
    assert client.post("/api/trash", json={"runs": ["mlp"]}).json()["refused"] == [{"run": "mlp", "reason": reason}]
    answer = client.get("/api/trash")
    assert (answer.status_code, answer.json()["detail"]) == (409, f"The trash cannot be read. {reason}")
    answer = client.post("/api/trash/empty", json={"ids": None})
    assert (answer.status_code, answer.json()["detail"]) == (409, f"The trash cannot be emptied. {reason}")


def test_a_directory_that_cannot_be_written_is_told(
    finished: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    directory = finished("mlp")
    client = opened().enter()
    monkeypatch.setattr(os, "mkdir", refusing)
    ((refused),) = client.post("/api/trash", json={"runs": ["mlp"]}).json()["refused"]
    assert refused["reason"].startswith("The user that kymo runs as may not write there (Read-only file system): ")
    assert names(client) == ["mlp"]
    assert directory.exists()


def test_a_long_list_is_cut_and_counted(finished: Any, opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "MAX_LISTED", 2)
    runs = [finished(f"run{number}").name for number in range(3)]
    client = opened().enter()
    client.post("/api/trash", json={"runs": runs})
    answer = client.get("/api/trash").json()
    assert (answer["total"], len(answer["entries"])) == (3, 2)


def test_pages_are_told(finished: Any, log_dir: Any, served: Any) -> None:
    finished("mlp")
    with Logs(log_dir.path) as logs:
        server = served(create_app(logs))
        until(lambda: server.get("/api/runs").json()["loading"] is None)
        with connect(f"ws://127.0.0.1:{server.port}/api/live", origin=server.url) as page:
            assert server.post("/api/trash", json={"runs": ["mlp"]}).json()["trashed"] == ["mlp"]
            assert server.get("/api/runs").json()["runs"] == []
            while '"runs":null' not in str(page.recv(timeout=20)):
                pass
            (entry,) = server.get("/api/trash").json()["entries"]
            server.post("/api/trash/restore", json={"ids": [entry["id"]]})
            # Not only its name: what is in its files is read again.
            until(lambda: [run["points"] for run in server.get("/api/runs").json()["runs"]] == [1])
