"""Which lines pass nearest to a place."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plotted_series import PlottedRun, PlottedSeries

# Steps and values whose lines are exact at every half.
lines_of_runs = st.lists(st.dictionaries(st.sampled_from([0, 8, 16]), st.integers(-9, 9), min_size=1), max_size=8)
halves = st.integers(-4, 40).map(lambda number: number / 2)


@pytest.fixture
def client(app_of: Any, client_of: Any) -> Any:
    return client_of(app_of())


def ask(client: Any, runs: list[str], **body: Any) -> list[tuple[str, float]]:
    answer = client.post("/api/nearest", json={"tag": "loss", "runs": runs, **body})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"version", "runs"}
    return [(entry["run"], entry["value"]) for entry in answer.json()["runs"]]


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(lines=lines_of_runs, at=halves, value=st.integers(1, 9), log_y=st.booleans(), limit=st.integers(1, 8))
def test_the_nearest_come_first(
    fake_logs: Any, client: Any, lines: list[dict[int, int]], at: float, value: int, log_y: bool, limit: int
) -> None:
    fake_logs.clear()
    lines_at = {}
    for number, points in enumerate(lines):
        steps, values = sorted(points), [points[step] for step in sorted(points)]
        fake_logs[str(number)] = PlottedRun(loss=PlottedSeries(steps, np.zeros(len(steps)), values))
        there = float(np.interp(at, steps, values))
        if steps[0] <= at <= steps[-1] and (there > 0 or not log_y):
            lines_at[str(number)] = there

    def distance(there: float) -> float:
        return abs(math.log(there) - math.log(value)) if log_y else abs(there - value)

    found = ask(client, list(fake_logs), at=at, value=value, log_y=log_y, limit=limit)
    assert all(lines_at[run] == there for run, there in found)
    nearest = sorted(distance(there) for there in lines_at.values())[:limit]
    np.testing.assert_allclose([distance(there) for _, there in found], nearest, atol=1e-12)


def test_lines_are_those_of_the_chart(log_dir: Any, opened: Any) -> None:
    points = [(0, 10.0, 0.0), (1, 20.0, 8.0), (2, 30.0, math.nan), (3, 40.0, 4.0)]
    log_dir.write("mlp", {"loss": points, "samples": [(0, 10.0, 0.0), (3, 40.0, 300.0)], "epoch": [(0, 10.0, 7.0)]})
    log_dir.write("cnn", {"loss": [(0, 10.0, 5.0), (2, 30.0, 5.0)]})
    client = opened()
    runs = ["mlp", "cnn", "gone"]
    assert ask(client, runs, at=2, value=5.5) == [("mlp", 6.0), ("cnn", 5.0)]
    assert ask(client, runs, at=1, value=5.0) == [("cnn", 5.0), ("mlp", 8.0)]
    assert ask(client, runs, at=2.5, value=0) == [("mlp", 5.0)]
    assert ask(client, runs, at=20.0, value=0, x="wall") == [("cnn", 5.0), ("mlp", 8.0)]
    assert ask(client, runs, at=10.0, value=0, x="relative") == [("cnn", 5.0), ("mlp", 8.0)]
    assert ask(client, runs, at=100, value=0, x="series", x_tag="samples") == [("mlp", 8.0)]
    assert ask(client, runs, at=7, value=0, x="epoch") == [("mlp", 4.0)]
    smoothing = {"kind": "running_mean", "amount": 3}
    assert ask(client, runs, at=0, value=0, smoothing=smoothing) == [("mlp", 4.0), ("cnn", 5.0)]
    # On a logarithmic axis a line begins with its first point there.
    assert ask(client, runs, at=0.5, value=0) == [("mlp", 4.0), ("cnn", 5.0)]
    assert ask(client, runs, at=0.5, value=0, log_x=True) == []


def test_of_equally_near_ones_those_named_first_come_first(fake_logs: Any, client: Any) -> None:
    for name, value in (("a", 3.0), ("b", 1.0), ("c", 3.0), ("d", 2.5)):
        fake_logs[name] = PlottedRun(loss=PlottedSeries([0, 9], [0.0, 0.0], [value, value]))
    assert [run for run, _ in ask(client, ["c", "b", "a", "d"], at=4, value=2)] == ["d", "c", "b", "a"]
    assert [run for run, _ in ask(client, ["c", "b", "a", "d"], at=4, value=2, limit=2)] == ["d", "c"]


def test_huge_values_have_their_distances(fake_logs: Any, client: Any) -> None:
    for name, value in (("far", 1.7e308), ("near", -1.6e308)):
        fake_logs[name] = PlottedRun(loss=PlottedSeries([0], [0.0], [value]))
    assert [run for run, _ in ask(client, list(fake_logs), at=0, value=-1.7e308)] == ["near", "far"]


def test_what_is_not_there_is_left_out(client: Any) -> None:
    assert ask(client, [], at=0, value=0) == []
    assert ask(client, ["gone"], at=0, value=0) == []


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"at": None}, "at is None: input should be a valid number."),
        ({"limit": 51}, "limit is 51: input should be less than or equal to 50."),
        ({"limit": 0}, "limit is 0: input should be greater than or equal to 1."),
        ({"log_y": True, "value": -0.5}, "value is -0.5: with log_y it must be above 0."),
        ({"runs": ["a"] * 2001}, "runs is ['a', 'a', 'a'"),
        ({"x": "series"}, "x_tag is missing: give the scalar tag that x is the value of."),
        ({"pixels": 100}, "pixels is 100: extra inputs are not permitted."),
    ],
)
def test_a_wrong_question_is_answered_in_one_sentence(client: Any, body: Any, detail: str) -> None:
    answer = client.post("/api/nearest", json={"tag": "loss", "runs": [], "at": 1, "value": 1, **body})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(detail)
