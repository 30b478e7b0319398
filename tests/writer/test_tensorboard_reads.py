"""TensorBoard reads back every value: its Python loader and its data server."""

import math
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.context import RequestContext
from tensorboard.data import server_ingester
from tensorboard.util import grpc_util, tensor_util
from waiting import until

from kymo import SummaryWriter

CONTEXT = RequestContext()
VALUES = [0.0, -0.0, 0.1, -1.5, 1e-45, 3.4028235e38, math.inf, -math.inf, math.nan, 1e300, 123456789.0]


def as_float32(value: float) -> float:
    try:
        (single,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return math.copysign(math.inf, value)
    assert isinstance(single, float)
    return single


def bits(values: list[float]) -> list[bytes]:
    return [struct.pack("d", value) for value in values]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    with SummaryWriter(tmp_path / "run") as writer:
        for step, value in enumerate(VALUES):
            writer.add_scalar("train/loss", value, step, 1000.0 + step)
            writer.add_scalar("new/größe", value, step, 1000.0 + step, new_style=True)
            writer.add_scalar("double", value, step, 1000.0 + step, double_precision=True)
            writer.add_scalar("described", value, step, 1000.0 + step, summary_description="what it is")
            writer.add_scalars("group", {"a": value}, step, 1000.0 + step)
        writer.add_text("note", "some *text*", 3, 1000.0)
    return tmp_path


def test_python_loader(run: Path) -> None:
    loader = EventAccumulator(str(run / "run"), size_guidance={"scalars": 0, "tensors": 0})
    loader.Reload()
    for tag in ("train/loss", "described"):
        points = loader.Scalars(tag)
        assert [point.step for point in points] == list(range(len(VALUES)))
        assert [point.wall_time for point in points] == [1000.0 + step for step in range(len(VALUES))]
        assert bits([point.value for point in points]) == bits([as_float32(value) for value in VALUES])
    for tag, expected in (("new/größe", [as_float32(value) for value in VALUES]), ("double", VALUES)):
        points = loader.Tensors(tag)
        assert [point.step for point in points] == list(range(len(VALUES)))
        found = [float(tensor_util.make_ndarray(point.tensor_proto)) for point in points]
        assert bits(found) == bits(expected)
    assert loader.SummaryMetadata("described").summary_description == "what it is"
    (text,) = loader.Tensors("note/text_summary")
    assert tensor_util.make_ndarray(text.tensor_proto).tolist() == [b"some *text*"]


@pytest.fixture
def data_server(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What the data server serves of the run, once it has loaded it."""
    port_file = tmp_path_factory.mktemp("server") / "port"
    binary = server_ingester.get_server_binary().path
    arguments = [f"--logdir={run}", "--reload=once", "--port=0", f"--port-file={port_file}", "--samples-per-plugin="]
    with subprocess.Popen([binary, *arguments, "--die-after-stdin"], stdin=subprocess.PIPE) as process:
        try:
            until(lambda: port_file.exists() and port_file.read_text().endswith("\n"))
            ingester = server_ingester.ExistingServerDataIngester(
                f"localhost:{port_file.read_text().strip()}", channel_creds_type=grpc_util.ChannelCredsType.LOCAL
            )
            ingester.start()
            provider = ingester.data_provider
            until(lambda: provider.read_tensors(CONTEXT, experiment_id="", plugin_name="text", downsample=100))
            until(lambda: len(provider.list_scalars(CONTEXT, experiment_id="", plugin_name="scalars")) == 2)
            yield provider
        finally:
            process.kill()


def test_data_server(data_server: Any) -> None:
    """It shows all but float64 tensors, of which it knows the tag and drops the points."""
    texts = data_server.read_tensors(CONTEXT, experiment_id="", plugin_name="text", downsample=100)
    (text,) = texts["run"]["note/text_summary"]
    assert text.numpy.tolist() == [b"some *text*"]

    scalars = data_server.read_scalars(CONTEXT, experiment_id="", plugin_name="scalars", downsample=1000)
    assert {name: set(tags) for name, tags in scalars.items()} == {
        "run": {"train/loss", "new/größe", "described", "double"},
        "run/group_a": {"group"},
    }
    assert not scalars["run"].pop("double")
    for tags in scalars.values():
        for points in tags.values():
            assert [(point.step, point.wall_time) for point in points] == [
                (step, 1000.0 + step) for step in range(len(VALUES))
            ]
            assert bits([point.value for point in points]) == bits([as_float32(value) for value in VALUES])
