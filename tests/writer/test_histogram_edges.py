"""The bins of histograms: beside NumPy's, and where NumPy finds none."""

import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from torch.utils.tensorboard.summary import histogram as torch_histogram

from kymo import SummaryWriter
from kymo.writer.bin_edges import default_edges, edges_by_rule, even_edges
from kymo.writer.histogram import Histogram
from kymo.writer.histogram_counter import HistogramCounter

LARGEST = float(np.finfo(np.float64).max)
NORMAL = np.random.default_rng(0).normal(0, 0.1, 1000).astype(np.float32)
# A thousand values close together and one far from them: Freedman's and Diaconis' rule wants trillions of bins.
FAR = np.append(np.linspace(0, 1e-6, 1000), 1e6)


def counted(values: Any, bins: Any, max_bins: Any = None) -> Histogram:
    return HistogramCounter().count("x", values, bins, max_bins)


@given(
    values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30),
    bins=st.integers(1, 100),
)
@example([1e20], 10)
@example([1.0, np.nextafter(1.0, 2.0)], 64)
@example([0.0, 5e-324], 10)
@example([-5e-324], 10)
@example([-LARGEST, LARGEST], 10)
@example([LARGEST], 3)
@example([-LARGEST], 3)
def test_any_number_of_bins_counts_any_values(values: list[float], bins: int) -> None:
    histogram = counted(values, bins)
    assert histogram.num == sum(histogram.counts) == len(values)
    assert (np.isfinite(histogram.limits).all(), (np.diff(histogram.limits / 4) >= 0).all()) == (True, True)
    assert len(histogram.counts) - 1 <= bins
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            counts, edges = np.histogram(np.array(values), bins)
    except ValueError:
        return
    found = {right: count for right, count in zip(edges[1:], counts, strict=True) if count}
    assert {right: count for right, count in zip(histogram.limits, histogram.counts, strict=True) if count} == found


def test_bins_are_as_many_as_there_are_floats_to_part_them() -> None:
    one = np.nextafter(1.0, 2.0)
    assert list(even_edges(np.array([1.0, one]), 64)) == [1.0, one]
    assert list(even_edges(np.array([1.0, np.nextafter(one, 2.0)]), 64)) == [1.0, one, np.nextafter(one, 2.0)]
    assert list(even_edges(np.array([1e300, 1e300]), 2)) == [np.nextafter(1e300, 0), 1e300]
    edges = even_edges(np.array([-LARGEST, LARGEST]), 4)
    assert list(edges / 2) == pytest.approx([-LARGEST / 2, -LARGEST / 4, 0, LARGEST / 4, LARGEST / 2])
    assert (edges[0], edges[-1]) == (-LARGEST, LARGEST)


@pytest.mark.parametrize("rule", ["auto", "doane", "fd", "rice", "scott", "sqrt", "stone", "sturges"])
def test_every_rule_of_numpy_is_known(rule: str) -> None:
    wide = NORMAL.astype(np.float64)
    edges = edges_by_rule("x", NORMAL, rule)
    assert edges is not None
    assert list(edges) == list(np.histogram_bin_edges(wide, rule))
    (theirs,) = torch_histogram("x", NORMAL, rule).value
    ours = counted(NORMAL, rule)
    assert (list(ours.limits), list(ours.counts)) == (list(theirs.histo.bucket_limit), list(theirs.histo.bucket))


@pytest.mark.parametrize(
    ("values", "rule"),
    [(FAR, "fd"), (np.append(FAR, 1e13), "fd"), ([-LARGEST, 0.0, LARGEST], "auto")],
    ids=["far", "farther", "ends"],
)
def test_a_rule_that_finds_no_bins_costs_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, values: Any, rule: str
) -> None:
    with caplog.at_level(logging.WARNING, "kymo"), SummaryWriter(tmp_path, write_to_disk=False) as writer:
        for step in range(2):
            writer.add_histogram("x", values, step, rule)
    count = math.ceil(math.log2(len(values)) + 1)
    assert caplog.messages == [
        f"The rule {rule!r} finds no bins for the values for tag 'x', which lie too far apart: they are counted in "
        f"{count} bins of one width. Pass how many bins there shall be, or 'tensorflow'."
    ]
    histogram = counted(values, rule)
    assert (sum(histogram.counts), len(histogram.counts)) == (len(values), count + 1)


def test_no_memory_is_taken_for_more_bins_than_can_be_stored() -> None:
    few = np.append(np.linspace(0, 1, 1000), 1000.0)
    many = np.append(np.linspace(0, 1, 1000), 1e7)  # a hundred million bins
    edges = edges_by_rule("x", few, "fd")
    assert edges is not None
    assert len(edges) == len(np.histogram_bin_edges(few, "fd")) > 9000
    assert edges_by_rule("x", many, "fd") is None


@pytest.mark.parametrize("bins", [np.int64(4), np.array(4), np.uint8(4)])
def test_a_number_of_bins_is_any_kind_of_integer(bins: Any) -> None:
    assert list(counted(NORMAL, bins).limits) == list(counted(NORMAL, 4).limits)
    assert list(counted(NORMAL, 100, bins).limits) == list(counted(NORMAL, 100, 4).limits)


@pytest.mark.parametrize("bins", ["tensorflow", 60, 61, "sqrt"])
@pytest.mark.parametrize("most", [1, 7, 20, 60, 100, 1000, 5000])
def test_bins_are_joined_as_torch_joins_them(bins: Any, most: int) -> None:
    (theirs,) = torch_histogram("x", NORMAL, default_edges() if bins == "tensorflow" else bins, most).value
    ours = counted(NORMAL, bins, most)
    assert list(ours.limits) == list(theirs.histo.bucket_limit)
    assert list(ours.counts) == list(theirs.histo.bucket)
    assert len(ours.counts) - 1 < 2 * most


def test_values_beyond_the_edges_are_not_joined_with_others() -> None:
    histogram = counted([-5.0, 0.5, 1.5, 2.5, 3.5, 9.0], [0.0, 1.0, 2.0, 3.0, 4.0], 2)
    assert list(histogram.limits) == [-5.0, 0.0, 2.0, 4.0, 9.0]
    assert list(histogram.counts) == [0, 1, 2, 2, 1]
