"""Histograms, beside those that torch writes and as TensorBoard reads them."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard.summary import histogram as torch_histogram

from kymo import SummaryWriter
from kymo._core import Bins
from kymo.format.messages import Summary
from kymo.writer.bin_edges import default_edges
from kymo.writer.device_counts import device_counts, device_extent
from kymo.writer.histogram import Histogram, histogram_summary
from kymo.writer.histogram_counter import HistogramCounter

CHANCE = np.random.default_rng(0)
VALUES = {
    "normal": CHANCE.normal(0, 0.1, 10_000).astype(np.float32),
    "doubles": CHANCE.normal(5, 2, 1_000),
    "relu": np.maximum(CHANCE.normal(0, 1, (20, 50)), 0).astype(np.float32),
    "constant": np.full(10, 0.25, np.float32),
    "one": np.array([-3.0]),
    "zeros": np.zeros(7),
    "integers": CHANCE.integers(-5, 100, 300),
    "half": CHANCE.normal(0, 1, 100).astype(np.float16),
    "tiny": np.array([1e-13, 1e-12, -1e-30, 5e-324]),
}


def counted(values: Any, bins: Any = "tensorflow", max_bins: Any = None) -> Histogram:
    return HistogramCounter().count("x", values, bins, max_bins)


def stored(histogram: Histogram) -> Any:
    (value,) = Summary.FromString(histogram_summary("x", histogram)).value
    return value.histo


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("bins", ["tensorflow", 10, 64, "auto", "sturges", "fd", [-100.0, -1.0, 0.0, 0.25, 1.0, 200.0]])
def test_it_is_the_record_that_torch_writes(name: str, bins: Any) -> None:
    values = VALUES[name]
    ours = stored(counted(values, bins))
    (value,) = torch_histogram(
        "x", values, default_edges() if isinstance(bins, str) and bins == "tensorflow" else bins
    ).value
    theirs = value.histo
    assert list(ours.bucket_limit) == list(theirs.bucket_limit)
    assert list(ours.bucket) == list(theirs.bucket)
    assert (ours.min, ours.max, ours.num) == (theirs.min, theirs.max, theirs.num)
    exact = values.astype(np.float64)
    assert ours.sum == pytest.approx(exact.sum(), rel=1e-12)
    assert ours.sum_squares == pytest.approx((exact * exact).sum(), rel=1e-12)


def test_the_default_edges_are_torchs(tmp_path: Path) -> None:
    with torch.utils.tensorboard.SummaryWriter(tmp_path) as writer:
        assert list(default_edges()) == list(writer.default_bins)


def test_tensorboard_reads_it_back(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        for step in range(3):
            writer.add_histogram("weights", VALUES["normal"] * step, step, walltime=100.0 + step)
        writer.add_histogram("odd", [1.0, float("nan"), float("inf")], 7)
        writer.add_histogram("none", [], 8)
        writer.add_histogram_raw("raw", 0, 1, 3, 1.5, 1.25, [0, 0.5, 1], torch.tensor([0, 2, 1]), 9)
    read = EventAccumulator(str(tmp_path), {"histograms": 0}).Reload()
    assert [(event.step, event.wall_time) for event in read.Histograms("weights")] == [(0, 100), (1, 101), (2, 102)]
    first = read.Histograms("weights")[1].histogram_value
    expected = counted(VALUES["normal"])
    assert first.bucket_limit == list(expected.limits)
    assert first.bucket == list(expected.counts)
    assert (first.num, first.min, first.max) == (expected.num, expected.min, expected.max)
    (odd,) = read.Histograms("odd")
    assert (odd.histogram_value.num, odd.histogram_value.max) == (1, 1)
    (none,) = read.Histograms("none")
    assert (none.histogram_value.num, list(none.histogram_value.bucket)) == (0, [])
    (raw,) = read.Histograms("raw")
    assert raw.histogram_value.bucket == [0, 2, 1]


@pytest.mark.parametrize(
    "dtype",
    [
        getattr(torch, name)
        for name in ("float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "uint16", "uint32", "uint64")
        if hasattr(torch, name)
    ]
    + [
        torch.int8,
        torch.int16,
        torch.int32,
        torch.float64,
        torch.float32,
        torch.float16,
        torch.bfloat16,
        torch.float8_e4m3fn,
        torch.int64,
        torch.uint8,
        torch.bool,
    ],
)
def test_tensors_of_any_dtype_are_counted_as_what_they_hold(dtype: torch.dtype) -> None:
    values = torch.arange(0, 10).reshape(2, 5).t().to(dtype)
    histogram = counted(values)
    expected = counted(values.to(torch.float64).numpy())
    assert list(histogram.limits) == list(expected.limits)
    assert list(histogram.counts) == list(expected.counts)
    assert histogram.sum == expected.sum


def test_a_tensor_that_is_trained_or_sparse_is_only_looked_at() -> None:
    weights = torch.nn.Parameter(torch.tensor([[0.0, 1.0], [2.0, 0.0]]))
    assert counted(weights).num == 4
    assert counted(weights.detach().to_sparse()).num == 2
    assert weights.requires_grad


def test_what_is_not_finite_is_counted_apart_and_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    values = [1.0, float("nan"), float("inf"), float("-inf"), float("inf"), 2.0]
    histogram = counted(values)
    assert (histogram.num, histogram.min, histogram.max, histogram.sum) == (2, 1, 2, 3)
    assert (histogram.nan, histogram.positive_infinity, histogram.negative_infinity) == (1, 2, 1)
    assert (stored(histogram).nan, stored(histogram).positive_infinity) == (1, 2)
    with caplog.at_level(logging.WARNING, "kymo"), SummaryWriter(tmp_path) as writer:
        writer.add_histogram("x", values, 3)
        writer.add_histogram("x", values, 4)
    assert caplog.messages == [
        "The values for tag 'x' at step 3 are not all finite: 1 NaN and 3 infinite of 6. The histogram is of the "
        "others and says how many there are."
    ]


def test_values_beyond_the_outermost_edges_have_buckets_of_their_own() -> None:
    histogram = counted([-1e30, -1.0, 1.0, 1e25, 1e30])
    assert sum(histogram.counts) == histogram.num == 5
    assert histogram.limits[0] == -1e30
    assert histogram.limits[-1] == 1e30
    assert histogram.counts[-1] == 2
    few = counted([0.0, 1.5, 5.0], [1.0, 2.0])
    assert list(few.limits) == [0.0, 1.0, 2.0, 5.0]
    assert list(few.counts) == [0, 1, 1, 1]


def test_nothing_makes_an_empty_histogram() -> None:
    for values in ([], np.empty(0), torch.empty(0, 3), [float("nan")]):
        histogram = counted(values)
        assert (histogram.num, len(histogram.limits), histogram.min, histogram.max) == (0, 0, 0, 0)
        assert len(counted(values, 5).limits) == 0
        assert len(counted(values, "auto").limits) == 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("edges", [default_edges(), np.linspace(-1, 1, 11), np.array([-0.1, 0.1])])
def test_counting_on_a_device_is_counting_on_the_host(dtype: torch.dtype, edges: np.ndarray) -> None:
    values = torch.cat([
        torch.randn(5000, dtype=dtype, generator=torch.Generator().manual_seed(0)) * 0.3,
        torch.tensor(edges[:400]).to(dtype),
        torch.tensor([float("nan"), float("inf"), -float("inf"), -float("inf"), 0.0, -0.0, 1e30, -1e29], dtype=dtype),
    ])  # fmt: skip
    apart, here = device_counts(values, edges), Bins(edges).count(values.numpy())
    assert list(apart.bins) == list(here.bins)
    for name in ("below", "above", "nan", "positive_infinity", "negative_infinity", "finite", "min", "max"):
        assert getattr(apart, name) == getattr(here, name), name
    assert (apart.sum, apart.sum_squares) == (pytest.approx(here.sum), pytest.approx(here.sum_squares))


def test_counting_nothing_on_a_device() -> None:
    assert Histogram.of(default_edges(), device_counts(torch.empty(0), default_edges())).num == 0
    assert len(device_extent(torch.empty(0))) == 0
    assert len(device_extent(torch.tensor([float("nan"), float("inf")]))) == 0


@pytest.mark.parametrize("size", [99, 100, 101, 1000])
def test_many_values_are_counted_on_a_device_part_by_part(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("kymo.writer.device_counts._PART", 100)
    values = torch.randn(size, generator=torch.Generator().manual_seed(size))
    values[[3, 60, -1]] = torch.tensor([float("nan"), -float("inf"), 1e30])
    values[0] = -7.0
    apart, here = device_counts(values, default_edges()), Bins(default_edges()).count(values.numpy())
    assert list(apart.bins) == list(here.bins)
    for name in ("below", "above", "nan", "positive_infinity", "negative_infinity", "finite", "zeros", "min", "max"):
        assert getattr(apart, name) == getattr(here, name), name
    assert (apart.sum, apart.sum_squares) == (pytest.approx(here.sum), pytest.approx(here.sum_squares))
    assert list(device_extent(values)) == [here.min, here.max] == [-7.0, torch.tensor(1e30).item()]


@pytest.mark.parametrize("bins", ["tensorflow", 10, [-1.0, 0.0, 1.0]])
def test_only_counts_leave_a_device(monkeypatch: pytest.MonkeyPatch, bins: Any) -> None:
    class Apart(torch.Tensor):
        """A tensor that says that it is on a device."""

        device = torch.device("cuda")

    values = torch.tensor(VALUES["normal"])
    monkeypatch.setattr("kymo.writer.flat_values.flat_array", lambda *_: pytest.fail("the values left their device"))
    monkeypatch.setattr("kymo.writer.histogram_counter.flat_array", lambda *_: pytest.fail("the values left"))
    monkeypatch.setattr(
        "kymo.writer.histogram_counter.flat_tensor",
        lambda _, tensor: tensor.detach().as_subclass(torch.Tensor).view(-1),
    )
    apart = counted(values.as_subclass(Apart), bins)
    monkeypatch.undo()
    here = counted(values, bins)
    assert list(apart.limits) == list(here.limits)
    assert list(apart.counts) == list(here.counts)


@pytest.mark.parametrize(
    ("values", "bins", "max_bins", "error", "text"),
    [
        (["a"], "tensorflow", None, TypeError, "no real numbers"),
        ([[1], [1, 2]], "tensorflow", None, TypeError, "no array of numbers"),
        (torch.tensor([1j]), "tensorflow", None, TypeError, "complex"),
        (np.array([1j]), "tensorflow", None, TypeError, "no real numbers"),
        (None, "tensorflow", None, TypeError, "no real numbers"),
        ([1], "best", None, ValueError, "'best' for tag 'x' is no rule"),
        ([1], 0, None, ValueError, "out of range"),
        ([1], 2.5, None, TypeError, "pass an integer"),
        ([1], [1.0], None, ValueError, "no edges"),
        ([1], [1.0, 0.0], None, ValueError, "no edges"),
        ([1], [0.0, float("nan")], None, ValueError, "no edges"),
        ([1], [0.0, float("inf")], None, ValueError, "two or more finite"),
        ([1], np.array([0, 1j]), None, TypeError, "no real numbers: pass the edges"),
        ([1], ["a", "b"], None, TypeError, "no real numbers: pass the edges"),
        ([1], None, None, TypeError, "pass an integer"),
        ([1], True, None, TypeError, "pass an integer"),
        ([1], "tensorflow", 0, ValueError, "max_bins 0"),
        ([1], "tensorflow", 1.5, TypeError, "max_bins 1.5"),
        (torch.empty(3, device="meta"), "tensorflow", None, ValueError, "on meta: it has a shape, but no values"),
        ([torch.ones(2, requires_grad=True)], "tensorflow", None, TypeError, "no array of numbers: .* requires grad"),
        ([10**400], "tensorflow", None, TypeError, "object: pass an array of floats"),
    ],
)
def test_what_cannot_be_counted_is_told(
    tmp_path: Path, values: Any, bins: Any, max_bins: Any, error: type[Exception], text: str
) -> None:
    with SummaryWriter(tmp_path, write_to_disk=False) as writer, pytest.raises(error, match=text):
        writer.add_histogram("x", values, 0, bins, max_bins=max_bins)


@pytest.mark.parametrize(
    ("limits", "counts", "text"),
    [
        ([1, 2], [1], "2 bucket_limits and 1 bucket_counts"),
        ([2, 1], [1, 1], "do not ascend"),
        ([1, 2], [1, -1], "no counts"),
        ([1, 2], [1, float("nan")], "no counts"),
        ([1, float("nan")], [1, 1], "do not ascend"),
    ],
)
def test_a_raw_histogram_that_is_none_is_refused(tmp_path: Path, limits: Any, counts: Any, text: str) -> None:
    with SummaryWriter(tmp_path, write_to_disk=False) as writer, pytest.raises(ValueError, match=text):
        writer.add_histogram_raw("x", 0, 1, 2, 1, 1, limits, counts)
