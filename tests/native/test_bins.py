"""Values counted in bins, beside NumPy."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kymo._core import Bins

EDGES = st.one_of(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=40).map(sorted),
    st.integers(1, 3000).map(lambda count: list(np.linspace(-1, 1, count + 1))),
    st.just([*(-(1.1**n) for n in range(100, -300, -1)), 0.0, *(1.1**n for n in range(-300, 100))]),
)


def values(dtype: type[np.floating]) -> st.SearchStrategy[np.ndarray]:
    width = 8 * np.dtype(dtype).itemsize
    return arrays.arrays(dtype, st.integers(0, 50), elements=st.floats(width=width))


@given(edges=EDGES, given_values=st.one_of(values(np.float32), values(np.float64)), repeats=st.sampled_from([1, 200]))
@example([0.0, 1.0, 2.0], np.array([-0.0, 0.0, 1.0, 2.0, np.nextafter(2.0, 3.0)]), 1)
@example([0.0, 1e-310, 1.0], np.array([5e-324, 1e-310, -5e-324]), 200)
@example([0.1, 0.1, 0.1], np.array([0.1]), 1)
def test_counts_are_numpys(edges: list[float], given_values: np.ndarray, repeats: int) -> None:
    with np.errstate(over="ignore"):
        given_values = np.concatenate([np.tile(given_values, repeats), np.array(edges[:20], given_values.dtype)])
    counts = Bins(np.array(edges)).count(given_values)
    finite = given_values[np.isfinite(given_values)].astype(np.float64)
    expected, _ = np.histogram(finite, bins=edges)
    np.testing.assert_array_equal(counts.bins, expected)
    assert counts.below == np.sum(finite < edges[0])
    assert counts.above == np.sum(finite > edges[-1])
    assert counts.below + counts.above + sum(counts.bins) == counts.finite == len(finite)
    assert counts.nan == np.isnan(given_values).sum()
    assert counts.positive_infinity == np.isposinf(given_values).sum()
    assert counts.negative_infinity == np.isneginf(given_values).sum()
    assert counts.zeros == np.sum(finite == 0)
    if len(finite):
        assert (counts.min, counts.max) == (finite.min(), finite.max())
    else:
        assert math.isnan(counts.min)
        assert math.isnan(counts.max)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_millions_of_values_are_counted_in_parts_and_summed_up_exactly(dtype: type[np.floating]) -> None:
    edges = np.linspace(-5, 5, 101)
    many = np.random.default_rng(0).normal(1, 2, 3_000_001).astype(dtype)
    many[[5, 2_000_000]] = np.nan, np.inf
    counts = Bins(edges).count(many)
    finite = many[np.isfinite(many)].astype(np.float64)
    np.testing.assert_array_equal(counts.bins, np.histogram(finite, bins=edges)[0])
    assert (counts.nan, counts.positive_infinity, counts.finite) == (1, 1, len(many) - 2)
    assert (counts.min, counts.max) == (finite.min(), finite.max())
    assert counts.sum == pytest.approx(math.fsum(finite), rel=1e-13)
    assert counts.sum_squares == pytest.approx(math.fsum(finite * finite), rel=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("step", [1, -1])
def test_extremes_that_move_on_with_each_value_are_found(dtype: type[np.floating], step: int) -> None:
    values = np.arange(-5000, 5001, dtype=dtype)[::step].copy()
    values[[0, -1]] = values[[-1, 0]]
    for count in (1, 7, 1024, 1025, 5000, 10_001):
        counts = Bins(np.array([-10.0, 10.0])).count(values[:count])
        assert (counts.min, counts.max) == (values[:count].min(), values[:count].max())
        assert counts.zeros == np.count_nonzero(values[:count] == 0)


def test_nothing_is_counted_of_nothing() -> None:
    counts = Bins(np.array([0.0, 1.0])).count(np.empty(0))
    assert (list(counts.bins), counts.finite, counts.sum) == ([0], 0, 0.0)


@pytest.mark.parametrize(
    ("edges", "text"), [([1.0], "at least two"), ([1.0, 0.0], "must ascend"), ([0.0, float("nan"), 1.0], "may be NaN")]
)
def test_edges_that_bound_no_bins_are_refused(edges: list[float], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Bins(np.array(edges))


def test_counts_outlive_what_they_were_counted_of() -> None:
    bins = Bins(np.array([0.0, 1.0, 2.0])).count(np.array([0.5, 1.5, 1.5])).bins
    assert list(bins) == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        bins[0] = 7
