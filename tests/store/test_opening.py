from pathlib import Path

import pytest

import kymo.store


def test_a_log_directory_is_opened_loaded(logdir: Path):
    logs = kymo.store.open(logdir)
    assert logs["mlp"]["train/loss"].values.tolist() == [1.0, 0.5, 0.25]
    assert logs.loading is None


def test_several_are_opened_as_one(logdir: Path, tmp_path: Path):
    assert "old" not in kymo.store.open([logdir, tmp_path])


def test_a_directory_that_does_not_exist(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"no log directory '.*/rnus': check its name"):
        kymo.store.open(tmp_path / "rnus")


def test_a_file(logdir: Path):
    with pytest.raises(NotADirectoryError, match="give the directory that holds the runs"):
        kymo.store.open(logdir / "mlp/events.out.tfevents.0")
