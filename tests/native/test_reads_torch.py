"""Every kind of value that torch's SummaryWriter writes, read back."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from comparison import damage, opened
from tensorboard.compat.proto.summary_pb2 import Summary
from torch.utils.tensorboard import SummaryWriter

from kymo._core import RunLog

DOUBLE = 0.1


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> RunLog:
    directory = tmp_path_factory.mktemp("torch")
    with SummaryWriter(directory) as writer:
        for step in range(20):
            writer.add_scalar("train/loss", 1.0 / (step + 1), step, walltime=1000.0 + step)
        writer.add_scalar("tensor form", 0.5, 1, new_style=True)
        writer.add_scalar("double", DOUBLE, 1, new_style=True, double_precision=True)
        writer.add_scalar("odd", float("nan"), 0)
        writer.add_scalar("odd", float("inf"), 1)
        writer.add_scalar("negative", 1.0, -5)
        writer.add_tensor("weights", torch.arange(6.0).reshape(2, 3), 1)
        writer.add_histogram("histogram", np.arange(100.0), 2)
        writer.add_histogram_raw("raw", 0, 1, 2, 1, 1, [0.5, 1.0], [1, 1], 3)
        writer.add_image("image", np.zeros((3, 8, 8), np.uint8), 4)
        writer.add_images("images", np.zeros((2, 3, 8, 8), np.uint8), 4)
        writer.add_audio("audio", torch.zeros(1, 100), 5)
        writer.add_text("text", "*hello*", 6)
        writer.add_pr_curve("curve", np.array([0, 1, 1]), np.array([0.1, 0.6, 0.9]), 7)
        writer.add_mesh("mesh", torch.zeros(1, 3, 3), colors=torch.zeros(1, 3, 3, dtype=torch.uint8), global_step=8)
        writer.add_custom_scalars({"losses": {"both": ["Multiline", ["train/.*"]]}})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # torch's own, of the tracing that add_graph does
            writer.add_graph(torch.nn.Linear(2, 1), torch.zeros(1, 2))
    (path,) = directory.glob("events.*")
    return opened(path)


def test_scalars(log: RunLog):
    loss = log.series("train/loss")
    assert loss.steps.tolist() == list(range(20))
    assert loss.wall_times.tolist() == [1000.0 + step for step in range(20)]
    assert loss.values.dtype == np.float32
    assert np.array_equal(loss.values, (1.0 / np.arange(1, 21)).astype(np.float32))
    assert log.series("tensor form").values.tolist() == [0.5]
    assert log.series("double").values.tolist() == [DOUBLE]
    assert np.isnan(log.series("odd").values[0])
    assert np.isinf(log.series("odd").values[1])
    assert log.series("negative").steps.tolist() == [-5]


def test_kinds(log: RunLog):
    kinds = {info.tag: info.kind for info in log.tags()}
    metadata = [tag for tag in kinds if tag.startswith("__run_metadata__/")]
    assert len(metadata) == 1
    assert {tag: kind for tag, kind in kinds.items() if kind != "scalar"} == {
        "weights": "tensor",
        "histogram": "histogram",
        "raw": "histogram",
        "image": "image",
        "images": "image",
        "audio": "audio",
        "text/text_summary": "text",
        "curve": "pr_curve",
        "mesh_VERTEX": "mesh",
        "mesh_COLOR": "mesh",
        "custom_scalars__config__": "custom_scalars",
        "__run_graph__": "graph",
        metadata[0]: "run_metadata",
    }


def test_payloads_are_the_serialized_values(log: RunLog):
    data = Path(log.files()[0].path).read_bytes()
    for info in log.tags():
        if info.kind in ("scalar", "graph", "run_metadata"):
            continue
        at = log.payloads(info.tag)
        assert len(at) == info.count == 1
        value = Summary.Value.FromString(data[at.offsets[0] : at.offsets[0] + at.lengths[0]])
        assert value.tag == info.tag


def test_nothing_is_damage(log: RunLog):
    assert damage(log) == []
    (file,) = log.files()
    assert file.offset == file.size
    assert file.writer == "tensorboard.summary.writer.event_file_writer"


def test_many_runs_of_one_call_and_hyperparameters(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalars("losses", {"train": 1.0, "val": 2.0}, 3)
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9}, run_name="trial")
    files = {path.parent.name: opened(path) for path in tmp_path.glob("*/events.*")}
    assert files["losses_train"].series("losses").values.tolist() == [1.0]
    assert files["losses_val"].series("losses").last[2] == 2.0
    trial = {info.tag: info.kind for info in files["trial"].tags()}
    assert trial == {
        "_hparams_/experiment": "hparams",
        "_hparams_/session_start_info": "hparams",
        "_hparams_/session_end_info": "hparams",
        "accuracy": "scalar",
    }


def test_purge_step_restarts_the_run(tmp_path: Path):
    with SummaryWriter(tmp_path, filename_suffix=".1") as writer:
        for step in range(10):
            writer.add_scalar("loss", 0.0, step)
    with SummaryWriter(tmp_path, purge_step=5, filename_suffix=".2") as writer:
        for step in range(5, 8):
            writer.add_scalar("loss", 1.0, step)
    log = opened(*tmp_path.glob("events.*"))
    loss = log.series("loss")
    assert loss.steps[~loss.superseded].tolist() == list(range(8))
    assert loss.superseded_count == 5
    assert [(session.status, session.step) for session in log.sessions()] == [("START", 5)]
