import logging
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from kymo.train.checkpoints.best_model import BestModel, load_model
from kymo.train.checkpoints.errors import CheckpointError


def linear(weight: float, size: int = 2) -> nn.Linear:
    model = nn.Linear(size, 1)
    nn.init.constant_(model.weight, weight)
    return model


def weight_in(path: Path) -> float:
    model = linear(0)
    load_model(path, model)
    return model.weight[0, 0].item()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "bestmodel.pth"


@pytest.mark.parametrize(
    ("mode", "scores", "kept"),
    [
        ("min", [3.0, 2.0, 2.0, 2.5, -1.0], [0, 1, 4]),
        ("max", [0.5, 0.5, 0.7, 0.6, 0.8], [0, 2, 4]),
        ("max", [math.nan, -math.inf, math.inf, -2.0, math.nan, -1.0], [3, 5]),
        ("min", [math.nan, -math.inf, 5.0, math.inf, 4.0], [2, 4]),
    ],
)
def test_only_a_better_finite_score_is_kept(path: Path, mode: Any, scores: list[float], kept: list[int]):
    best = BestModel("score", mode, path=path)
    assert [i for i, score in enumerate(scores) if best.update(score, linear(i), epoch=i, step=10 * i)] == kept
    assert best.wait()
    assert weight_in(path) == kept[-1]
    saved = torch.load(path, weights_only=True)
    assert (saved["monitor"], saved["mode"]) == ("score", mode)
    assert (saved["score"], saved["epoch"], saved["step"]) == (scores[kept[-1]], kept[-1], 10 * kept[-1])
    assert best.best is not None
    assert best.best.score == scores[kept[-1]]


def test_what_training_changes_afterwards_is_not_in_the_file(path: Path):
    best = BestModel("loss", "min", path=path)
    model = linear(1)
    best.update(torch.tensor(0.5), model)
    with torch.no_grad():
        model.weight += 5
    best.wait()
    assert weight_in(path) == 1


def test_a_worse_model_of_another_session_never_replaces_a_better_one(path: Path):
    first = BestModel("loss", "min", path=path)
    first.update(0.2, linear(1), epoch=7)
    first.wait()
    second = BestModel("loss", "min", path=path)
    assert not second.update(0.3, linear(2), epoch=1)
    assert second.best is not None
    assert (second.best.score, second.best.epoch) == (0.2, 7)
    assert not second.update(0.2, linear(3), epoch=2)
    second.wait()
    assert weight_in(path) == 1
    assert second.update(0.1, linear(4), epoch=3)
    second.wait()
    assert weight_in(path) == 4
    assert [entry.name for entry in path.parent.iterdir()] == ["bestmodel.pth"]


def by_another_monitor(path: Path) -> None:
    best = BestModel("accuracy", "max", path=path)
    best.update(0.9, linear(1))
    best.wait()


def of_another_architecture(path: Path) -> None:
    best = BestModel("loss", "min", path=path)
    best.update(0.0, linear(1, size=3))
    best.wait()


def damaged(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"PK\3\4 and then nothing")


@pytest.mark.parametrize(
    ("leave", "said"),
    [
        (by_another_monitor, "is the best by 'accuracy' (max), not by 'loss' (min)."),
        (of_another_architecture, "weight is 1×3 there and 1×2 here"),
        (damaged, "is damaged or no checkpoint"),
    ],
)
def test_a_file_that_cannot_be_compared_is_kept_aside(
    path: Path, caplog: pytest.LogCaptureFixture, leave: Any, said: str
):
    leave(path)
    before = path.read_bytes()
    best = BestModel("loss", "min", path=path)
    assert best.update(5.0, linear(2))
    best.wait()
    assert weight_in(path) == 2
    assert path.with_name("bestmodel.1.pth").read_bytes() == before
    (told,) = caplog.messages
    assert said in told
    assert "It is kept as bestmodel.1.pth." in told


def test_the_best_few_are_kept_and_taken_up_again(path: Path):
    first = BestModel("loss", "min", path=path, top_k=2)
    for step, score in enumerate([5.0, 3.0, 4.0, 6.0]):
        first.update(score, linear(step), step=step)
        first.wait()
    files = {entry.name: weight_in(entry) for entry in path.parent.iterdir()}
    assert files == {"bestmodel.pth": 1, "bestmodel-step000001.pth": 1, "bestmodel-step000002.pth": 2}
    second = BestModel("loss", "min", path=path, top_k=2)
    assert not second.update(4.0, linear(7), step=1)
    assert not second.update(3.5, linear(8), step=1)
    second.wait()
    assert weight_in(path) == 1
    assert second.update(2.0, linear(9), step=1)
    second.wait()
    files = {entry.name: weight_in(entry) for entry in path.parent.iterdir()}
    assert files == {"bestmodel.pth": 9, "bestmodel-step000001.2.pth": 9, "bestmodel-step000001.pth": 1}


def test_many_updates_at_once_leave_the_best(path: Path):
    best = BestModel("loss", "min", path=path)
    for step in range(50):
        best.update(50 - step, linear(step), step=step)
    assert best.wait()
    assert weight_in(path) == 49


def test_loading_into_another_architecture_names_the_layers(path: Path):
    best = BestModel("loss", "min", path=path)
    best.update(1.0, linear(1))
    deep = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 1))
    with pytest.raises(CheckpointError, match=r"weight is only there, bias is only there, 0\.weight is only here"):
        best.load(deep)


def test_tied_weights_are_written_once(tmp_path: Path):
    first, second = nn.Linear(512, 512, bias=False), nn.Linear(512, 512, bias=False)
    second.weight = first.weight
    best = BestModel("loss", "min", path=tmp_path / "tied.pth")
    best.update(1.0, nn.Sequential(first, second))
    best.wait()
    assert (tmp_path / "tied.pth").stat().st_size < 1.5 * 512 * 512 * 4


@pytest.mark.parametrize(
    ("arguments", "said"), [({"mode": "up"}, "mode 'up'"), ({"mode": "min", "top_k": 0}, "top_k is 0")]
)
def test_what_makes_no_sense_is_refused(arguments: Any, said: str):
    with pytest.raises(ValueError, match=said):
        BestModel("loss", **arguments)


def test_a_disk_that_takes_nothing_costs_one_warning(path: Path, caplog: Any, monkeypatch: pytest.MonkeyPatch):
    caplog.set_level(logging.WARNING)
    best = BestModel("loss", "min", path=path)
    best.update(3.0, linear(1))
    best.wait()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kymo.train.checkpoints.saver.write_checkpoint", refuse)
        assert best.update(2.0, linear(2))
        assert not best.wait()
        assert best.update(1.0, linear(3))
        assert not best.wait()
    assert weight_in(path) == 1
    assert best.wait()
    assert weight_in(path) == 3
    assert [message.partition(" ")[2] for message in caplog.messages] == [
        "cannot be written (No space left on device): the one before it stays, and writing is tried again.",
        "is written again.",
    ]
