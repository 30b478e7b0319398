"""Smoothed lines against their definitions, written out point by point."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from plotting import plot_points

from kymo import _core

Floats = NDArray[np.float64]

finite = st.floats(-1e6, 1e6, width=32)
values_strategy = st.lists(st.one_of(finite, st.sampled_from([math.nan, math.inf, -math.inf])), min_size=1, max_size=60)
gaps = st.lists(st.sampled_from([0.0, 0.25, 1.0, 7.0, -2.0, math.nan]), min_size=60, max_size=60)


def smooth(values: Floats, kind: str, amount: float, wall_times: Floats | None = None) -> Floats:
    """The smoothed line at every finite point."""
    steps = np.arange(len(values))
    times = np.arange(len(values), dtype=np.float64) if wall_times is None else wall_times
    view = plot_points(steps, times, values, pixels=max(1, len(values)), smoothing=kind, amount=amount)
    assert not view.downsampled
    assert view.smoothed is not None
    return np.array(view.smoothed)


def exponential(values: Floats, weight: float) -> Floats:
    """TensorBoard's: classicSmoothing in its data_transformer.ts."""
    last, count, line = 0.0, 0, []
    for value in values:
        if not math.isfinite(value):
            continue
        last = last * weight + (1 - weight) * value
        count += 1
        line.append(last / (1 - weight**count))
    return np.array(line)


def time_exponential(values: Floats, times: Floats, tau: float) -> Floats:
    clock, ages, kept, line = -math.inf, np.zeros(0), [], []
    for value, time in zip(values, times, strict=True):
        if not math.isfinite(value):
            continue
        passed = 0.0
        if math.isfinite(time) and time > clock:
            passed = time - clock if math.isfinite(clock) else 0.0
            clock = time
        ages = np.append(ages + passed, 0.0)
        kept.append(value)
        weights = np.exp(-ages / tau)
        line.append(np.sum(weights * kept) / np.sum(weights))
    return np.array(line)


