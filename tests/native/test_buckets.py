"""Lines in intervals of x, their places on it, and what their points come to, beside slow readings of the rules."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plotting import drawn_line, line_in, plotter

from kymo import _core

odd = st.sampled_from([math.nan, math.inf, -math.inf])
points = st.lists(
    st.tuples(st.integers(-20, 60), st.one_of(st.floats(-50, 50), odd), st.one_of(st.floats(-1e6, 1e6, width=32), odd)),
    max_size=120,
)
queries = st.fixed_dictionaries(
    {
        "axis": st.sampled_from(["step", "wall_time", "relative_time", "mapped"]),
        "origin": st.sampled_from([0.0, 7.5]),
        "smoothing": st.sampled_from(["none", "exponential", "running_mean"]),
        "amount": st.sampled_from([0.5, 3.0]),
        "superseded": st.booleans(),
    }
)
ends = st.lists(st.floats(-70, 70), min_size=2, max_size=20).map(sorted)


def series(rows: list[tuple[int, float, float]], random: np.random.Generator, single: bool) -> _core.Plotter:
    steps, wall_times, values = (np.array([row[column] for row in rows]) for column in range(3))
    mask = random.random(len(rows)) < 0.2
    dtype = np.float32 if single else np.float64
    return plotter(steps.astype(np.int64), wall_times.astype(np.float64), values.astype(dtype), mask)


def mapping(random: np.random.Generator) -> _core.Plotter:
    """Rises, falls, and has a hole."""
    return plotter(
        np.arange(0, 40, 8), np.zeros(5), np.array([-9.0, 4.0, math.nan, 30.0, 11.0]), random.random(5) < 0.2
    )


@settings(deadline=None, max_examples=100)
@given(rows=points, seed=st.integers(0, 99), single=st.booleans(), query=queries, edges=ends, exact=st.booleans())
def test_buckets_are_what_the_rules_say(
    rows: list[tuple[int, float, float]],
    seed: int,
    single: bool,
    query: dict[str, Any],
    edges: list[float],
    exact: bool,
) -> None:
    random = np.random.default_rng(seed)
    query["mapping"] = mapping(random)
    drawn = series(rows, random, single)
    x, y = drawn_line(drawn, **query)
    low = np.unique(np.concatenate([edges, x[: len(x) // 2]])) if exact else np.array(edges[:-1])
    high = low if exact else np.maximum(np.nextafter(edges[1:], -math.inf), low)
    place = low / 2 + high / 2
    found = drawn.buckets(low=low, high=high, place=place, **query)
    wanted = np.array([line_in(x, y, *interval) for interval in zip(low, high, place, strict=True)]).reshape(-1, 3)
    for column, name in enumerate(("mean", "low", "high")):
        np.testing.assert_allclose(getattr(found, name), wanted[:, column], rtol=1e-9, atol=1e-6, err_msg=name)
    known = ~np.isnan(found.mean)
    assert np.all((found.low <= found.mean) & (found.mean <= found.high) | ~known)


@settings(deadline=None, max_examples=100)
@given(rows=points, seed=st.integers(0, 99), query=queries, bounds=ends, limit=st.sampled_from([0, 1, 5, 1000]))
def test_places_are_what_the_rules_say(
    rows: list[tuple[int, float, float]], seed: int, query: dict[str, Any], bounds: list[float], limit: int
) -> None:
    random = np.random.default_rng(seed)
    query["mapping"] = mapping(random)
    drawn = series(rows, random, single=True)
    low, high = bounds[0], bounds[-1]
    found = drawn.places(low=low, high=high, limit=limit, **query)
    x, _ = drawn_line(drawn, **query)
    inside = np.unique(x[(x >= low) & (x <= high)])
    assert found.complete == (len(inside) <= limit)
    np.testing.assert_array_equal(found.x, inside if found.complete else [])
    assert (found.first, found.last) == ((inside[0], inside[-1]) if len(inside) else (None, None))
    assert found.before == max(x[x < low], default=None)
    assert found.behind == min(x[x > high], default=None)


@settings(deadline=None, max_examples=100)
@given(rows=points, seed=st.integers(0, 99), single=st.booleans(), query=queries, bounds=ends)
def test_statistics_are_what_the_rules_say(
    rows: list[tuple[int, float, float]], seed: int, single: bool, query: dict[str, Any], bounds: list[float]
) -> None:
    random = np.random.default_rng(seed)
    query["mapping"] = mapping(random)
    drawn = series(rows, random, single)
    low, high = bounds[0], bounds[-1]
    found = drawn.statistics(low=low, high=high, **query)
    view = drawn.viewport(pixels=1 << 20, **{**query, "smoothing": "none"})
    rows_in_view = np.flatnonzero((view.x >= low) & (view.x <= high))
    values = view.value[rows_in_view]
    assert found.points == drawn.viewport(low=low, high=high, **query).points_in_view
    assert found.finite == len(values)
    if not len(values):
        assert (found.minimum, found.maximum, found.first, found.last, found.mean, found.deviation) == (None,) * 6
        return

    def point(row: int) -> tuple[float, int, float, float]:
        at = rows_in_view[row]
        return view.x[at], view.steps[at], view.wall_times[at], view.value[at]

    np.testing.assert_array_equal(found.minimum, point(int(values.argmin())))
    np.testing.assert_array_equal(found.maximum, point(int(values.argmax())))
    np.testing.assert_array_equal(found.first, point(0))
    np.testing.assert_array_equal(found.last, point(-1))
    np.testing.assert_allclose(found.mean, values.mean(), rtol=1e-9, atol=1e-9 * abs(values).max())
    np.testing.assert_allclose(found.deviation, values.std(), rtol=1e-9, atol=1e-9 * abs(values).max())


@pytest.mark.parametrize("scale", [5e-324, 1e-300, 1e-160, 1.0, 1e160, 1.7e308])
def test_what_is_far_from_one_neither_overflows_nor_vanishes(scale: float) -> None:
    values = np.array([-1.0, 1.0, 1.0, -1.0]) * scale
    drawn = plotter(np.arange(4), np.zeros(4), values)
    told = drawn.statistics()
    assert (told.mean, told.deviation) == (0.0, scale)
    whole = drawn.buckets(low=np.array([1.0]), high=np.array([2.0]), place=np.array([1.5]))
    assert (whole.mean[0], whole.low[0], whole.high[0]) == (scale, scale, scale)
    between = drawn.buckets(low=np.array([0.5]), high=np.array([0.5]), place=np.array([0.5]))
    assert abs(between.mean[0]) <= 5e-324


def test_equal_values_have_themselves_as_their_mean() -> None:
    for count in (3, 7, 1001):
        told = plotter(np.arange(count), np.zeros(count), np.full(count, 0.1)).statistics()
        assert (told.mean, told.deviation) == (0.1, 0.0)


def test_what_a_series_has_grown_by_is_counted() -> None:
    drawn = plotter(np.arange(10), np.zeros(10), np.zeros(10))
    whole = np.array([0.0]), np.array([100.0]), np.array([50.0])
    for size in range(10, 2000, 300):
        found = drawn.buckets(low=whole[0], high=whole[1], place=whole[2], smoothing="running_mean", amount=5.0)
        assert (drawn.statistics().finite, drawn.places(limit=5000).last) == (size, size - 1)
        assert found.high[0] <= size
        drawn.append(np.arange(size, size + 300), np.zeros(300), np.full(300, float(size)))


@pytest.mark.parametrize(
    ("intervals", "sentence"),
    [
        (([1.0], [1.0, 2.0], [1.0]), "low, high and place differ in length"),
        (([2.0, 1.0], [2.0, 3.0], [2.0, 2.0]), "an interval ends below the one before it"),
        (([1.0, 2.0], [3.0, 2.0], [1.0, 2.0]), "an interval ends below the one before it"),
    ],
)
def test_intervals_that_do_not_rise_are_told(intervals: tuple[list[float], ...], sentence: str) -> None:
    low, high, place = (np.array(column) for column in intervals)
    drawn = plotter(np.arange(9), np.zeros(9), np.zeros(9))
    with pytest.raises(ValueError, match=sentence):
        drawn.buckets(low=low, high=high, place=place)


def test_a_series_without_points_has_no_line() -> None:
    for drawn, query in ((_core.Plotter(), {}), (plotter(np.arange(3), np.zeros(3), np.zeros(3)), {"axis": "mapped"})):
        one = np.array([1.0])
        assert math.isnan(drawn.buckets(low=one, high=one, place=one, **query).mean[0])
        assert drawn.places(limit=9, **query).first is None
        assert drawn.statistics(**query).points == 0
