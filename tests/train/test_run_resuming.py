"""A run that was interrupted and resumed is the run that was not: weight by weight, point by point."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import kymo
from kymo.format.sensor_series import is_sensor_series
from kymo.train.stopping.condition import UNTOLD, Progress, StopCondition
from kymo.train.stopping.fired import Fired

EPOCHS = 4
BATCHES = 6


class StopAt(StopCondition):
    """Stops after one batch, as Ctrl+C at that moment would."""

    def __init__(self, step: int | None) -> None:
        self._step = step

    def after_batch(self, at: Progress = UNTOLD) -> Fired | None:
        return Fired("interrupted", "It was told to.") if at.step == self._step else None


def train(directory: Path, *, stop_at: int | None = None, resume: bool = False, workers: int = 0) -> kymo.Run:
    torch.manual_seed(3)
    data = TensorDataset(torch.randn(BATCHES * 4, 3), torch.randn(BATCHES * 4, 1))
    loader = DataLoader(data, batch_size=4, shuffle=True, num_workers=workers)
    model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    stop = [StopAt(stop_at), kymo.EarlyStopping("val/loss", "min", patience=50)]
    with kymo.Run(directory, stop=stop, keep=kymo.BestModel("val/loss", "min"), resume=resume) as run:
        run.watch(model, optimizer, scheduler)
        for _ in run.epochs(EPOCHS):
            for x, y in run.batches(loader):
                loss = (model(x) - y).square().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                run.log({"train/loss": loss, "noise": torch.rand(())})
            scheduler.step()
            with torch.no_grad():
                run.log_epoch({"val/loss": model(data.tensors[0]).square().mean()})
    run.model = model  # type: ignore[attr-defined]
    return run


def points(directory: Path) -> dict[str, Any]:
    """What was learnt; what sensors tell comes when there is time for it."""
    run = kymo.open(directory.parent)[directory.name]
    found = {}
    for tag, series in run.items():
        if is_sensor_series(tag):
            continue
        valid = ~np.asarray(series.superseded, bool)
        found[tag] = (series.steps[valid].tolist(), series.values[valid])
    return found


# In the middle of an epoch, after an epoch's last batch, after the first batch of all, and twice.
@pytest.mark.parametrize("stops", [[10], [12], [1], [3, 17]])
def test_an_interrupted_run_goes_on_exactly(tmp_path: Path, stops: list[int]):
    whole = train(tmp_path / "whole")
    for turn, step in enumerate(stops):
        part = train(tmp_path / "parts", stop_at=step, resume=turn > 0)
        assert part.outcome is not None
        assert (part.outcome.reason, part.step) == ("interrupted", step)
    resumed = train(tmp_path / "parts", resume=True)
    assert resumed.step == EPOCHS * BATCHES
    for name, weight in whole.model.state_dict().items():  # type: ignore[attr-defined]
        assert torch.equal(weight, resumed.model.state_dict()[name]), name  # type: ignore[attr-defined]
    expected, found = points(tmp_path / "whole"), points(tmp_path / "parts")
    assert expected.keys() == found.keys()
    for tag, (steps, values) in expected.items():
        assert found[tag][0] == steps, tag
        assert found[tag][1].tolist() == values.tolist(), tag
    best = [torch.load(tmp_path / name / "bestmodel.pth", weights_only=True) for name in ("whole", "parts")]
    assert best[0]["score"] == best[1]["score"]
    assert best[0]["step"] == best[1]["step"]


def test_workers_draw_the_same_batches(tmp_path: Path):
    whole = train(tmp_path / "whole", workers=2)
    train(tmp_path / "parts", stop_at=8, workers=2)
    resumed = train(tmp_path / "parts", resume=True, workers=2)
    for name, weight in whole.model.state_dict().items():  # type: ignore[attr-defined]
        assert torch.equal(weight, resumed.model.state_dict()[name]), name  # type: ignore[attr-defined]


def test_a_run_killed_after_its_checkpoint_shows_one_clean_curve(tmp_path: Path):
    """What was logged behind the checkpoint is superseded, and the restart is marked."""
    train(tmp_path / "run", stop_at=9)
    with kymo.SummaryWriter(str(tmp_path / "run")) as writer:
        for step in (10, 11):
            writer.add_scalar("train/loss", 99.0, step)
    train(tmp_path / "run", resume=True)
    steps, values = points(tmp_path / "run")["train/loss"]
    assert steps == list(range(1, EPOCHS * BATCHES + 1))
    assert values.max() < 99
    assert kymo.open(tmp_path)["run"]["train/loss"].superseded_count == 2


def test_a_run_that_is_not_resumed_keeps_the_best_of_the_one_before(tmp_path: Path):
    train(tmp_path / "run")
    before = (tmp_path / "run" / "bestmodel.pth").read_bytes()
    train(tmp_path / "run")
    assert (tmp_path / "run" / "bestmodel.1.pth").read_bytes() == before


def test_resuming_where_nothing_is_begins(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    run = train(tmp_path / "run", resume=True)
    assert run.step == EPOCHS * BATCHES
    assert "last.pth is not there: the run begins." in caplog.text


def test_a_complete_run_that_is_resumed_is_complete(tmp_path: Path):
    train(tmp_path / "run")
    before = points(tmp_path / "run")["train/loss"][0]
    run = train(tmp_path / "run", resume=True)
    assert run.outcome is not None
    assert run.outcome.reason == "completed"
    assert points(tmp_path / "run")["train/loss"][0] == before


def test_a_damaged_checkpoint_offers_the_best_model(tmp_path: Path):
    train(tmp_path / "run")
    (tmp_path / "run" / "last.pth").write_bytes(b"PK")
    with pytest.raises(
        kymo.CheckpointError, match=r"last\.pth is damaged.*Use .*bestmodel\.pth instead, or delete it\."
    ):
        train(tmp_path / "run", resume=True)