def running_mean(values: Floats, window: int) -> Floats:
    line = []
    for i, value in enumerate(values):
        if not math.isfinite(value):
            continue
        part = values[max(0, i - window // 2) : i - window // 2 + window]
        part = part[np.isfinite(part)]
        line.append(math.fsum(part) / len(part))
    return np.array(line)


def gaussian(values: Floats, sigma: float) -> Floats:
    line = []
    for i, value in enumerate(values):
        if not math.isfinite(value):
            continue
        distance = np.arange(len(values)) - i
        used = np.isfinite(values) & (np.abs(distance) <= 5 * sigma + 1)
        weights = np.exp(-0.5 * (distance[used] / sigma) ** 2)
        line.append(np.sum(weights * values[used]) / np.sum(weights))
    return np.array(line)


@given(values=values_strategy, weight=st.floats(0.0, 0.999))
def test_exponential_is_tensorboards(values: list[float], weight: float):
    column = np.array(values)
    np.testing.assert_allclose(smooth(column, "exponential", weight), exponential(column, weight), rtol=1e-9, atol=1e-6)


def test_exponential_with_full_weight_is_the_mean_so_far():
    column = np.array([1.0, 2.0, 6.0, 7.0])
    np.testing.assert_allclose(smooth(column, "exponential", 1.0), [1.0, 1.5, 3.0, 4.0])


@given(values=values_strategy, passed=gaps, tau=st.floats(0.01, 1e3))
def test_time_exponential_weighs_by_age(values: list[float], passed: list[float], tau: float):
    column = np.array(values)
    times = 1e9 + np.nancumsum(passed)[: len(column)] + np.where(np.isnan(passed), np.nan, 0)[: len(column)]
    line = smooth(column, "time_exponential", tau, times)
    np.testing.assert_allclose(line, time_exponential(column, times, tau), rtol=1e-6, atol=1e-5)


def test_time_exponential_is_pandas_ewm_with_times():
    import pandas as pd

    random = np.random.default_rng(7)
    column = random.normal(size=300)
    seconds = np.cumsum(random.integers(1, 50, size=300)).astype(np.float64)
    tau = 40.0
    times = pd.Series(pd.to_datetime(seconds, unit="s"))
    halflife = pd.Timedelta(seconds=tau * math.log(2))
    expected = pd.Series(column).ewm(halflife=halflife, times=times).mean()
    np.testing.assert_allclose(smooth(column, "time_exponential", tau, seconds), expected, atol=1e-7)


@given(values=values_strategy, window=st.integers(1, 90))
def test_running_mean_is_the_mean_of_the_window(values: list[float], window: int):
    column = np.array(values)
    np.testing.assert_allclose(smooth(column, "running_mean", window), running_mean(column, window), rtol=1e-14)


@given(values=values_strategy, sigma=st.floats(0.05, 15.9))
def test_small_gaussian_is_the_sum_itself(values: list[float], sigma: float):
    column = np.array(values)
    spread = np.ptp(column[np.isfinite(column)]) if np.isfinite(column).any() else 0.0
    # The direct sum above cuts a point later at most: weights of at most exp(-12.5).
    tolerance = 4e-5 * spread + 1e-9
    np.testing.assert_allclose(smooth(column, "gaussian", sigma), gaussian(column, sigma), rtol=1e-12, atol=tolerance)


@pytest.mark.parametrize("sigma", [16.0, 17.3, 50.0, 333.0, 5000.0])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_large_gaussian_errs_by_less_than_stated(sigma: float, offset: float):
    column = np.random.default_rng(11).normal(size=3000).cumsum() + offset
    column[100:140] = np.nan
    column[2000] = 500.0 + offset
    expected = gaussian(column, sigma)
    line = smooth(column, "gaussian", sigma)
    assert np.abs(line - expected).max() < 1e-5 * np.ptp(column[np.isfinite(column)])


def test_an_outlier_leaves_no_trace_outside_its_window():
    column = np.full(2000, 0.5)
    column[1000] = 1e30
    for kind, amount, reach in [("running_mean", 101, 51), ("gaussian", 10.0, 50), ("gaussian", 40.0, 240)]:
        line = smooth(column, kind, amount)
        away = np.abs(np.arange(2000) - 1000) > reach
        np.testing.assert_allclose(line[away], 0.5, rtol=1e-12)


KINDS = [("exponential", 0.6), ("time_exponential", 30.0), ("running_mean", 101), ("gaussian", 5.0), ("gaussian", 77.0)]


@pytest.mark.parametrize(("kind", "amount"), KINDS)
@pytest.mark.parametrize("constant", [0.1, -3.3e8, 1e9 + 1e-6, 1.7e308, 1e-20])
def test_a_constant_series_stays_exactly_as_it_is(kind: str, amount: float, constant: float):
    column = np.full(5000, constant)
    column[17] = math.nan
    assert set(smooth(column, kind, amount)) == {constant}


@pytest.mark.parametrize(("kind", "amount"), KINDS)
def test_small_differences_at_a_large_offset_survive(kind: str, amount: float):
    wave = np.sin(np.arange(4000) / 300.0) * 1e-3
    shifted = smooth(wave + 1e9, kind, amount) - 1e9
    # A float64 at 1e9 is right to 1.2e-7; some of that adds up in a sum.
    np.testing.assert_allclose(shifted, smooth(wave, kind, amount), atol=4e-6)


@pytest.mark.parametrize(("kind", "amount"), KINDS)
def test_huge_values_do_not_overflow(kind: str, amount: float):
    column = np.where(np.arange(600) % 2 == 0, 1.7e308, -1.7e308)
    line = smooth(column, kind, amount)
    assert np.isfinite(line).all()
    assert np.abs(line).max() <= 1.7e308


@pytest.mark.parametrize("kind", ["exponential", "time_exponential", "running_mean", "gaussian"])
@pytest.mark.parametrize("amount", [0.0, -1.0, math.nan])
def test_an_amount_that_smooths_nothing_leaves_the_line(kind: str, amount: float):
    column = np.array([1.0, 5.0, 2.0])
    np.testing.assert_array_equal(smooth(column, kind, amount), column)


@pytest.mark.parametrize("kind", ["time_exponential", "running_mean", "gaussian"])
@pytest.mark.parametrize("amount", [1e12, 1e300, math.inf])
def test_an_endless_amount_gives_the_mean(kind: str, amount: float):
    column = np.random.default_rng(3).normal(size=500)
    assert smooth(column, kind, amount)[-1] == pytest.approx(column.mean(), abs=1e-6)


@settings(deadline=None)
@given(
    sizes=st.lists(st.integers(1, 700), min_size=1, max_size=8),
    kind=st.sampled_from([*KINDS, ("running_mean", 2), ("running_mean", 1000), ("gaussian", 20.0)]),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_line_that_grows_is_the_line_made_at_once(sizes: list[int], kind: tuple[str, float], seed: int):
    random = np.random.default_rng(seed)
    column = random.normal(size=sum(sizes)).cumsum()
    column[random.random(len(column)) < 0.02] = np.nan
    times = np.cumsum(random.exponential(size=len(column)))
    plotter, done = _core.Plotter(), 0
    for size in sizes:
        part = slice(done, done + size)
        plotter.append(np.arange(done, done + size), times[part], column[part])
        view = plotter.viewport(pixels=len(column), smoothing=kind[0], amount=kind[1])
        done += size
    expected = smooth(column, *kind, times)
    if kind[0] == "gaussian":
        np.testing.assert_allclose(view.smoothed, expected, rtol=0, atol=1e-12 * (1 + np.nanmax(np.abs(column))))
    else:
        np.testing.assert_array_equal(view.smoothed, expected)


def test_no_drift_over_a_long_series():
    column = np.random.default_rng(5).normal(size=300_000) + 1e8
    line = smooth(column, "running_mean", 1001)
    for i in (150_000, 299_000, 299_999):
        part = column[max(0, i - 500) : i + 501]
        assert line[i] == math.fsum(part) / len(part)
