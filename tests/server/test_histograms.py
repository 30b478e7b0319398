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
from kymo.format.messages import Summary, SummaryMetadata, TensorProto, TensorShapeProto
from kymo.server import create_app
from kymo.server.network.decoded import Decoded
from kymo.store import Logs

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


def test_what_was_decoded_is_kept_within_its_bounds(tmp_path: Path) -> None:
    with kymo.SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 1.0, 0)
    run = kymo.open(tmp_path)["."]
    decoded = Decoded(most=1000)
    with decoded.of(run, "a") as known:
        known["file", 0] = None
    with decoded.of(run, "a") as known:
        assert len(known) == 1
    with decoded.of(run, "b") as known:
        known["file", 0] = None
    with decoded.of(run, "b") as known:
        assert len(known) == 1
    with decoded.of(run, "a") as known:
        assert not known
