"""Viewports against a plain NumPy reading of the rules in viewport.h."""

import math
import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from plotting import plot_points

from kymo import _core

Columns = dict[str, NDArray[Any]]


def column_x(columns: Columns, axis: str, origin: float) -> NDArray[np.float64]:
    if axis == "step":
        return columns["steps"].astype(np.float64)
    return columns["wall_times"] - (origin if axis == "relative_time" else 0.0)


def pixel_ends(low: float, high: float, pixels: int, log_x: bool) -> list[float]:
    if not log_x:
        return list(low + (high - low) / pixels * np.arange(1, pixels))
    # The C library's own logarithm, of which NumPy's may differ in the last bit.
    first, width = math.log(low), (math.log(high) - math.log(low)) / pixels
    return [math.exp(first + width * pixel) for pixel in range(1, pixels)]


@dataclass
class Expected:
    """What a viewport must hold: indexes of points, (x, kind) of marks, and counts."""

    rows: list[int] = field(default_factory=list)
    marks: list[tuple[float, int]] = field(default_factory=list)
    in_view: int = 0
    not_positive: int = 0
    downsampled: bool = False


def expected(x: NDArray[np.float64], lines: list[NDArray[np.float64]], query: dict[str, Any]) -> Expected:
    low, high, pixels, log_x = query["low"], query["high"], max(1, query["pixels"]), query["log_x"]
    keys = np.argsort(x, kind="stable")
    order = keys[np.isfinite(x[keys])]
    if low > high:
        return Expected()
    placed = order[x[order] > 0] if log_x else order
    not_positive = int(np.sum((x[order] >= low) & (x[order] <= high))) if log_x else 0
    if len(placed) == 0:
        return Expected(not_positive=not_positive)
    low = x[placed[0]] if low == -math.inf or (log_x and low <= 0) else low
    high = x[placed[-1]] if high == math.inf else high
    finite = np.isfinite(lines[0])
    first, last = np.searchsorted(x[placed], low, "left"), np.searchsorted(x[placed], high, "right")
    before = [i for i in placed[:first] if finite[i]][-1:]
    behind = [i for i in placed[last:] if finite[i]][:1]
    inside = placed[first:last]
    found = Expected(before, [], len(inside), 0, len(inside) > 4 * pixels)
    found.not_positive = not_positive - len(inside) if log_x else 0
    ends = pixel_ends(low, high, pixels, log_x) if low < high else [low] * (pixels - 1)
    for part in np.split(inside, np.searchsorted(x[inside], ends, "left")):
        real = part[finite[part]]
        if found.downsampled and len(real):
            chosen = {0, len(real) - 1}
            for line in lines:
                chosen |= {int(np.argmin(line[real])), int(np.argmax(line[real]))}
            found.rows += list(real[sorted(chosen)])
        else:
            found.rows += list(real)
        seen: set[int] = set()
        for i in part[~finite[part]]:
            kind = 0 if math.isnan(lines[0][i]) else 1 if lines[0][i] > 0 else 2
            if kind not in seen:
                found.marks.append((x[i], kind))
            seen.add(kind)
    found.rows += behind
    return found


def check(view: Any, columns: Columns, x: NDArray[np.float64], smoothed: Any, query: dict[str, Any]) -> None:
    lines = [columns["values"].astype(np.float64)] + ([] if smoothed is None else [smoothed])
    wanted = expected(x, lines, query)
    rows = wanted.rows
    assert view.points_in_view == wanted.in_view
    assert view.not_positive == wanted.not_positive
    assert view.downsampled == wanted.downsampled
    np.testing.assert_array_equal(view.x, x[rows])
    np.testing.assert_array_equal(view.value, lines[0][rows])
    np.testing.assert_array_equal(view.steps, columns["steps"][rows])
    np.testing.assert_array_equal(view.wall_times, columns["wall_times"][rows])
    assert list(zip(view.mark_x, view.mark_kind, strict=True)) == wanted.marks
    if smoothed is None:
        assert view.smoothed is None
    else:
        np.testing.assert_array_equal(view.smoothed, smoothed[rows])


def smoothed_column(columns: Columns, kind: str, amount: float) -> Any:
    """What the smoothing tests check, here taken as given: the whole line, NaN where it is not finite."""
    if kind == "none":
        return None
    count = len(columns["steps"])
    written = np.arange(count)
    times, values = columns["wall_times"], columns["values"]
    view = plot_points(written, times, values, pixels=max(1, count), smoothing=kind, amount=amount)
    line = np.full(count, np.nan)
    line[view.steps] = view.smoothed
    return line


