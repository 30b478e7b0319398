"""Histograms read back: what other writers wrote, what is damaged, and many of them added up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch.utils.tensorboard import SummaryWriter as TorchWriter

import kymo
from kymo.format.messages import HistogramProto, Summary, SummaryMetadata, TensorProto, TensorShapeProto
from kymo.store.decoded_histogram import DecodedHistogram, decode_histogram
from kymo.store.known_histograms import KnownHistograms
from kymo.store.payloads import PayloadError
from kymo.store.stored_histograms import StoredHistograms

LARGEST = float(np.finfo(np.float64).max)


def buckets(limits: list[float], counts: list[float], low: float, high: float, **figures: float) -> bytes:
    message = HistogramProto(min=low, max=high, bucket_limit=limits, bucket=counts, **figures)
    serialized: bytes = Summary.Value(tag="w", histo=message).SerializeToString()
    return serialized


def rows(numbers: Any, dtype: str = "DT_DOUBLE", shape: list[int] | None = None, *, listed: bool = False) -> bytes:
    array = np.array(numbers, "<f4" if dtype == "DT_FLOAT" else "<f8").reshape(-1, 3)
    dims = [TensorShapeProto.Dim(size=size) for size in (array.shape if shape is None else shape)]
    tensor = TensorProto(dtype=dtype, tensor_shape=TensorShapeProto(dim=dims))
    if listed:
        (tensor.float_val if dtype == "DT_FLOAT" else tensor.double_val).extend(array.ravel().tolist())
    else:
        tensor.tensor_content = array.tobytes()
    serialized: bytes = Summary.Value(tag="w", tensor=tensor).SerializeToString()
    return serialized


def bins(decoded: DecodedHistogram) -> list[tuple[float, float, float]]:
    return [tuple(row) for row in np.column_stack([decoded.left, decoded.right, decoded.counts]).tolist()]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(buckets([0, 1, 2, 3], [0, 4, 0, 5], 0.5, 3), [(0, 1, 4), (2, 3, 5)], id="torch"),
        pytest.param(buckets([1, 2], [4, 5], 0.5, 2), [(0.5, 1, 4), (1, 2, 5)], id="no empty bucket first"),
        pytest.param(
            buckets([-LARGEST, 1, LARGEST], [0, 4, 2], 0.5, 7), [(0.5, 1, 4), (1, 7, 2)], id="TensorFlow's ends"
        ),
        pytest.param(
            buckets([1, LARGEST], [4, 2], 0.5, 7), [(0.5, 1, 4), (1, 7, 2)], id="TensorFlow's ends, no empty bucket"
        ),
        pytest.param(buckets([LARGEST], [3], 2, 2), [(2, 2, 3)], id="one value"),
        pytest.param(buckets([], [], 0, 0), [], id="empty"),
        pytest.param(buckets([0, 1], [0, 0], 0, 0), [], id="empty buckets"),
        pytest.param(
            buckets([0, 1], [0, 3], float("nan"), float("nan")), [(0, 1, 3)], id="torch's, of values with NaN"
        ),
        pytest.param(rows([[0, 1, 2], [1, 3, 4]]), [(0, 1, 2), (1, 3, 4)], id="rows"),
        pytest.param(rows([[0, 1, 2], [1, 3, 0]], "DT_FLOAT"), [(0, 1, 2)], id="rows of floats"),
        pytest.param(rows([[2, 2, 7]], listed=True), [(2, 2, 7)], id="rows in a list"),
        pytest.param(rows([]), [], id="no rows"),
    ],
)
def test_every_form_is_read(content: bytes, expected: list[tuple[float, float, float]]) -> None:
    assert bins(decode_histogram(content)) == expected


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (buckets([0, 1], [1], 0, 1), "2 limits for 1 buckets"),
        (buckets([0, 1], [0, -1], 0, 1), "negative"),
        (buckets([0, 1], [0, float("nan")], 0, 1), "not finite"),
        (buckets([0, 2, 1], [0, 1, 1], 0, 1), "do not ascend"),
        (buckets([float("nan"), 1], [1, 1], 0, 1), "do not end"),
        (rows([[0, 1, 2]], shape=[3]), "no histogram"),
        (rows([[0, 1, 2]], shape=[2, 3]), "3 numbers for a shape"),
        (rows([[0, 1, 2]], "DT_INT32"), "no histogram"),
        (Summary.Value(tag="w", simple_value=1).SerializeToString(), "no histogram"),
        (b"\xff", "not a Summary.Value"),
    ],
)
def test_what_is_no_histogram_is_told(content: bytes, text: str) -> None:
    with pytest.raises(PayloadError, match=text):
        decode_histogram(content)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"num": 4, "sum": 3, "sum_squares": 9}, (4, 0.5, 2, 3, 9, 0, 0, 0)),
        ({"num": 4, "sum": 3, "sum_squares": 9, "nan": 2, "positive_infinity": 1}, (4, 0.5, 2, 3, 9, 2, 1, 0)),
        ({"num": 4, "sum": 3, "sum_squares": 9, "nan": -2, "negative_infinity": np.nan}, (4, 0.5, 2, 3, 9, 0, 0, 0)),
        # Nothing is told, or what cannot be: all lie evenly from 0 to 2.
        ({}, (4, 0, 2, 4, 16 / 3, 0, 0, 0)),
        ({"num": 4, "sum": float("nan"), "sum_squares": 9, "nan": 1}, (4, 0, 2, 4, 16 / 3, 1, 0, 0)),
        ({"num": float("inf"), "sum": 3, "sum_squares": 9}, (4, 0, 2, 4, 16 / 3, 0, 0, 0)),
    ],
)  # fmt: skip
def test_what_is_told_of_the_values_and_what_their_bins_come_to(
    figures: dict[str, float], expected: tuple[float, ...]
) -> None:
    assert decode_histogram(buckets([0, 2], [0, 4], 0.5, 2, **figures)).figures == pytest.approx(expected)


def test_one_without_values_has_no_least_and_no_greatest() -> None:
    for content in (buckets([0, 1], [0, 0], 0, 1), buckets([], [], LARGEST, -LARGEST), rows([])):
        figures = decode_histogram(content).figures
        assert (figures[0], figures[3:]) == (0, (0, 0, 0, 0, 0))
        assert np.isnan(figures[1:3]).all()
    assert decode_histogram(buckets([], [], 0, 0, nan=3)).figures[5] == 3


def test_one_that_is_too_long_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with kymo.SummaryWriter(tmp_path) as writer:
        for step, bins in enumerate((2, 500, 2)):
            writer.add_histogram("w", np.arange(1000.0), step, bins=np.linspace(0, 1000, bins))
    monkeypatch.setattr("kymo.store.stored_histograms._MOST_BYTES", 4000)
    run = kymo.open(tmp_path)["."]
    assert run.histograms("w").steps.tolist() == [0, 2]
    (warning,) = run.warnings
    assert "bytes, and a histogram may have 4000, so the histogram 'w' at step 1 is left out." in warning.cause


def test_those_of_torch_are_read_back(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(0, 1, (3, 500))
    with TorchWriter(str(tmp_path)) as writer:
        for step in range(3):
            writer.add_histogram("weights", values[step], step)
    read = kymo.open(tmp_path)["."].histograms("weights")
    assert read.steps.tolist() == [0, 1, 2]
    for step in range(3):
        of_step = slice(*read.offsets[step : step + 2])
        edges = np.unique(np.concatenate([read.left[of_step], read.right[of_step]]))
        counts = np.histogram(values[step], edges)[0]
        assert counts[counts > 0].tolist() == read.counts[of_step].tolist()
        assert read.figures[step, :5] == pytest.approx(
            [500, values[step].min(), values[step].max(), values[step].sum(), (values[step] ** 2).sum()]
        )
    with pytest.raises(KeyError, match="no histogram"):
        kymo.open(tmp_path)["."].histograms("bias")


def test_a_damaged_one_is_left_out_and_told(tmp_path: Path) -> None:
    with kymo.SummaryWriter(tmp_path) as writer:
        writer.add_histogram("w", [1.0, 2.0], 1)
        for content in (buckets([0, 1], [1], 0, 1), rows([[0, 1, 2]], shape=[4, 3])):
            writer.file_writer.add_summary(Summary(value=[Summary.Value.FromString(content)]), 2)
        writer.add_histogram("w", [1.0], 3)
    run = kymo.open(tmp_path)["."]
    assert run.histograms("w").steps.tolist() == [1, 3]
    first, second = [str(warning.cause) for warning in run.warnings]
    assert first == "The histogram has 2 limits for 1 buckets, so the histogram 'w' at step 2 is left out."
    assert "3 numbers" in second


def test_only_what_came_since_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[bytes] = []
    monkeypatch.setattr(
        "kymo.store.stored_histograms.decode_histogram",
        lambda content: (decoded.append(content), decode_histogram(content))[1],
    )

    def steps(**asked: Any) -> list[int]:
        stored = StoredHistograms.find(logs["run"].reader, "w", **asked)
        return stored.read(0, len(stored), known).steps.tolist()

    with kymo.SummaryWriter(tmp_path / "run") as writer, kymo.open(tmp_path) as logs:
        known = KnownHistograms()
        for step in range(3):
            writer.add_histogram("w", [step, 1.0], step)
            writer.flush()
            logs.refresh()
            assert steps() == list(range(step + 1))
        assert len(decoded) == 3
        assert steps(first_step=1, last_step=1) == [1]
        assert len(known) == len(decoded) == 3


def test_what_finds_no_room_is_decoded_each_time(tmp_path: Path) -> None:
    with kymo.SummaryWriter(tmp_path) as writer:
        for step in range(3):
            writer.add_histogram("w", [step, 1.0], step)
    room = [True, False, True]
    known = KnownHistograms(lambda _: room.pop(0))
    stored = StoredHistograms.find(kymo.open(tmp_path)["."].reader, "w")
    assert stored.read(0, 3, known).steps.tolist() == [0, 1, 2]
    assert [place in known for place in stored.places] == [True, False, True]
    room.append(True)
    assert stored.read(0, 3, known).steps.tolist() == [0, 1, 2]
    assert len(known) == 3


def test_metadata_of_the_plugin_says_that_a_tensor_is_a_histogram(tmp_path: Path) -> None:
    value = Summary.Value.FromString(rows([[0, 1, 2]]))
    value.metadata.CopyFrom(SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="histograms")))
    with kymo.SummaryWriter(tmp_path) as writer:
        writer.file_writer.add_summary(Summary(value=[value]), 4)
    assert kymo.open(tmp_path)["."].histograms("w").counts.tolist() == [2]
