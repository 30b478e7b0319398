"""Groups of runs as bands, beside a slow reading of the rules in docs/protocol.md."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from binary_answer import Decoded, decode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plotted_series import PlottedRun, PlottedSeries
from plotting import drawn_line, line_in

from kymo.server import binary
from kymo.server.allowance import Allowance

Line = tuple[np.ndarray, np.ndarray]
Bounds = tuple[float, float]


@pytest.fixture
def client(app_of: Any, client_of: Any) -> Any:
    return client_of(app_of())


def ask(client: Any, groups: dict[str, list[str]], **body: Any) -> Decoded:
    named = [{"name": name, "runs": runs} for name, runs in groups.items()]
    return decode(client.post("/api/bands", json={"tag": "loss", "groups": named, **body}), "groups")


def intervals(lines: list[Line], extent: Bounds, request: dict[str, Any]) -> list[tuple[float, float, float]]:
    """Where lines are compared: the first, the last x of each and its place."""
    low, high = extent
    every = np.unique(np.concatenate([np.empty(0), *(x for x, _ in lines)]))
    every = every[every > 0] if request["log_x"] else every
    inside = [float(x) for x in every if low <= x <= high]
    if len(inside) <= request["pixels"]:
        outside = [*every[every < low][-1:], *every[every > high][:1]]
        return [(x, x, x) for x in sorted([*inside, *outside])]
    count = request["pixels"]
    first, last = (math.log(low), math.log(high)) if request["log_x"] else (low, high)
    # In the arithmetic of the server: a point may lie on an edge.
    edges = [first + k * (last / count - first / count) for k in range(count + 1)]
    places = [a / 2 + b / 2 for a, b in itertools.pairwise(edges)]
    if request["log_x"]:
        edges, places = list(np.exp(edges)), list(np.exp(places))
    ends = [math.nextafter(edge, -math.inf) for edge in edges[1:-1]] + [high]
    return list(zip([low, *edges[1:-1]], ends, places, strict=True))


def expected(lines: list[Line], extent: Bounds, request: dict[str, Any]) -> list[tuple[float, ...]]:
    rows = []
    for low, high, place in intervals(lines, extent, request):
        found = np.array([line_in(*line, low, high, place) for line in lines])
        found = found[~np.isnan(found[:, 0])]
        if len(found):
            means, lows, highs = found.T
            rows.append((place, means.mean(), lows.min(), highs.max(), means.std(), len(found)))
    return rows


run_points = st.lists(
    st.tuples(
        st.integers(-10, 300),
        st.floats(0, 40),
        st.one_of(st.floats(-100, 100), st.sampled_from([math.nan, math.inf, -math.inf])),
    ),
    max_size=60,
)
questions = st.fixed_dictionaries(
    {
        "x": st.sampled_from(["step", "wall", "series"]),
        "range": st.sampled_from([None, [None, 100], [5, None], [3, 60], [-4, 17.5]]),
        "pixels": st.sampled_from([1, 4, 25, 1000]),
        "log_x": st.booleans(),
        "smoothing": st.sampled_from([None, {"kind": "exponential", "amount": 0.7}]),
    }
)


def line_of(run: PlottedRun, request: dict[str, Any]) -> Line:
    """Every finite point of a run in the order of x."""
    axis = {"step": "step", "wall": "wall_time", "series": "mapped"}[request["x"]]
    smoothing = request["smoothing"] or {"kind": "none", "amount": 0.0}
    x, y = drawn_line(
        run["loss"], axis=axis, mapping=run["samples"], smoothing=smoothing["kind"], amount=smoothing["amount"]
    )
    return (x[x > 0], y[x > 0]) if request["log_x"] else (x, y)


def extent_of(lines: list[Line], request: dict[str, Any]) -> Bounds:
    """The range, and where it has no end that of all points in it."""
    low, high = (
        math.inf * side if x is None else x for x, side in zip(request["range"] or [None] * 2, (-1, 1), strict=True)
    )
    x = np.concatenate([np.empty(0), *(x for x, _ in lines)])
    x = x[(x >= low) & (x <= high)]
    open_low = low == -math.inf or (request["log_x"] and low <= 0)
    return float(x.min()) if open_low and len(x) else low, float(x.max()) if high == math.inf and len(x) else high


@settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
@given(runs=st.lists(run_points, max_size=6), split=st.integers(0, 6), request=questions)
def test_bands_are_what_the_rules_say(
    fake_logs: Any,
    client: Any,
    runs: list[list[tuple[int, float, float]]],
    split: int,
    request: dict[str, Any],
) -> None:
    fake_logs.clear()
    for number, points in enumerate(runs):
        columns = np.array(points).reshape(-1, 3).T
        samples = PlottedSeries([0, 50, 400], [0.0] * 3, [0.0, number, 40.0])
        fake_logs[str(number)] = PlottedRun(loss=PlottedSeries(*columns), samples=samples)
    names = list(fake_logs)
    groups = {"first": names[:split], "second": names[split:]}
    header, found = ask(client, groups, **request, **({"x_tag": "samples"} if request["x"] == "series" else {}))
    lines = {name: line_of(fake_logs[name], request) for name in names}
    extent = extent_of(list(lines.values()), request)
    for group, arrays, share in zip(groups.values(), found, header["groups"], strict=True):
        with_line = [name for name in group if len(lines[name][0])]
        assert share["runs"] == len(with_line)
        assert share["points"] == sum(len(fake_logs[name]["loss"]) for name in with_line)
        wanted = expected([lines[name] for name in with_line], extent, request)
        shown = np.array([arrays[name] for name in ("x", "mean", "low", "high", "deviation", "count")]).T
        np.testing.assert_allclose(shown, np.array(wanted).reshape(-1, 6), rtol=1e-9, atol=1e-6)


def test_runs_at_the_same_steps_are_compared_step_by_step(log_dir: Any, opened: Any) -> None:
    log_dir.write("a", {"loss": [(step, 10.0, value) for step, value in enumerate([4.0, 2.0, 1.0])]})
    log_dir.write("b", {"loss": [(step, 20.0, value) for step, value in enumerate([6.0, 2.0, math.nan, 5.0])]})
    log_dir.write("c", {"other": [(0, 30.0, 1.0)]})
    header, (arrays,) = ask(opened(), {"both": ["a", "b", "a", "c", "gone"]})
    assert (header["tag"], header["x"]) == ("loss", "step")
    share = header["groups"][0]
    assert (share["name"], share["runs"], share["points"]) == ("both", 2, 7)
    assert {name: array.tolist() for name, array in arrays.items()} == {
        "x": [0.0, 1.0, 2.0, 3.0],
        "mean": [5.0, 2.0, 2.25, 5.0],  # at step 2, b is half way from 2 to 5
        "low": [4.0, 2.0, 1.0, 5.0],
        "high": [6.0, 2.0, 3.5, 5.0],
        "deviation": [1.0, 0.0, 1.25, 0.0],
        "count": [2.0, 2.0, 2.0, 1.0],
        "mark_x": [2.0],
        "mark_kind": [0],
        "restarts": [],
    }


def test_what_befell_any_run_is_marked_once(log_dir: Any, opened: Any) -> None:
    a, b = [1.0] * 8, [1.0] * 8
    a[3] = b[3] = math.nan
    b[5], b[6] = -math.inf, math.inf
    log_dir.write("a", {"loss": [(step, 100.0 + step, value) for step, value in enumerate(a)]}, start=0)
    log_dir.write("b", {"loss": [(step, 100.0 + step, value) for step, value in enumerate(b)]}, start=0)
    for run in ("a", "b"):
        log_dir.write(run, {"loss": [(step, 200.0 + step, 2.0) for step in range(7, 12)]}, start=7)
    log_dir.write("whole", {"loss": [(step, 100.0 + step, 1.0) for step in range(12)]})
    client = opened()
    _, (broken, whole) = ask(client, {"broken": ["a", "b"], "whole": ["whole"]})
    assert (broken["mark_x"].tolist(), broken["mark_kind"].tolist()) == ([3.0, 5.0, 6.0], [0, 2, 1])
    assert broken["restarts"].tolist() == [7.0]
    assert [len(whole[name]) for name in ("mark_x", "mark_kind", "restarts")] == [0, 0, 0]
    _, (part,) = ask(client, {"broken": ["a", "b"]}, range=[4, 5])
    assert (part["mark_x"].tolist(), part["restarts"].tolist()) == ([5.0], [])


@pytest.mark.parametrize("log_x", [False, True])
def test_marks_are_no_more_than_there_are_pixels(log_dir: Any, opened: Any, log_x: bool) -> None:
    for run in range(3):
        values = [(step, 10.0, math.nan if step % 3 == run else 1.0) for step in range(1, 300)]
        log_dir.write(str(run), {"loss": values})
    _, (arrays,) = ask(opened(), {"all": ["0", "1", "2"]}, pixels=10, log_x=log_x)
    marks = arrays["mark_x"]
    scale = np.log(marks) if log_x else marks
    assert 5 <= len(marks) <= 10 and (np.diff(scale) > 0).all() and marks[0] == 1
    # They lie all over the view.
    assert scale[-1] > 0.8 * (math.log(299) if log_x else 299)


def test_a_zoomed_band_runs_out_of_the_view(log_dir: Any, opened: Any) -> None:
    log_dir.write("a", {"loss": [(step, 10.0, float(step)) for step in range(0, 100, 10)]})
    log_dir.write("b", {"loss": [(step, 10.0, float(step)) for step in range(5, 100, 10)]})
    _, (arrays,) = ask(opened(), {"both": ["a", "b"]}, range=[42, 43])
    assert (arrays["x"].tolist(), arrays["mean"].tolist()) == ([40.0, 45.0], [40.0, 45.0])


def test_every_point_of_long_runs_takes_part(log_dir: Any, opened: Any) -> None:
    for name, sign in (("a", 1.0), ("b", -1.0)):
        spikes = [(step, 10.0, sign * (1000.0 if step in (777, 1777) else step % 2)) for step in range(2000)]
        log_dir.write(name, {"loss": spikes})
    _, (arrays,) = ask(opened(), {"both": ["a", "b"]}, pixels=4)
    assert arrays["x"].tolist() == [1999 / 8 * odd for odd in (1, 3, 5, 7)]
    assert arrays["high"].tolist() == [1.0, 1000.0, 1.0, 1000.0]
    assert arrays["low"].tolist() == [-1.0, -1000.0, -1.0, -1000.0]
    np.testing.assert_allclose(arrays["mean"], 0.0, atol=1e-9)
    np.testing.assert_allclose(arrays["deviation"], [0.5, 2.5 - 1 / 500, 0.5, 2.5 - 1 / 500], rtol=0.01)


def test_groups_share_their_buckets(log_dir: Any, opened: Any) -> None:
    log_dir.write("short", {"loss": [(step, 10.0, 1.0) for step in range(500)]})
    log_dir.write("long", {"loss": [(step, 10.0, 1.0) for step in range(1001)]})
    _, (short, long) = ask(opened(), {"short": ["short"], "long": ["long"]}, pixels=10)
    assert long["x"].tolist() == [50.0 + 100 * bucket for bucket in range(10)]
    assert short["x"].tolist() == long["x"].tolist()[:5]


def test_many_runs_are_all_counted(fake_logs: Any, client: Any) -> None:
    for number in range(301):
        points = np.arange(3), np.zeros(3), np.full(3, float(number))
        fake_logs[f"run{number}"] = PlottedRun(loss=PlottedSeries(*points))
    header, (arrays,) = ask(client, {"all": list(fake_logs)})
    assert header["groups"][0]["runs"] == 301
    assert arrays["count"].tolist() == [301.0] * 3
    np.testing.assert_allclose(arrays["mean"], 150.0, rtol=1e-12)
    np.testing.assert_allclose(arrays["deviation"], np.arange(301.0).std(), rtol=1e-12)
    assert (arrays["low"].tolist(), arrays["high"].tolist()) == ([0.0] * 3, [300.0] * 3)


def test_groups_without_a_line_are_empty(log_dir: Any, opened: Any) -> None:
    log_dir.write("a", {"loss": [(step, 10.0, math.nan) for step in range(3)]})
    client = opened()
    for body in ({}, {"x": "epoch"}, {"log_x": True, "range": [-5, -1]}):
        header, shares = ask(client, {"none": [], "broken": ["a"]}, **body)
        assert [share["runs"] for share in header["groups"]] == [0, 0]
        lines = [array for arrays in shares for name, array in arrays.items() if not name.startswith("mark_")]
        assert all(len(array) == 0 for array in lines)
    assert ask(client, {})[0]["groups"] == []


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            {"groups": [{"name": "a", "runs": ["r"] * 2000}, {"name": "b", "runs": ["r"]}]},
            "groups has 2001 runs in all",
        ),
        ({"groups": [{"runs": []}]}, "groups.0.name is missing"),
        ({"pixels": 0}, "pixels is 0: input should be greater than or equal to 1."),
        ({"range": [2, 1]}, "range is [2, 1]: its first number must not be above its second."),
        ({"x": "series"}, "x_tag is missing: give the scalar tag that x is the value of."),
        ({"runs": ["a"]}, "runs is ['a']: extra inputs are not permitted."),
        (
            {"smoothing": {"kind": "exponential", "amount": 2}},
            "smoothing.amount is 2: an exponential weight is below 1.",
        ),
    ],
)
def test_a_wrong_question_is_answered_in_one_sentence(client: Any, body: Any, detail: str) -> None:
    answer = client.post("/api/bands", json={"tag": "loss", "groups": [], **body})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(detail)


def test_answers_are_bounded(log_dir: Any, opened: Any, site_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    log_dir.write("a", {"loss": [(step, 10.0, 1.0) for step in range(2000)]})
    client = opened()
    allowance = site_of(client.app).allowance = Allowance(500_000)
    groups = {str(number): ["a"] for number in range(20)}
    refused = client.post(
        "/api/bands",
        json={"tag": "loss", "pixels": 2000, "groups": [{"name": name, "runs": runs} for name, runs in groups.items()]},
    )
    assert refused.status_code == 503
    monkeypatch.setattr(binary, "MAX_ANSWER", 200_000)
    refused = client.post(
        "/api/bands",
        json={"tag": "loss", "pixels": 2000, "groups": [{"name": name, "runs": runs} for name, runs in groups.items()]},
    )
    assert refused.status_code == 413
    detail = refused.json()["detail"]
    assert detail.startswith("The bands of the first 3 of 20 groups at 2000 pixels have 0 MiB")
    assert detail.endswith("ask for fewer groups or fewer pixels.")
    assert allowance.take(250_000)  # all was given back
