"""The OpenAPI document, from which the dashboard's types are generated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def printed(seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, str(ROOT / "tools" / "openapi.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True).stdout


def test_it_is_printed_the_same_every_time(app_of: Any, client_of: Any) -> None:
    first = printed("1")
    assert first == printed("2")
    assert json.loads(first) == client_of(app_of(prefix="/x")).get("/x/openapi.json").json()


def test_it_names_every_route(app_of: Any, client_of: Any) -> None:
    document = client_of(app_of()).get("/openapi.json").json()
    operations = {entry["operationId"] for path in document["paths"].values() for entry in path.values()}
    lists = {"info", "runs", "run", "front", "findings", "sizes", "warnings", "tags", "tags_of", "trashed"}
    charts = {"columns", "bands", "nearest", "statistics", "csv", "json", "texts", "histograms", "network"}
    assert operations == lists | charts | {"note", "stop", "control", "trash", "restore", "empty"}


def test_every_reference_leads_somewhere(app_of: Any) -> None:
    document = app_of().openapi()
    text = json.dumps(document)
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.split('"')[0] in document["components"]["schemas"]
