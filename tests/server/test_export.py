"""Every point as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_every_point_is_exported(log_dir: Any, opened: Any) -> None:
    values = [0.1, float("nan"), float("inf"), float("-inf"), -1e-30]
    log_dir.write("mlp", {"loss": [(step, 10.5 + step, value) for step, value in enumerate(values)]})
    log_dir.write("cnn", {"loss": [(1, 20.0, 1.0)], "other": [(1, 20.0, 1.0)]})
    client = opened()
    answer = client.get("/api/csv", params={"tag": "loss", "run": ["mlp", "cnn"]})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="loss.csv"'
    assert rows(answer.text) == [
        ["run", "step", "wall_time", "value", "superseded"],
        ["mlp", "0", "10.5", "0.1", "0"],
        ["mlp", "1", "11.5", "NaN", "0"],
        ["mlp", "2", "12.5", "Infinity", "0"],
        ["mlp", "3", "13.5", "-Infinity", "0"],
        ["mlp", "4", "14.5", "-1e-30", "0"],
        ["cnn", "1", "20.0", "1.0", "0"],
    ]
    assert len(rows(client.get("/api/csv", params={"tag": "loss"}).text)) == 7


def test_superseded_points_are_exported_as_such(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(1, 1.0, 1.0), (2, 2.0, 1.0)]})
    log_dir.write("mlp", {"loss": [(2, 12.0, 2.0)]})
    found = rows(opened().get("/api/csv", params={"tag": "loss"}).text)[1:]
    assert [(row[1], row[3], row[4]) for row in found] == [("1", "1.0", "0"), ("2", "1.0", "1"), ("2", "2.0", "0")]


def test_a_long_series_is_exported_whole(log_dir: Any, opened: Any) -> None:
    count = 20_000
    log_dir.write("mlp", {"loss": [(step, 10.0 + step, float(step)) for step in range(count)]})
    found = rows(opened().get("/api/csv", params={"tag": "loss"}).text)[1:]
    assert [int(row[1]) for row in found] == list(range(count))


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@sum", 'a,"b"'])
def test_a_run_name_is_no_formula(log_dir: Any, opened: Any, name: str) -> None:
    log_dir.write(name.replace("/", "_"), {"loss": [(1, 1.0, 1.0)]})
    cell = rows(opened().get("/api/csv", params={"tag": "loss"}).text)[1][0]
    assert cell[0] not in "=+-@"
    assert cell.removeprefix("'") == name.replace("/", "_")


@pytest.mark.parametrize(
    ("tag", "file"),
    [
        ("train/loss", "train_loss.csv"),
        ('"; filename="evil.exe', "filename_evil.exe.csv"),
        ("../../etc/passwd", "etc_passwd.csv"),
        ("a\r\nSet-Cookie: b", "a_Set-Cookie_b.csv"),
        ("Verlust ü", "Verlust.csv"),
        ("损失", "series.csv"),
    ],
)
def test_the_file_name_is_safe(log_dir: Any, opened: Any, tag: str, file: str) -> None:
    log_dir.write("mlp", {tag: [(1, 1.0, 1.0)]})
    answer = opened().get("/api/csv", params={"tag": tag})
    assert answer.headers["content-disposition"] == f'attachment; filename="{file}"'
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("route", ["csv", "json"])
def test_a_tag_that_no_run_has_is_told(log_dir: Any, opened: Any, route: str) -> None:
    log_dir.write("mlp", {"loss": [(1, 1.0, 1.0)]})
    answer = opened().get(f"/api/{route}", params={"tag": "nothing"})
    assert answer.status_code == 404
    assert answer.json()["detail"] == "No such run has the scalar tag 'nothing': GET api/tags lists the tags."


def test_every_point_is_exported_as_json(log_dir: Any, opened: Any) -> None:
    values = [0.1, float("nan"), float("inf"), float("-inf"), -1e-30]
    log_dir.write('a "b"\\ü', {"train/loss": [(step, 10.5 + step, value) for step, value in enumerate(values)]})
    log_dir.write("cnn", {"train/loss": [(-5, 20.0, 1e20)], "other": [(1, 20.0, 1.0)]})
    log_dir.write("other", {"other": [(1, 20.0, 1.0)]})
    client = opened()
    answer = client.get("/api/json", params={"tag": "train/loss", "run": ["cnn", 'a "b"\\ü']})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="train_loss.json"'
    shown = [0.1, "NaN", "Infinity", "-Infinity", -1e-30]
    assert answer.json() == {
        "tag": "train/loss",
        "runs": [
            {"run": "cnn", "points": [[20.0, -5, 1e20]]},
            {"run": 'a "b"\\ü', "points": [[10.5 + step, step, value] for step, value in enumerate(shown)]},
        ],
    }
    whole = client.get("/api/json", params={"tag": "train/loss"}).json()
    assert [run["run"] for run in whole["runs"]] == ['a "b"\\ü', "cnn"]


def test_a_long_series_is_exported_as_json_in_pieces(log_dir: Any, opened: Any) -> None:
    count = 20_000
    log_dir.write("mlp", {"loss": [(step, 10.0 + step, float(step)) for step in range(count)]})
    log_dir.grow(log_dir.write("odd", {"other": [(0, 10.0, 0.0)]}), {"loss": [(1, float("nan"), 1.0)]})
    text = opened().get("/api/json", params={"tag": "loss"}).text
    mlp, odd = json.loads(text, parse_constant=pytest.fail)["runs"]
    assert mlp["points"] == [[10.0 + step, step, float(step)] for step in range(count)]
    assert odd["points"] == [["NaN", 1, 1.0]]
