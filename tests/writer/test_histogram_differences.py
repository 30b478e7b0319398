"""Each difference from torch's histograms that docs/guides/recording.md tells of: what torch does, and what kymo does.

What a later torch does otherwise fails here, and the guide is then to be changed.
"""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tensorboardX.summary import histogram as tensorboardx_histogram
from torch.utils.tensorboard.summary import histogram as torch_histogram
from torch.utils.tensorboard.summary import histogram_raw

from kymo import SummaryWriter
from kymo.format.messages import Summary
from kymo.writer.bin_edges import default_edges
from kymo.writer.histogram import histogram_summary
from kymo.writer.histogram_counter import HistogramCounter

ROOT = Path(__file__).resolve().parents[2]
# The rows of the guide's table, in the order of the tests.
TOLD = [
    "NaN and infinities",
    "values beyond the outermost edges, such as 1e25 with TensorBoard's bins",
    "no value, or none that is finite",
    "the 8-bit floats, and lists of numbers",
    "complex numbers",
    "bins found from the values, by number or by a rule, where some are not finite",
    "more bins of one width than there are floats between the least value and the greatest",
    "a rule that wants more bins than memory holds, since one value lies far from the others",
    "infinite edges",
    "`add_histogram_raw` with more limits than counts, limits that do not ascend, or negative counts",
]
NAN, INFINITY = float("nan"), float("inf")


def kymos(values: Any, bins: Any = "tensorflow") -> Any:
    (value,) = Summary.FromString(histogram_summary("x", HistogramCounter().count("x", values, bins))).value
    return value.histo


def torchs(values: Any, bins: Any = None) -> Any:
    (value,) = torch_histogram("x", values, default_edges() if bins is None else bins).value
    return value.histo


def test_nan_and_infinities() -> None:
    values = np.array([1.0, 2.0, NAN, INFINITY, -INFINITY])
    with np.errstate(invalid="ignore"):
        theirs = torchs(values)
    assert all(map(math.isnan, (theirs.min, theirs.max, theirs.sum, theirs.sum_squares)))
    assert (theirs.num, sum(theirs.bucket)) == (5, 2)
    ours = kymos(values)
    assert (ours.min, ours.max, ours.sum, ours.sum_squares, ours.num) == (1, 2, 3, 5, 2)
    assert (ours.nan, ours.positive_infinity, ours.negative_infinity) == (1, 1, 1)


def test_values_beyond_the_outermost_edges() -> None:
    values = np.array([-1e25, 1.0, 1e25, 2e25])
    theirs, ours = torchs(values), kymos(values)
    assert (theirs.num, sum(theirs.bucket)) == (4, 1)
    assert (ours.num, sum(ours.bucket)) == (4, 4)
    assert (ours.bucket_limit[0], ours.bucket_limit[-1], ours.bucket[-1]) == (-1e25, 2e25, 2)


def test_nothing_but_nan() -> None:
    with pytest.raises(ValueError, match="The histogram is empty"):
        torchs(np.full(3, NAN))
    ours = kymos(np.full(3, NAN))
    assert (ours.num, ours.nan, list(ours.bucket)) == (0, 3, [])


def test_no_value_at_all() -> None:
    with pytest.raises(ValueError, match="no element"):
        torchs(np.empty(0))
    assert (kymos(np.empty(0)).num, list(kymos(np.empty(0)).bucket)) == (0, [])


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2"])
def test_floats_of_8_bits(name: str) -> None:
    values = torch.tensor([0.5, 1.0, -2.0]).to(getattr(torch, name))
    with pytest.raises(TypeError, match="Float8"):
        torchs(values)
    assert (kymos(values).num, kymos(values).sum) == (3, -0.5)


def test_lists() -> None:
    with pytest.raises(NotImplementedError):
        torchs([0.5, 1.0])
    assert kymos([0.5, 1.0]).num == 2


def test_complex_numbers_and_tensors_without_values() -> None:
    with pytest.warns(match="discards the imaginary part"):
        assert torchs(torch.tensor([1 + 2j])).sum == 1
    with pytest.raises(TypeError, match="complex"):
        kymos(torch.tensor([1 + 2j]))
    with pytest.raises(ValueError, match="no values"):
        kymos(torch.empty(3, device="meta"))


@pytest.mark.parametrize("bins", [10, "auto", "fd"])
def test_bins_of_values_that_are_not_finite(bins: Any) -> None:
    values = np.array([1.0, 2.0, 3.0, INFINITY])
    with pytest.raises(ValueError, match="finite"), np.errstate(invalid="ignore"):
        torchs(values, bins)
    assert list(kymos(values, bins).bucket_limit) == list(kymos(values[:3], bins).bucket_limit)


def test_values_that_bins_of_one_width_cannot_part() -> None:
    values = np.array([1.0, np.nextafter(1.0, 2.0)])
    with pytest.raises(ValueError, match="Too many bins"):
        torchs(values, 64)
    assert list(kymos(values, 64).bucket) == [0, 2]


def test_a_rule_that_wants_more_bins_than_there_can_be() -> None:
    values = np.append(np.linspace(0, 1e-6, 1000), 1e13)
    with pytest.raises(ValueError, match="Maximum allowed size exceeded"):
        torchs(values, "fd")
    assert sum(kymos(values, "fd").bucket) == len(values)


def test_edges_without_an_end() -> None:
    edges = [-INFINITY, 0.0, INFINITY]
    assert torchs(np.array([0.5]), edges).bucket_limit[-1] == INFINITY
    with pytest.raises(ValueError, match="finite"):
        kymos([0.5], edges)


@pytest.mark.parametrize(
    ("limits", "counts", "text"),
    [([1, 2], [1], "pass as many"), ([2, 1], [1, 1], "do not ascend"), ([1, 2], [1, -1], "no counts")],
)
def test_raw_histograms_that_are_none(tmp_path: Path, limits: list[int], counts: list[int], text: str) -> None:
    assert list(histogram_raw("x", 0, 1, 1, 1, 1, limits, counts).value[0].histo.bucket) == counts
    with SummaryWriter(tmp_path, write_to_disk=False) as writer, pytest.raises(ValueError, match=text):
        writer.add_histogram_raw("x", 0, 1, 1, 1, 1, limits, counts)


def test_whole_numbers_beyond_2_to_the_53rd_are_no_difference() -> None:
    values = np.array([2**53 + 1, 2**62 + 1])
    assert (torchs(values).min, torchs(values).max) == (kymos(values).min, kymos(values).max) == (2.0**53, 2.0**62)


@pytest.mark.parametrize("bins", [None, 20, "sturges"])
def test_tensorboardx_writes_the_same(bins: Any) -> None:
    values = np.random.default_rng(1).normal(size=500).astype(np.float32)
    (theirs,) = tensorboardx_histogram("x", values, default_edges() if bins is None else bins).value
    ours = kymos(values, "tensorflow" if bins is None else bins)
    assert list(ours.bucket_limit) == list(theirs.histo.bucket_limit)
    assert list(ours.bucket) == list(theirs.histo.bucket)
    assert (ours.num, ours.min, ours.max) == (theirs.histo.num, theirs.histo.min, theirs.histo.max)


def test_the_guide_tells_of_these_and_no_others() -> None:
    guide = (ROOT / "docs/guides/recording.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (.*?) \|", guide.split("## Histograms")[1].split("\n## ")[0], re.MULTILINE)
    assert told[2:] == TOLD