def series(random: np.random.Generator, count: int, disorder: str, holes: float) -> Columns:
    steps = np.arange(count) * 3
    wall_times = 1.7e9 + np.cumsum(random.exponential(size=count))
    if disorder == "restarts":
        steps = steps % max(1, 3 * (count // 3))
    elif disorder == "shuffled":
        steps, wall_times = random.permutation(steps), random.permutation(wall_times)
    elif disorder == "repeated":
        steps, wall_times = steps // 40, np.floor(wall_times / 9)
    values = np.round(random.normal(size=count), 2)
    if holes:
        kinds = random.choice([np.nan, np.inf, -np.inf], size=count)
        values = np.where(random.random(count) < holes, kinds, values)
        wall_times = np.where(random.random(count) < 0.01, np.nan, wall_times)
    if random.random() < 0.5:
        values = values.astype(np.float32)
    return {"steps": steps - random.integers(0, 200), "wall_times": wall_times, "values": values}


queries = st.fixed_dictionaries(
    {
        "axis": st.sampled_from(["step", "wall_time", "relative_time"]),
        "origin": st.sampled_from([0.0, 1.7e9]),
        "low": st.one_of(st.just(-math.inf), st.floats(-0.2, 1.2)),
        "high": st.one_of(st.just(math.inf), st.floats(-0.2, 1.2)),
        "pixels": st.sampled_from([0, 1, 2, 7, 40, 500]),
        "smoothing": st.sampled_from(["none", "exponential", "running_mean", "gaussian"]),
        "amount": st.sampled_from([0.9, 3.0]),
        "log_x": st.booleans(),
    }
)
disorders = st.sampled_from(["none", "restarts", "shuffled", "repeated"])


def place_range(query: dict[str, Any], x: NDArray[np.float64]) -> dict[str, Any]:
    """Bounds as parts of the extent -> bounds in units of x."""
    real = x[np.isfinite(x)]
    low, extent = (real.min(), np.ptp(real)) if len(real) else (0.0, 1.0)
    return query | {"low": low + query["low"] * (extent or 1.0), "high": low + query["high"] * (extent or 1.0)}


@settings(deadline=None, max_examples=150)
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.one_of(st.integers(0, 20), st.integers(200, 3000)),
    disorder=disorders,
    holes=st.sampled_from([0.0, 0.02, 0.6, 1.0]),
    query=queries,
)
@example(seed=1, count=2000, disorder="shuffled", holes=1.0, query={"axis": "step", "origin": 0.0, "low": -math.inf,
         "high": math.inf, "pixels": 7, "smoothing": "exponential", "amount": 0.9, "log_x": False})  # fmt: skip
def test_viewport_is_what_the_rules_say(seed: int, count: int, disorder: str, holes: float, query: dict[str, Any]):
    columns = series(np.random.default_rng(seed), count, disorder, holes)
    x = column_x(columns, query["axis"], query["origin"])
    query = place_range(query, x)
    smoothed = smoothed_column(columns, query["smoothing"], query["amount"])
    check(plot_points(**columns, **query), columns, x, smoothed, query)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(0, 900), min_size=1, max_size=6),
    disorder=disorders,
    holes=st.sampled_from([0.0, 0.02]),
    asked=st.lists(queries, min_size=6, max_size=6),
)
def test_a_series_that_grows_is_drawn_as_if_it_were_there_at_once(
    seed: int, sizes: list[int], disorder: str, holes: float, asked: list[dict[str, Any]]
):
    random = np.random.default_rng(seed)
    columns = series(random, sum(sizes), disorder, holes)
    superseded = random.random(sum(sizes)) < 0.2
    plotter, done = _core.Plotter(), 0
    for size, query in zip(sizes, asked, strict=False):
        part = slice(done, done + size)
        done += size
        plotter.append(**{name: column[part] for name, column in columns.items()}, superseded_mask=superseded[part])
        for hidden in (False, True):
            shown = np.flatnonzero(~superseded[:done]) if hidden else np.arange(done)
            known = {name: column[:done][shown] for name, column in columns.items()}
            x = column_x(known, query["axis"], query["origin"])
            placed = place_range(query, x)
            # Gaussian sums depend in their last bits on where the growing line was cut: nothing to choose points by.
            kind = "running_mean" if query["smoothing"] == "gaussian" else query["smoothing"]
            view = plotter.viewport(**(placed | {"smoothing": kind}), superseded=not hidden)
            check(view, known, x, smoothed_column(known, kind, query["amount"]), placed)


