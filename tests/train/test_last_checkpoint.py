import random
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from kymo.train.checkpoints.errors import CheckpointError
from kymo.train.checkpoints.last_checkpoint import LastCheckpoint


class Training:
    """A training that draws from every generator, with a scheduler, averaged weights and a scaler."""

    def __init__(self, path: Path, scheduler: str = "MultiStepLR") -> None:
        self.model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=0.01)
        self.scheduler = {
            "MultiStepLR": lambda: torch.optim.lr_scheduler.MultiStepLR(self.optimizer, [3, 6]),
            "OneCycleLR": lambda: torch.optim.lr_scheduler.OneCycleLR(self.optimizer, 0.1, total_steps=20),
            "ReduceLROnPlateau": lambda: torch.optim.lr_scheduler.ReduceLROnPlateau(self.optimizer, patience=1),
            "SequentialLR": lambda: torch.optim.lr_scheduler.SequentialLR(
                self.optimizer,
                [
                    torch.optim.lr_scheduler.LinearLR(self.optimizer),
                    torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, 10),
                ],
                [3],
            ),
            "LambdaLR": lambda: torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda epoch: 0.9**epoch),
        }[scheduler]()
        self.ema = torch.optim.swa_utils.AveragedModel(self.model)
        self.last = LastCheckpoint(
            path,
            model=self.model,
            optimizer=self.optimizer,
            scheduler=self.scheduler,
            ema=self.ema,
            scaler=torch.amp.GradScaler("cpu"),
        )
        self.losses: list[float] = []

    def epoch(self) -> None:
        data = torch.rand(16, 4) * random.random() + float(np.random.rand())
        loss = self.model(data).square().mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.ema.update_parameters(self.model)
        if isinstance(self.scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
            self.scheduler.step(loss.detach())
        else:
            self.scheduler.step()
        self.losses.append(loss.item())


def seed() -> None:
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)


@pytest.mark.parametrize("scheduler", ["MultiStepLR", "OneCycleLR", "ReduceLROnPlateau", "SequentialLR", "LambdaLR"])
def test_a_resumed_training_is_one_that_was_never_interrupted(tmp_path: Path, scheduler: str):
    seed()
    whole = Training(tmp_path / "whole.pth", scheduler)
    for _ in range(10):
        whole.epoch()

    seed()
    first = Training(tmp_path / "last.pth", scheduler)
    for _ in range(5):
        first.epoch()
    first.last.save(epoch=5, step=80, batch=3, extra={"note": "half", "at": torch.tensor([1.5])})
    first.epoch()  # goes on, which is not in the file
    assert first.last.wait()

    torch.manual_seed(99)
    second = Training(tmp_path / "last.pth", scheduler)
    position = second.last.restore()
    assert position is not None
    assert (position.epoch, position.step, position.batch) == (5, 80, 3)
    assert position.extra["note"] == "half"
    assert position.extra["at"].tolist() == [1.5]
    for _ in range(5):
        second.epoch()
    assert second.losses == whole.losses[5:]
    for name in ("model", "ema"):
        states = [getattr(training, name).state_dict() for training in (whole, second)]
        for key in states[0]:
            assert torch.equal(states[0][key], states[1][key]), key


def test_without_a_file_there_is_nothing_to_restore(tmp_path: Path):
    assert Training(tmp_path / "last.pth").last.restore() is None


def test_the_file_loads_safely(tmp_path: Path):
    training = Training(tmp_path / "last.pth")
    training.epoch()
    training.last.save(epoch=1, step=1)
    training.last.wait()
    saved = torch.load(tmp_path / "last.pth", weights_only=True)
    assert {"model_state_dict", "optimizer_state_dict", "scheduler_state_dict", "epoch", "step"} <= saved.keys()


@pytest.mark.parametrize("left", [0, 10, 0.5, 0.99])
def test_a_truncated_file_is_told_with_what_to_use_instead(tmp_path: Path, left: float):
    training = Training(tmp_path / "last.pth")
    training.last.save(epoch=1, step=1)
    training.last.wait()
    content = (tmp_path / "last.pth").read_bytes()
    (tmp_path / "last.pth").write_bytes(content[: int(left if left >= 1 else left * len(content))])
    other = tmp_path / "bestmodel.pth"
    other.write_bytes(b"")
    before = [parameter.clone() for parameter in training.model.parameters()]
    with pytest.raises(CheckpointError) as raised:
        training.last.restore(other=other)
    assert str(raised.value).startswith(f"{tmp_path / 'last.pth'} is damaged or no checkpoint (")
    assert str(raised.value).endswith(f"Use {other} instead, or delete it.")
    assert all(map(torch.equal, before, training.model.parameters()))


def test_a_file_of_somebody_else_is_no_checkpoint(tmp_path: Path):
    torch.save({"model": 1}, tmp_path / "last.pth")
    with pytest.raises(CheckpointError, match="is no checkpoint that kymo wrote"):
        Training(tmp_path / "last.pth").last.restore()


def test_another_architecture_is_named_and_changes_nothing(tmp_path: Path):
    wide = LastCheckpoint(tmp_path / "last.pth", model=nn.Linear(2, 3))
    wide.save(epoch=1, step=1)
    wide.wait()
    model = nn.Linear(2, 4)
    before = model.weight.clone()
    with pytest.raises(CheckpointError, match="weight is 3×2 there and 4×2 here, bias is 3 there and 4 here"):
        LastCheckpoint(tmp_path / "last.pth", model=model).restore()
    assert torch.equal(model.weight, before)


def test_a_part_that_was_not_saved_is_named(tmp_path: Path):
    model = nn.Linear(1, 1)
    last = LastCheckpoint(tmp_path / "last.pth", model=model)
    last.save(epoch=1, step=1)
    last.wait()
    with pytest.raises(CheckpointError, match="holds no state of optimizer"):
        LastCheckpoint(tmp_path / "last.pth", model=model, optimizer=torch.optim.SGD(model.parameters())).restore()


def test_a_part_without_state_is_refused(tmp_path: Path):
    with pytest.raises(TypeError, match=r"criterion is a int, which has no state_dict\(\)"):
        LastCheckpoint(tmp_path / "last.pth", criterion=3)  # type: ignore[arg-type]


class Odd:
    def state_dict(self) -> dict[str, object]:
        return {"what": object()}

    def load_state_dict(self, state: object) -> None:
        raise AssertionError


def test_a_state_that_cannot_be_read_back_is_left_out_and_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    last = LastCheckpoint(tmp_path / "last.pth", odd=Odd(), model=nn.Linear(1, 1))
    for step in range(2):
        last.save(epoch=1, step=step)
    last.wait()
    (told,) = caplog.messages
    assert "without the state of odd" in told
    assert "it holds a builtins.object" in told
    assert "odd_state_dict" not in torch.load(tmp_path / "last.pth", weights_only=True)


def test_numpy_numbers_become_plain(tmp_path: Path):
    class Scores:
        def state_dict(self) -> dict[str, object]:
            return {"best": np.float64(0.5), "all": np.arange(3)}

        def load_state_dict(self, state: dict[str, object]) -> None:
            self.state = state

    scores = Scores()
    last = LastCheckpoint(tmp_path / "last.pth", scores=scores)
    last.save(epoch=1, step=1)
    last.wait()
    last.restore()
    assert scores.state["best"] == 0.5
    assert scores.state["all"].tolist() == [0, 1, 2]
