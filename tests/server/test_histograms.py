"""Histograms and the layers of a network, through their routes."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kymo
from kymo.format.messages import HistogramProto, Summary, SummaryMetadata, TensorProto, TensorShapeProto
from kymo.server import create_app
from kymo.server.allowance import Allowance
from kymo.server.network import histograms
from kymo.server.network.decoded import Decoded
from kymo.store import Logs
from kymo.store.payloads import Place

SIZE = 1000  # bytes that one that cannot be read takes

LAYERS = [
    {
        "name": "0",
        "type": "Linear",
        "activation": "",
        "output_shape": [8],
        "parameters": [{"name": "0.weight", "shape": [8, 4], "count": 32, "trainable": True}],
        "calls": 1,
    },
    {"name": "1", "type": "ReLU", "activation": "relu", "output_shape": None, "parameters": [], "calls": 2},
]


def network_summary(text: str) -> Any:
    tensor = TensorProto(
        dtype="DT_STRING",
        string_val=[text.encode()],
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
    )
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="kymo_network"))
    return Summary(value=[Summary.Value(tag="health/network", tensor=tensor, metadata=metadata)])


@pytest.fixture
def client(tmp_path: Path, client_of: Any) -> Iterator[Any]:
    with kymo.SummaryWriter(tmp_path / "mlp") as writer:
        for step in range(20):
            writer.add_histogram("weights", np.linspace(-1, 1, 100) * (step + 1), step, walltime=1.7e9 + step)
        writer.add_histogram("odd", [1.0, float("nan"), float("-inf")], 3)
        writer.add_histogram("none", [], 3)
        writer.add_scalar("loss", 1.0, 0)
        writer.file_writer.add_summary(network_summary(json.dumps({"layers": LAYERS})), 0)
    with kymo.SummaryWriter(tmp_path / "mlp", purge_step=15) as writer:
        writer.add_histogram("weights", [0.5], 15)
    with kymo.SummaryWriter(tmp_path / "broken") as writer:
        writer.file_writer.add_summary(network_summary('{"layers": [{}]}'), 0)
    with Logs(tmp_path) as logs:
        logs.refresh()
        yield client_of(create_app(logs, follow=False))


def asked(client: Any, tag: str, **parameters: Any) -> tuple[Any, dict[str, np.ndarray]]:
    answer = client.get("/api/histograms", params={"run": "mlp", "tag": tag, **parameters})
    assert answer.status_code == 200, answer.text
    (length,) = struct.unpack_from("<I", answer.content)
    header = json.loads(answer.content[4 : 4 + length])
    arrays = {
        name: np.frombuffer(answer.content, "<f8", span["length"], 4 + length + span["offset"])
        for name, span in header["arrays"].items()
    }
    return header, arrays


def test_each_histogram_has_its_own_bins(client: Any) -> None:
    header, arrays = asked(client, "weights")
    assert (header["run"], header["tag"], header["total"], header["in_view"]) == ("mlp", "weights", 16, 16)
    assert arrays["step"].tolist() == list(range(16))
    assert arrays["merged"].tolist() == [1] * 16
    first = slice(0, int(arrays["offsets"][1]))
    edges = np.unique(np.concatenate([arrays["left"][first], arrays["right"][first]]))
    counts = np.histogram(np.linspace(-1, 1, 100), edges)[0]
    assert arrays["counts"][first].tolist() == counts[counts > 0].tolist()
    assert arrays["mean"][1] == pytest.approx(0, abs=1e-12)
    assert arrays["deviation"][1] == pytest.approx(np.std(np.linspace(-2, 2, 100)))
    assert arrays["percentiles"].reshape(-1, 9)[1, [0, -1]].tolist() == [-2, 2]
    assert arrays["wall_time"][1] == 1.7e9 + 1


def test_a_range_columns_and_what_was_replaced_can_be_asked_for(client: Any) -> None:
    header, arrays = asked(client, "weights", first_step=4, last_step=9)
    assert (header["total"], header["in_view"], arrays["step"].tolist()) == (16, 6, [4, 5, 6, 7, 8, 9])
    header, arrays = asked(client, "weights", columns=4, superseded="true")
    assert (header["total"], header["in_view"]) == (21, 21)
    assert (arrays["merged"].sum(), arrays["step"][0], arrays["last_step"][-1]) == (21, 0, 15)


def test_what_is_not_finite_is_told_and_nothing_is_nothing(client: Any) -> None:
    _, odd = asked(client, "odd")
    assert [odd[name][0] for name in ("count", "nan", "positive_infinity", "negative_infinity")] == [1, 1, 0, 1]
    _, none = asked(client, "none")
    assert (none["count"].tolist(), none["offsets"].tolist()) == ([0], [0, 0])
    assert np.isnan(none["percentiles"]).all()
    for tag in ("loss", "gone"):
        header, arrays = asked(client, tag)
        assert (header["total"], len(arrays["step"]), len(arrays["left"])) == (0, 0, 0)


def test_what_makes_no_sense_is_refused(client: Any) -> None:
    for parameters in ({"columns": 0}, {"columns": 1001}, {"first_step": "x"}, {"first_step": 2**63}):
        answer = client.get("/api/histograms", params={"run": "mlp", "tag": "weights", **parameters})
        assert answer.status_code == 422
    assert client.get("/api/histograms", params={"run": "gone", "tag": "weights"}).status_code == 404


def test_the_layers_are_told_in_order(client: Any) -> None:
    assert client.get("/api/network", params={"run": "mlp"}).json() == {"run": "mlp", "layers": LAYERS}
    tags = client.get("/api/run", params={"run": "mlp"}).json()["tags"]
    assert {tag["tag"]: tag["kind"] for tag in tags}["health/network"] == "network"


def test_a_description_that_is_none_is_told_among_the_warnings(client: Any) -> None:
    assert client.get("/api/network", params={"run": "broken"}).json()["layers"] == []
    (warning,) = client.get("/api/warnings", params={"run": "broken"}).json()["warnings"]
    assert "the layers of the network 'health/network' are not known" in warning["cause"]
    assert client.get("/api/network", params={"run": "gone"}).status_code == 404


def test_what_is_damaged_is_told_and_makes_no_column(tmp_path: Path, client_of: Any) -> None:
    with kymo.SummaryWriter(tmp_path / "mlp") as writer:
        for step in range(6):
            writer.add_histogram("w", [1.0, 2.0], step)
            broken = HistogramProto(bucket_limit=[1, 2], bucket=[3])
            writer.file_writer.add_summary(Summary(value=[Summary.Value(tag="w", histo=broken)]), step)
    with Logs(tmp_path) as logs:
        logs.refresh()
        client = client_of(create_app(logs, follow=False))
        for columns, merged in ((1000, [1] * 6), (4, [2, 1, 2, 1])):
            header, arrays = asked(client, "w", columns=columns)
            assert (header["total"], header["in_view"], arrays["merged"].tolist()) == (12, 6, merged)
        assert client.get("/api/warnings", params={"run": "mlp"}).json()["total"] == 6


def refused(client: Any, **parameters: Any) -> tuple[int, str]:
    answer = client.get("/api/histograms", params={"run": "mlp", "tag": "weights", **parameters})
    return answer.status_code, answer.json()["detail"]


def test_what_is_too_much_for_one_answer_names_the_remedy(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(histograms, "MAX_ANSWER", 480)
    status, detail = refused(client)
    assert status == 413
    assert "bins, and may have 20: ask for fewer columns or a shorter range." in detail
    assert len(asked(client, "weights", first_step=15)[1]["step"]) == 1
    monkeypatch.undo()
    monkeypatch.setattr(histograms, "_MOST_OF_A_COLUMN", 2000)
    status, detail = refused(client, columns=1)
    assert status == 413
    assert detail.startswith("A column of 16 histograms of 'weights' has")
    assert detail.endswith("ask for more columns or a shorter range.")
    assert len(asked(client, "weights", columns=16)[1]["step"]) == 16


def test_what_is_being_sent_is_bounded_over_all_answers(client: Any, site_of: Any) -> None:
    _, arrays = asked(client, "weights")
    size = sum(-(-array.nbytes // 8) * 8 for array in arrays.values())
    allowance = site_of(client.app).allowance = Allowance(2 * size)
    asked(client, "weights")
    assert allowance.take(100)
    status, detail = refused(client)
    assert (status, detail.startswith("Too many large answers")) == (503, True)
    allowance.give_back(100)
    asked(client, "weights")
    assert allowance.take(size), "all was given back"


@pytest.fixture
def run(tmp_path: Path) -> Any:
    with kymo.SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 1.0, 0)
    return kymo.open(tmp_path)["."]


def keep(decoded: Decoded, run: Any, tag: str, *offsets: int) -> int:
    """How many of a tag were known before these were decoded."""
    with decoded.of(run, tag, written=1000) as known:
        before = len(known)
        for offset in offsets:
            known.add(Place("file", offset, 1), None)
        return before


def test_what_was_asked_for_last_is_kept_within_what_memory_there_is(run: Any) -> None:
    decoded = Decoded(most=6 * SIZE)
    assert [keep(decoded, run, tag, 0, 1) for tag in "abc"] == [0, 0, 0]
    assert [keep(decoded, run, tag) for tag in "abc"] == [2, 2, 2]
    keep(decoded, run, "d", 0)
    assert [keep(decoded, run, tag) for tag in "dcba"] == [1, 2, 2, 0]
    # No tag has more than a third of it, so what is beyond that takes nothing from the others.
    keep(decoded, run, "d", *range(1, 100))
    assert [keep(decoded, run, tag) for tag in "dcb"] == [2, 2, 2]


def test_what_has_gone_from_the_log_is_forgotten(run: Any) -> None:
    decoded = Decoded(most=30 * SIZE)
    keep(decoded, run, "a", 0, 1, 2)
    with decoded.of(run, "a", written=3) as known:
        assert len(known) == 3
    with decoded.of(run, "a", written=2) as known:
        assert len(known) == 0
    # What it took was given back.
    for tag in "bcd":
        keep(decoded, run, tag, *range(10))
    assert [keep(decoded, run, tag) for tag in "bcd"] == [10, 10, 10]


def test_what_was_let_go_of_meanwhile_takes_nothing(run: Any) -> None:
    decoded = Decoded(most=3 * SIZE)
    with decoded.of(run, "a", written=1000) as known:
        known.add(Place("file", 0, 1), None)
        for tag in "bcd":
            keep(decoded, run, tag, 0)
        known.add(Place("file", 1, 1), None)
        assert len(known) == 1
    assert [keep(decoded, run, tag) for tag in "bcda"] == [1, 1, 1, 0]
