"""What the points of a range come to, over real event files."""

from __future__ import annotations

import math
from typing import Any

import pytest


def ask(client: Any, runs: list[str], **body: Any) -> list[dict[str, Any]]:
    answer = client.post("/api/statistics", json={"tag": "loss", "runs": runs, **body})
    assert answer.status_code == 200, answer.text
    assert (set(answer.json()), answer.json()["x"]) == ({"version", "x", "runs"}, body.get("x", "step"))
    return list(answer.json()["runs"])


def point(step: int, value: float, x: float | None = None) -> dict[str, Any]:
    return {"x": float(step) if x is None else x, "step": step, "wall_time": 10.0 + step, "value": value}


def test_every_point_of_the_range_is_counted(log_dir: Any, opened: Any) -> None:
    values = [3.0, 1.0, math.nan, 1.0, 5.0, math.inf, 5.0, 2.0]
    log_dir.write("mlp", {"loss": [(step, 10.0 + step, value) for step, value in enumerate(values)]})
    client = opened()
    (told,) = ask(client, ["mlp"])
    assert told == {
        "run": "mlp",
        "status": "ok",
        "points": 8,
        "finite": 6,
        "minimum": point(1, 1.0),
        "maximum": point(4, 5.0),
        "first": point(0, 3.0),
        "last": point(7, 2.0),
        "mean": pytest.approx(17 / 6),
        "deviation": pytest.approx(math.sqrt(65 / 6 - (17 / 6) ** 2)),
    }
    (told,) = ask(client, ["mlp"], range=[2, 5])
    assert (told["points"], told["finite"], told["mean"], told["deviation"]) == (4, 2, 3.0, 2.0)
    assert (told["first"], told["last"]) == (point(3, 1.0), point(4, 5.0))
    (told,) = ask(client, ["mlp"], range=[None, 0])
    assert (told["first"], told["deviation"]) == (point(0, 3.0), 0.0)
    (told,) = ask(client, ["mlp"], range=[5, 5])
    empty = dict.fromkeys(("minimum", "maximum", "first", "last", "mean", "deviation"))
    assert told == {"run": "mlp", "status": "ok", "points": 1, "finite": 0, **empty}


def test_first_and_last_are_by_x(log_dir: Any, opened: Any) -> None:
    points = {
        "loss": [(step, 10.0 + step, float(step)) for step in range(4)],
        "back": [(0, 10.0, 0.0), (3, 13.0, -3.0)],
    }
    log_dir.write("mlp", points)
    client = opened()
    (told,) = ask(client, ["mlp"], x="series", x_tag="back", range=[-2, None])
    assert (told["first"], told["last"]) == (point(2, 2.0, x=-2.0), point(0, 0.0))
    (told,) = ask(client, ["mlp"], x="relative", range=[1, 2])
    assert (told["first"], told["last"]) == (point(1, 1.0), point(2, 2.0))
    (told,) = ask(client, ["mlp"], x="wall", range=[12, None])
    assert told["first"] == point(2, 2.0, x=12.0)


def test_superseded_points_are_counted_on_request(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(1, 11.0, 9.0), (2, 12.0, 9.0)]})
    log_dir.write("mlp", {"loss": [(2, 22.0, 1.0)]})
    client = opened()
    assert [told["points"] for told in ask(client, ["mlp"])] == [2]
    assert [told["points"] for told in ask(client, ["mlp"], superseded=True)] == [3]


def test_what_json_cannot_carry_is_told_all_the_same(log_dir: Any, opened: Any) -> None:
    log_dir.grow(log_dir.write("mlp", {"other": [(0, 10.0, 1.0)]}), {"loss": [(1, math.nan, 1.0)]})
    (told,) = ask(opened(), ["mlp"])
    assert told["first"] == {"x": 1.0, "step": 1, "wall_time": "NaN", "value": 1.0}


def test_what_is_not_there_is_a_status(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(1, 1.0, 1.0)]})
    client = opened()
    assert [told["status"] for told in ask(client, ["gone", "mlp"])] == ["no_series", "ok"]
    assert [told["status"] for told in ask(client, ["mlp"], x="epoch")] == ["no_epoch"]
    assert [told["status"] for told in ask(client, ["mlp"], x="series", x_tag="n")] == ["no_x_tag"]
    assert ask(client, []) == []


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"runs": ["a"] * 2001}, "runs is ['a', 'a', 'a'"),
        ({"range": [2, 1]}, "range is [2, 1]: its first number must not be above its second."),
        ({"x": "series"}, "x_tag is missing: give the scalar tag that x is the value of."),
        ({"smoothing": None}, "smoothing is None: extra inputs are not permitted."),
    ],
)
def test_a_wrong_question_is_answered_in_one_sentence(log_dir: Any, opened: Any, body: Any, detail: str) -> None:
    answer = opened().post("/api/statistics", json={"tag": "loss", "runs": [], **body})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(detail)
