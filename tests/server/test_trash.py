"""Runs that are deleted, put back and removed for good, through the routes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def finished(log_dir: Any, run: str) -> Path:
    """A run that has not grown for long; its directory."""
    file: Path = log_dir.write(run, {"loss": [(1, 1.0, 1.0)]})
    os.utime(file, (1000.0, 1000.0))
    return file.parent


def names(client: Any) -> list[str]:
    return [run["name"] for run in client.get("/api/runs").json()["runs"]]


def test_a_run_goes_to_the_trash_and_comes_back(log_dir: Any, opened: Any) -> None:
    directory = finished(log_dir, "mlp")
    finished(log_dir, "cnn")
    before = {file.name: file.read_bytes() for file in directory.iterdir()}
    client = opened().enter()
    assert client.post("/api/trash", json={"runs": ["mlp"]}).json() == {"trashed": ["mlp"], "refused": []}
    assert names(client) == ["cnn"]
    assert not directory.exists()
    (entry,) = client.get("/api/trash").json()["entries"]
    assert (entry["run"], entry["files"], entry["bytes"]) == ("mlp", 1, sum(map(len, before.values())))
    back = client.post("/api/trash/restore", json={"ids": [entry["id"]]})
    assert back.json() == {"restored": ["mlp"], "refused": []}
    assert {file.name: file.read_bytes() for file in directory.iterdir()} == before
    assert names(client) == ["cnn", "mlp"]
    assert not (log_dir.path / ".kymo-trash").exists()


def test_the_trash_is_emptied(log_dir: Any, opened: Any) -> None:
    for run in "abc":
        finished(log_dir, run)
    client = opened().enter()
    client.post("/api/trash", json={"runs": ["a", "b"]})
    entries = client.get("/api/trash").json()["entries"]
    first = client.post("/api/trash/empty", json={"ids": [entries[0]["id"]]}).json()
    assert first == {"emptied": 1, "bytes": entries[0]["bytes"]}
    assert [entry["id"] for entry in client.get("/api/trash").json()["entries"]] == [entries[1]["id"]]
    assert client.post("/api/trash/empty", json={"ids": None}).json() == {"emptied": 1, "bytes": entries[1]["bytes"]}
    assert sorted(path.name for path in log_dir.path.iterdir()) == ["c"]
