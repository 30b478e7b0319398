"""The layers of a network, as somebody's file tells them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import kymo
from kymo.format.messages import Summary, SummaryMetadata, TensorProto
from kymo.store.network import Layer, Parameter, read_network

LINEAR = {
    "name": "0",
    "type": "Linear",
    "activation": "",
    "output_shape": [8],
    "parameters": [{"name": "0.weight", "shape": [8, 4], "count": 32, "trainable": False}],
    "calls": 2,
}


def run_that_tells(directory: Path, *texts: str | bytes) -> Any:
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="kymo_network"))
    with kymo.SummaryWriter(directory) as writer:
        writer.add_text("note", "hello", 0)
        for step, text in enumerate(texts):
            content = text if isinstance(text, bytes) else text.encode()
            tensor = TensorProto(dtype="DT_STRING", string_val=[content])
            value = Summary.Value(tag="health/network", tensor=tensor, metadata=metadata)
            writer.file_writer.add_summary(Summary(value=[value]), step)
    return kymo.open(directory)["."]


def test_the_newest_description_counts(tmp_path: Path) -> None:
    run = run_that_tells(tmp_path, json.dumps({"layers": []}), json.dumps({"layers": [LINEAR, {"name": "1"}]}))
    assert read_network(run) == [
        Layer("0", "Linear", "", (8,), (Parameter("0.weight", (8, 4), 32, False),), 2),
        Layer("1", "", "", None, (), 0),
    ]
    assert not run.warnings


def test_it_is_no_text_and_without_it_there_are_no_layers(tmp_path: Path) -> None:
    run = run_that_tells(tmp_path / "told", json.dumps({"layers": []}))
    assert [info.tag for info in run.tags if info.kind == "text"] == ["note/text_summary"]
    with pytest.raises(KeyError):
        run.texts("health/network")
    assert read_network(run_that_tells(tmp_path / "silent")) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not JSON (Expecting value"),
        (b"\xff", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1" + "0" * 5000 + "]", "is not JSON"),
        ("[]", "has a list where an object is expected"),
        ("{}", "has an object without 'layers'"),
        ('{"layers": {}}', "has an object for 'layers'"),
        ('{"layers": ["0"]}', "has '0' where an object is expected"),
        ('{"layers": [{}]}', "has an object without 'name'"),
        ('{"layers": [{"name": 7}]}', "has 7 for 'name'"),
        ('{"layers": [{"name": "0", "calls": true}]}', "has True for 'calls'"),
        ('{"layers": [{"name": "0", "calls": 1e999}]}', "has inf for 'calls'"),
        ('{"layers": [{"name": "0", "calls": NaN}]}', "has nan for 'calls'"),
        ('{"layers": [{"name": "0", "calls": -1}]}', "has -1 for 'calls'"),
        ('{"layers": [{"name": "0", "calls": 9223372036854775808}]}', "has 9223372036854775808 for 'calls'"),
        ('{"layers": [{"name": "0", "output_shape": "8"}]}', "has '8' for 'output_shape'"),
        ('{"layers": [{"name": "0", "output_shape": [[8]]}]}', "has a list for 'shape'"),
        ('{"layers": [{"name": "0", "parameters": [{"name": "", "shape": [], "count": 2.5}]}]}', "has 2.5 for 'count'"),
        ('{"layers": [' + '{"name": "0"},' * 20_000 + '{"name": "0"}]}', "has 20001 layers, more than 20000"),
        (" " * (9 << 20), "bytes, more than 8388608"),
    ],
)  # fmt: skip
def test_what_is_no_description_is_told(tmp_path: Path, text: str | bytes, told: str) -> None:
    run = run_that_tells(tmp_path, json.dumps({"layers": [LINEAR]}), text)
    assert read_network(run) == []
    (warning,) = run.warnings
    assert (warning.rule, told in warning.cause) == ("K504", True), warning.cause
    assert warning.cause.endswith(", so the layers of the network 'health/network' are not known.")
    assert len(warning.cause) < 400
    assert read_network(run) == []
    assert len(run.warnings) == 1
