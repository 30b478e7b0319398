"""`fit` is the loop that one would write by hand."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import kymo

mse = nn.functional.mse_loss


def made(seed: int = 1) -> tuple[nn.Module, DataLoader[Any], DataLoader[Any]]:
    torch.manual_seed(seed)
    x = torch.randn(50, 3)
    data = TensorDataset(x, x.sum(dim=1, keepdim=True))
    model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.2), nn.Linear(8, 1))
    return model, DataLoader(data, batch_size=8, shuffle=True), DataLoader(data, batch_size=16)


def fitted(directory: Path, **options: Any) -> tuple[nn.Module, kymo.History]:
    model, loader, val_loader = made()
    optimizer = options.pop("optimizer", lambda parameters: torch.optim.SGD(parameters, lr=0.05))(model.parameters())
    scheduler = options.pop("scheduler", lambda _: None)(optimizer)
    options = {"epochs": 3, "device": "cpu", "progress": False, "val_loader": val_loader, **options}
    torch.manual_seed(2)
    history = kymo.fit(
        model, loader, criterion=mse, optimizer=optimizer, scheduler=scheduler, log_dir=directory, **options
    )
    return model, history


def by_hand(epochs: int) -> tuple[nn.Module, list[float], list[float]]:
    model, loader, val_loader = made()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    torch.manual_seed(2)
    train, val, best, kept = [], [], math.inf, {}
    for _ in range(epochs):
        model.train()
        losses = []
        for x, y in loader:
            loss = mse(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
        with torch.no_grad():
            val.append(sum(mse(model(x), y).item() * len(x) for x, y in val_loader) / 50)
        train.append(sum(losses) / len(losses))
        if val[-1] < best:
            best, kept = val[-1], {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(kept)
    return model, train, val


def same(one: nn.Module, other: nn.Module) -> bool:
    return all(map(torch.equal, one.state_dict().values(), other.state_dict().values()))


def test_it_trains_as_the_loop_by_hand_does_and_loads_the_best_back(tmp_path: Path):
    expected, train, val = by_hand(3)
    model, history = fitted(tmp_path)
    assert same(model, expected)
    assert history["train/loss"] == pytest.approx(train, rel=1e-6)
    assert history["val/loss"] == pytest.approx(val, rel=1e-5)
    assert history.outcome is not None
    assert history.outcome.reason == "completed"
    run = kymo.open(tmp_path)["."]
    assert run["train/loss/epoch"].values.tolist() == pytest.approx(train, rel=1e-6)
    assert run["learning_rate"].values.tolist() == pytest.approx([0.05] * 3)


def test_a_resumed_one_is_one_that_was_never_interrupted(tmp_path: Path):
    options: dict[str, Any] = {"scheduler": lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)}
    whole, history = fitted(tmp_path / "whole", epochs=4, **options)
    _, first = fitted(tmp_path / "parts", epochs=4, stop=[kymo.MaxSteps(10)], **options)
    assert len(first["train/loss"]) == 1
    model, second = fitted(tmp_path / "parts", epochs=4, resume=True, **options)
    assert same(model, whole)
    assert second["train/loss"] == history["train/loss"]
    assert second["learning_rate"] == [0.05, 0.025, 0.0125, 0.00625]


def test_gradients_of_several_batches_make_one_step(tmp_path: Path):
    def trained(size: int, accumulate: int) -> nn.Module:
        torch.manual_seed(0)
        model = nn.Linear(3, 1)
        x = torch.randn(24, 3)
        loader = DataLoader(TensorDataset(x, x.sum(dim=1, keepdim=True)), batch_size=size)
        kymo.fit(
            model,
            loader,
            criterion=mse,
            optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
            epochs=2,
            accumulate=accumulate,
            log_dir=tmp_path / str(size),
            device="cpu",
            progress=False,
        )
        return model

    weights = [trained(size, accumulate).weight for size, accumulate in ((8, 1), (4, 2))]
    assert torch.allclose(*weights, atol=1e-6)


def test_gradients_are_clipped(tmp_path: Path):
    model, _ = fitted(tmp_path / "tiny", clip_norm=1e-9)
    untrained, _, _ = made()
    assert all(
        torch.allclose(*pair, atol=1e-6) for pair in zip(model.parameters(), untrained.parameters(), strict=True)
    )


class Errors:
    """A metric of its own kind, as torchmetrics has them."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def reset(self) -> None:
        self.values = []

    def update(self, outputs: torch.Tensor, targets: torch.Tensor) -> None:
        self.values += (outputs - targets).abs().flatten().tolist()

    def compute(self) -> float:
        return max(self.values)


def test_metrics_are_functions_or_objects_and_choose_the_best(tmp_path: Path):
    metrics = {"worst": Errors(), "mae": lambda outputs, targets: (outputs - targets).abs().mean()}
    _, history = fitted(tmp_path, metrics=metrics, monitor="val/mae", epochs=5)
    assert len(history["val/worst"]) == len(history["val/mae"]) == 5
    assert all(worst > mean for worst, mean in zip(history["val/worst"], history["val/mae"], strict=True))
    saved = torch.load(tmp_path / "bestmodel.pth", weights_only=True)
    assert (saved["monitor"], saved["mode"], saved["score"]) == ("val/mae", "min", min(history["val/mae"]))


def test_a_plateau_is_told_what_is_monitored(tmp_path: Path):
    _, history = fitted(
        tmp_path,
        epochs=4,
        optimizer=lambda parameters: torch.optim.SGD(parameters, lr=1e-4),
        scheduler=lambda optimizer: torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, threshold=0.5),
    )
    assert history["learning_rate"][-1] < history["learning_rate"][0]


def test_it_stops_early_and_computes_in_mixed_precision(tmp_path: Path):
    _, history = fitted(
        tmp_path, epochs=50, precision="bfloat16", stop=[kymo.EarlyStopping("val/loss", patience=1, min_delta=10.0)]
    )
    assert history.outcome is not None
    assert history.outcome.reason == "early_stopping"
    assert len(history["val/loss"]) == 2


def test_without_a_validation_the_training_loss_chooses(tmp_path: Path):
    _, history = fitted(tmp_path, val_loader=None)
    assert set(history) == {"train/loss", "learning_rate"}
    assert torch.load(tmp_path / "bestmodel.pth", weights_only=True)["monitor"] == "train/loss"


def test_a_history_says_what_it_has(tmp_path: Path):
    _, history = fitted(tmp_path, epochs=1)
    with pytest.raises(KeyError, match="no epoch has 'loss': there is train/loss, "):
        history["loss"]


def test_what_makes_no_sense_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="accumulate is 0"):
        fitted(tmp_path, accumulate=0)
    with pytest.raises(ValueError, match="precision is 'fp16': give one of 'float32', 'float16', 'bfloat16'"):
        fitted(tmp_path, precision="fp16")