def interpolated(knots: list[tuple[int, float]], step: int) -> float:
    last = dict(sorted((k for k in knots if math.isfinite(k[1])), key=lambda knot: knot[0]))
    steps, values = list(last), list(last.values())
    if len(steps) == 1:
        return values[0]
    k = min(max(int(np.searchsorted(steps, step)), 1), len(steps) - 1)
    slope = (values[k] - values[k - 1]) / (steps[k] - steps[k - 1])
    return values[k - 1] + slope * (step - steps[k - 1])


knots_strategy = st.lists(
    st.tuples(st.integers(-50, 400), st.one_of(st.floats(-100, 100), st.just(math.nan))), min_size=1, max_size=12
)


@settings(deadline=None)
@given(knots=knots_strategy, more=knots_strategy, steps=st.lists(st.integers(-100, 500), min_size=1, max_size=80))
def test_mapped_axis_interpolates_another_series(
    knots: list[tuple[int, float]], more: list[tuple[int, float]], steps: list[int]
):
    mapping, plotter = _core.Plotter(), _core.Plotter()
    column = np.array(steps)
    plotter.append(column, np.zeros(len(column)), column.astype(np.float64))
    known: list[tuple[int, float]] = []
    for part in (knots, more):
        known += part
        mapping.append(np.array([k[0] for k in part]), np.zeros(len(part)), np.array([k[1] for k in part]))
        view = plotter.viewport(axis="mapped", mapping=mapping)
        if not any(math.isfinite(k[1]) for k in known):
            assert len(view.x) == 0
            continue
        assert len(view.x) == len(steps)
        assert np.all(np.diff(view.x) >= 0)
        np.testing.assert_allclose(view.x, [interpolated(known, step) for step in view.steps], rtol=1e-9, atol=1e-7)
        assert sorted(view.steps) == sorted(steps)


def test_mapped_axis_hides_what_the_mapping_superseded_and_goes_on_beyond_it():
    mapping = _core.Plotter()
    mask = np.array([False, True, False])
    mapping.append(np.array([0, 10, 10]), np.zeros(3), np.array([0.0, 99.0, 1.0]), mask)
    view = plot_points(np.array([0, 5, 10, 30]), np.zeros(4), np.zeros(4), axis="mapped", mapping=mapping)
    np.testing.assert_array_equal(view.x, [0.0, 0.5, 1.0, 3.0])


def test_mapped_axis_without_a_mapping_is_empty():
    assert len(plot_points(np.array([1]), np.zeros(1), np.zeros(1), axis="mapped").x) == 0


def test_extreme_steps_and_values():
    steps = np.array([-(2**63), -1, 0, 2**63 - 1])
    values = np.array([-1.7e308, 5e-324, math.inf, 1.7e308])
    for pixels in (1, 3, 1000, 2**32 - 1):
        view = plot_points(steps, np.array([-1.7e308, 0.0, 1.0, 1.7e308]), values, pixels=pixels)
        np.testing.assert_array_equal(view.steps, steps[[0, 1, 3]])
        np.testing.assert_array_equal(view.mark_x, [0.0])
    view = plot_points(steps, np.array([-1.7e308, 0.0, 1.0, 1.7e308]), values, axis="wall_time")
    assert len(view.x) == 3


def test_tiny_differences_at_a_large_value_are_drawn():
    values = 1e9 + np.arange(5000) * 1e-6
    view = plot_points(np.arange(5000), np.zeros(5000), values, pixels=10)
    assert view.value.min() == values[0]
    assert view.value.max() == values[-1]
    assert np.all(np.diff(view.value) > 0)


def test_pixels_of_a_logarithmic_axis_have_equal_ratios():
    count = 100_000
    values = np.random.default_rng(3).normal(size=count)
    view = plot_points(np.arange(count), np.zeros(count), values, pixels=5, log_x=True)
    assert (view.not_positive, view.points_in_view, view.downsampled) == (1, count - 1, True)
    for decade in range(5):
        inside = slice(10**decade, 10 ** (decade + 1))
        shown = view.value[(view.steps >= inside.start) & (view.steps < inside.stop)]
        assert (shown.min(), shown.max()) == (values[inside].min(), values[inside].max())
        assert len(shown) <= 4 + 2  # rounding may move a point over a pixel's end


