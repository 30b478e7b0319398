"""What is noted of runs, through the routes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def listed(client: Any) -> dict[str, Any]:
    return {run["name"]: run["notes"] for run in client.get("/api/runs").json()["runs"]}


def test_what_is_noted_is_kept_in_the_run_directory(log_dir: Any, opened: Any) -> None:
    directory: Path = log_dir.write("mlp", {"loss": [(1, 1.0, 1.0)]}).parent
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
