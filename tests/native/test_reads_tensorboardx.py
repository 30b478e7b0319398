"""Every kind of value that tensorboardX writes, read back."""

from pathlib import Path

import numpy as np
import pytest
from comparison import damage, opened
from tensorboardX import SummaryWriter

from kymo._core import RunLog


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> RunLog:
    directory = tmp_path_factory.mktemp("tensorboardx")
    with SummaryWriter(str(directory)) as writer:
        for step in range(20):
            writer.add_scalar("train/loss", step / 2, step, walltime=1000.0 + step)
        writer.add_scalar("described", 1.0, 0, display_name="Shown", summary_description="with *words*")
        writer.add_histogram("histogram", np.arange(100.0), 2)
        writer.add_image("image", np.zeros((3, 8, 8), np.uint8), 4)
        writer.add_text("text", "hello", 6)
        writer.add_pr_curve("curve", np.array([0, 1, 1]), np.array([0.1, 0.6, 0.9]), 7)
        writer.add_mesh("mesh", np.zeros((1, 3, 3)), global_step=8)
        writer.add_custom_scalars({"losses": {"both": ["Multiline", ["train/.*"]]}})
        writer.add_hparams({"lr": 0.1}, {"accuracy": 0.9}, name="trial")
    (path,) = directory.glob("events.*")
    return opened(path)


def test_scalars(log: RunLog):
    loss = log.series("train/loss")
    assert loss.steps.tolist() == list(range(20))
    assert loss.values.tolist() == [step / 2 for step in range(20)]
    assert loss.wall_times.tolist() == [1000.0 + step for step in range(20)]


def test_words_about_a_scalar(log: RunLog):
    info = next(info for info in log.tags() if info.tag == "described")
    assert (info.kind, info.display_name, info.description) == ("scalar", "Shown", "with *words*")


def test_kinds(log: RunLog):
    assert {info.tag: info.kind for info in log.tags() if info.kind != "scalar"} == {
        "histogram": "histogram",
        "image": "image",
        "text/text_summary": "text",
        "curve": "pr_curve",
        "mesh_1": "mesh",  # tensorboardX writes the number of its enumeration
        "custom_scalars__config__": "custom_scalars",
    }
    assert damage(log) == []


def test_hyperparameters_have_a_file_of_their_own(log: RunLog):
    (path,) = Path(log.files()[0].path).parent.glob("trial/events.*")
    trial = opened(path)
    assert {info.kind for info in trial.tags()} == {"hparams", "scalar"}
    assert trial.series("accuracy").values.tolist() == [np.float32(0.9)]
    assert damage(trial) == []


def test_purge_step_restarts_the_run(tmp_path: Path):
    with SummaryWriter(str(tmp_path), filename_suffix=".1") as writer:
        for step in range(10):
            writer.add_scalar("loss", 0.0, step)
    with SummaryWriter(str(tmp_path), purge_step=5, filename_suffix=".2") as writer:
        writer.add_scalar("loss", 1.0, 5)
    loss = opened(*tmp_path.glob("events.*")).series("loss")
    assert loss.steps[~loss.superseded].tolist() == list(range(6))
