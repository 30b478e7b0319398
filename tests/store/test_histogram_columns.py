"""Histograms added up, and their percentiles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from kymo.store.decoded_histogram import DecodedHistogram
from kymo.store.histogram_columns import PERCENTILES, HistogramColumns, TooManyBinsError, columns_of
from kymo.store.histogram_sum import histogram_sum
from kymo.store.histograms import Histograms

LARGEST = float(np.finfo(np.float64).max)


def counted(values: np.ndarray, edges: np.ndarray) -> DecodedHistogram:
    counts, _ = np.histogram(values, edges)
    filled = counts > 0
    figures = (len(values), values.min(), values.max(), values.sum(), (values**2).sum(), 1.0, 0.0, 0.0)
    return DecodedHistogram(edges[:-1][filled], edges[1:][filled], counts[filled].astype(float), figures)


def of(*decoded: DecodedHistogram) -> Histograms:
    return Histograms.of(decoded, [(10 * step, float(step), False) for step in range(len(decoded))])


def bins(*rows: tuple[float, float, float]) -> DecodedHistogram:
    left, right, counts = np.array(rows, np.float64).reshape(-1, 3).T
    return DecodedHistogram(left, right, counts, (counts.sum(), left[0], right[-1], 0.0, 0.0, 0.0, 0.0, 0.0))


def rows(histograms: Histograms) -> list[list[float]]:
    return np.column_stack([histograms.left, histograms.right, histograms.counts]).tolist()


def columns(histograms: Histograms, most: int) -> HistogramColumns:
    return columns_of(histograms.between, len(histograms), most)


def below(left: np.ndarray, right: np.ndarray, counts: np.ndarray, value: float) -> float:
    """How many lie below, if they lie evenly in their bins: by the bin, without any sum over many."""
    return float(sum(c * np.clip((value - a) / (b - a), 0, 1) for a, b, c in zip(left, right, counts, strict=True)))


def test_neighbours_are_added_up_and_each_bin_is_shared_out_by_width() -> None:
    chance = np.random.default_rng(1)
    values = [chance.normal(0, 1 + step / 10, 200) for step in range(10)]
    decoded = [counted(each, np.linspace(-8, 8, 9 + step)) for step, each in enumerate(values)]
    shown = columns(of(*decoded), 3)
    assert (shown.merged.tolist(), shown.last_steps.tolist()) == ([3, 3, 4], [20, 50, 90])
    assert shown.histograms.steps.tolist() == [0, 30, 60]
    for column, group in enumerate([range(3), range(3, 6), range(6, 10)]):
        part = shown.histograms.between(column, column + 1)
        own_edges = np.concatenate([ends for step in group for ends in (decoded[step].left, decoded[step].right)])
        assert set(part.left) | set(part.right) <= set(own_edges)
        for value in np.linspace(-8, 8, 50):
            expected = sum(below(*decoded[step][:3], value) for step in group)
            assert below(part.left, part.right, part.counts, value) == pytest.approx(expected, abs=1e-9)
        together = np.concatenate([values[step] for step in group])
        assert part.figures[0] == pytest.approx(
            [len(together), together.min(), together.max(), together.sum(), (together**2).sum(), len(group), 0, 0]
        )


def test_counts_stay_whole_where_bins_are_of_very_different_widths() -> None:
    # The bins of torch: from 1e-12 on, each a tenth wider than the one before.
    positive = 1e-12 * 1.1 ** np.arange(774)
    edges = np.concatenate([-positive[::-1], [0.0], positive])
    values = np.maximum(0, np.random.default_rng(0).normal(size=100_000))
    one = counted(values, edges)
    shown = histogram_sum(of(one, one, one))
    assert rows(shown) == np.column_stack([one.left, one.right, 3 * one.counts]).tolist()


def test_bins_without_width_stay_what_they_are() -> None:
    point, wide = bins((1, 1, 5)), bins((0, 2, 4))
    shown = columns(of(point, wide, point), 1)
    assert rows(shown.histograms) == [[0, 1, 2], [1, 1, 10], [1, 2, 2]]
    assert (np.diff(shown.percentiles[0]) >= 0).all()
    assert shown.percentiles[0, 4] == 1
    assert rows(histogram_sum(of(point, point))) == [[1, 1, 10]]


def test_gaps_stay_empty() -> None:
    assert rows(histogram_sum(of(bins((0, 1, 2), (5, 6, 3)), bins((0, 1, 1), (8, 9, 4))))) == [
        [0, 1, 3],
        [5, 6, 3],
        [8, 9, 4],
    ]


def test_many_bins_are_joined_but_never_over_a_gap_or_a_point() -> None:
    chance = np.random.default_rng(3)
    decoded = []
    for _ in range(50):
        near, far = np.sort(chance.uniform(0, 1, 60)), np.sort(chance.uniform(10, 11, 60))
        ends = [(a, b, 2.0) for each in (near, far) for a, b in pairwise(each)]
        decoded.append(bins(*ends[:59], (5, 5, 7), *ends[59:]))
    shown = histogram_sum(of(*decoded), most=100)
    assert 90 < len(shown.counts) < 120
    assert [row for row in rows(shown) if row[0] == row[1]] == [[5, 5, 350]]
    assert shown.counts.sum() == pytest.approx(50 * (2 * 118 + 7))
    assert not ((shown.left < 9) & (shown.right > 2) & (shown.left != 5)).any()
    assert shown.counts[shown.right < 2].sum() == pytest.approx(50 * 2 * 59)
    own = {end for one in decoded for end in (*one.left, *one.right)}
    assert set(shown.left) | set(shown.right) <= own


@pytest.mark.parametrize(
    "one",
    [
        bins((-LARGEST, LARGEST, 4)),
        bins((0, 5e-324, 4)),
        bins((0, 1e-310, 1e6), (1e-310, LARGEST, 3)),
        bins((1.0, float(np.nextafter(1, 2)), 1e9)),
    ],
)
def test_nothing_gets_lost_in_bins_at_the_bounds_of_float64(one: DecodedHistogram) -> None:
    shown = columns(of(one, bins((-1, 0.5, 2)), one), 1)
    assert shown.histograms.counts.sum() == pytest.approx(2 * one.counts.sum() + 2)
    assert np.isfinite(shown.histograms.counts).all()
    assert np.isfinite(shown.percentiles).all()


def test_percentiles_are_those_of_the_values_to_within_a_bin() -> None:
    values = np.random.default_rng(2).normal(3, 2, 5000)
    shown = columns(of(counted(values, np.linspace(-6, 12, 181))), 10)
    assert shown.percentiles[0] == pytest.approx(np.percentile(values, PERCENTILES), abs=0.1)
    assert (shown.percentiles[0, 0], shown.percentiles[0, -1]) == (values.min(), values.max())
    merged = columns(of(*(counted(part, np.linspace(-6, 12, 181)) for part in np.split(values, 5))), 1)
    assert merged.percentiles == pytest.approx(shown.percentiles)


def test_where_there_are_no_values_there_are_no_percentiles() -> None:
    nothing = DecodedHistogram(*np.empty((3, 0)), (0, np.nan, np.nan, 0, 0, 2, 0, 0))
    assert np.isnan(columns(of(nothing), 5).percentiles).all()
    both = columns(of(nothing, nothing), 1).histograms
    assert (both.figures[0, 0], both.figures[0, 5], len(both.counts)) == (0, 4, 0)
    assert np.isnan(both.figures[0, 1:3]).all()
    assert columns(of(), 5).percentiles.shape == (0, 9)


def test_bins_are_bounded() -> None:
    many = of(*(bins((0, 1, 1), (1, 2, 1)) for _ in range(10)))
    assert len(columns_of(many.between, 10, 10, most_bins=20).histograms) == 10
    with pytest.raises(TooManyBinsError, match="The first 10 columns have 20 bins, and may have 19"):
        columns_of(many.between, 10, 10, most_bins=19)


def test_columns_whose_histograms_cannot_be_read_are_left_out() -> None:
    three = of(*(bins((0, 1, 1)) for _ in range(3)))

    def read(begin: int, end: int) -> Histograms:
        return three.between(begin, end) if begin != 1 else three.between(0, 0)

    shown = columns_of(read, 3, 10)
    assert (shown.merged.tolist(), shown.histograms.steps.tolist()) == ([1, 1], [0, 20])
