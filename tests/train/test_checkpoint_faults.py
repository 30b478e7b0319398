"""Faults that are really made: kill -9 while a checkpoint is written, a full disk, no place to write."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import nn

from kymo.train.checkpoints.best_model import BestModel, load_model
from kymo.train.checkpoints.last_checkpoint import LastCheckpoint

SCRIPT = Path(__file__).with_name("training_script.py")
KILLS = 100


def test_a_kill_at_any_moment_leaves_whole_files_and_never_a_worse_best(tmp_path: Path):
    chance = random.Random(3)
    best_score, last_epoch = float("inf"), 0
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as trainings:
        assert trainings.stdin is not None
        assert trainings.stdout is not None
        for _ in range(KILLS):
            print("start", file=trainings.stdin, flush=True)
            child = int(trainings.stdout.readline())
            assert trainings.stdout.readline() == "goes on\n"
            time.sleep(chance.uniform(0, 0.05))
            os.kill(child, signal.SIGKILL)
            if (tmp_path / "last.pth").exists():
                epoch = torch.load(tmp_path / "last.pth", weights_only=True)["epoch"]
                assert epoch >= last_epoch
                last_epoch = epoch
            if (tmp_path / "bestmodel.pth").exists():
                score = torch.load(tmp_path / "bestmodel.pth", weights_only=True)["score"]
                assert score <= best_score
                best_score = score
        trainings.stdin.close()
    assert last_epoch > KILLS / 4  # the kills did meet trainings that save
    # What a kill left behind was removed by the next training, but for what the last kills left.
    assert sum(entry.name.startswith(".") for entry in tmp_path.iterdir()) <= 2


class Limited:
    """A disk on which files may have only so many bytes."""

    def __init__(self, most: int) -> None:
        self._most = most

    def __enter__(self) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)
        self._handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._most, self._before[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)
        signal.signal(signal.SIGXFSZ, self._handler)


def test_a_disk_that_ends_in_the_middle_keeps_the_old_file(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    model = nn.Linear(100, 100)
    best = BestModel("loss", "min", path=tmp_path / "bestmodel.pth")
    best.update(2.0, model)
    best.wait()
    before = (tmp_path / "bestmodel.pth").read_bytes()
    with Limited(10_000):
        assert best.update(1.0, model)
        assert not best.wait()
    assert (tmp_path / "bestmodel.pth").read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["bestmodel.pth"]
    assert "bestmodel.pth cannot be written" in caplog.text
    assert best.wait()
    assert torch.load(tmp_path / "bestmodel.pth", weights_only=True)["score"] == 1.0


def test_a_directory_that_cannot_be_written_costs_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "run").write_text("a file where the run directory should be")
    model = nn.Linear(2, 1)
    last = LastCheckpoint(tmp_path / "run" / "last.pth", model=model)
    last.save(epoch=1, step=1)
    assert not last.wait()
    assert "last.pth cannot be written" in caplog.text
    (tmp_path / "run").unlink()
    assert last.wait()
    load_model(tmp_path / "run" / "last.pth", model)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_directory_costs_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    tmp_path.chmod(0o500)
    try:
        last = LastCheckpoint(tmp_path / "last.pth", model=nn.Linear(2, 1))
        last.save(epoch=1, step=1)
        assert not last.wait()
        assert "Permission denied" in caplog.text
    finally:
        tmp_path.chmod(0o700)