@pytest.mark.parametrize(("low", "high"), [(-5.0, -1.0), (-5.0, 0.0), (-math.inf, 0.0)])
def test_a_range_without_a_place_on_a_logarithmic_axis_shows_what_follows(low: float, high: float):
    columns = {"steps": np.arange(-5, 5), "wall_times": np.zeros(10), "values": np.arange(10.0)}
    view = plot_points(**columns, low=low, high=high, log_x=True)
    assert (list(view.steps), view.points_in_view) == ([1], 0)
    assert view.not_positive == np.sum((columns["steps"] >= low) & (columns["steps"] <= high))
    nothing = plot_points(np.arange(-5, 1), np.zeros(6), np.array([1.0, 2, 3, math.nan, 5, 6]), log_x=True)
    assert (len(nothing.x), len(nothing.mark_x), nothing.not_positive) == (0, 0, 6)


@pytest.mark.parametrize(("low", "high"), [(5.0, 4.0), (math.inf, -math.inf)])
def test_a_range_that_is_no_range_is_empty(low: float, high: float):
    view = plot_points(np.arange(9), np.zeros(9), np.arange(9.0), low=low, high=high, smoothing="gaussian")
    assert (len(view.x), len(view.smoothed), view.points_in_view) == (0, 0, 0)


def test_an_end_that_is_not_a_number_is_open():
    view = plot_points(np.arange(9), np.zeros(9), np.arange(9.0), low=math.nan, high=math.nan)
    assert view.points_in_view == 9


def test_ranges_beyond_the_points_show_the_nearest_one():
    columns = {"steps": np.arange(4), "wall_times": np.zeros(4), "values": np.array([1.0, 2.0, 3.0, math.nan])}
    assert list(plot_points(**columns, low=10.0).steps) == [2]
    assert list(plot_points(**columns, high=-10.0).steps) == [0]
    assert list(plot_points(**columns, low=1.2, high=1.4).steps) == [1, 2]


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ({"axis": "steps"}, 'axis is "steps"; use step'),
        ({"smoothing": "ema"}, 'smoothing is "ema"; use none'),
        ({"axis": "relative_time", "origin": math.nan}, "origin is nan; relative time needs"),
    ],
)
def test_what_cannot_be_asked_is_said(argument: dict[str, Any], sentence: str):
    with pytest.raises(ValueError, match=sentence):
        plot_points(np.arange(3), np.zeros(3), np.zeros(3), **argument)


def test_what_is_kept_is_bounded_and_can_be_given_back():
    plotter, count = _core.Plotter(), 100_000
    plotter.append(np.arange(count), np.zeros(count), np.zeros(count))
    assert plotter.memory == 0
    for amount in (0.1, 0.2, 0.3, 0.4):
        plotter.viewport(smoothing="exponential", amount=amount)
    assert 2 * 8 * count < plotter.memory < 2.6 * 8 * count
    plotter.release()
    assert plotter.memory == 0


def test_threads_query_while_the_series_grows():
    plotter, count = _core.Plotter(), 40_000
    values = np.random.default_rng(2).normal(size=count)
    failures: list[BaseException] = []
    grown = threading.Event()

    def look(kind: str, axis: str) -> None:
        try:
            finished = False
            while not finished:
                finished = grown.is_set()
                view = plotter.viewport(axis=axis, pixels=50, smoothing=kind, amount=9.0)
                np.testing.assert_array_equal(view.value, values[view.wall_times.astype(int)])
                assert view.points_in_view <= len(plotter)
            assert view.points_in_view == count
        except BaseException as failure:
            failures.append(failure)

    kinds = [("none", "step"), ("running_mean", "step"), ("gaussian", "wall_time"), ("time_exponential", "step")]
    threads = [threading.Thread(target=look, args=kind) for kind in kinds]
    for thread in threads:
        thread.start()
    for start in range(0, count, 500):
        part = np.arange(start, start + 500)
        plotter.append(part // 1000 * 1000 - part % 1000, part.astype(np.float64), values[part])
    grown.set()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert failures == []
