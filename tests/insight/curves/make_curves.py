"""Makes the validation curves that the tests judge estimates by: real trainings on real data.

python tests/insight/curves/make_curves.py
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.preprocessing import StandardScaler
from torch import nn

HERE = Path(__file__).parent
Data = tuple[torch.Tensor, torch.Tensor]
Scheduler = Callable[[torch.optim.Optimizer, int], Any]


def split(loaded: Any, share: float, seed: int, *, regression: bool = False) -> tuple[Data, Data]:
    order = torch.randperm(len(loaded.target), generator=torch.Generator().manual_seed(seed))
    x = torch.tensor(StandardScaler().fit_transform(loaded.data), dtype=torch.float32)[order]
    y = torch.tensor(loaded.target)[order]
    if regression:
        y = ((y - y.mean()) / y.std()).float()[:, None]
    cut = int(share * len(x))
    return (x[:cut], y[:cut]), (x[cut:], y[cut:])


def curves(
    data: tuple[Data, Data],
    *,
    width: int,
    epochs: int,
    lr: float,
    seed: int = 0,
    batch: int = 32,
    momentum: float = 0.9,
    adam: bool = False,
    dropout: float = 0.0,
    scheduler: Scheduler | None = None,
    regression: bool = False,
) -> dict[str, list[float]]:
    """The validation curves of one training."""
    torch.manual_seed(seed)
    (train_x, train_y), (val_x, val_y) = data
    outputs = 1 if regression else int(train_y.max()) + 1
    model = nn.Sequential(nn.Linear(train_x.shape[1], width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, outputs))
    criterion: nn.Module = nn.MSELoss() if regression else nn.CrossEntropyLoss()
    parameters = model.parameters()
    optimizer: torch.optim.Optimizer = (
        torch.optim.Adam(parameters, lr=lr) if adam else torch.optim.SGD(parameters, lr=lr, momentum=momentum)
    )
    schedule = scheduler(optimizer, epochs) if scheduler else None
    found: dict[str, list[float]] = {"loss": []} if regression else {"loss": [], "accuracy": []}
    for _ in range(epochs):
        model.train()
        for rows in torch.randperm(len(train_x)).split(batch):
            loss = criterion(model(train_x[rows]), train_y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if schedule is not None:
            schedule.step()
        model.eval()
        with torch.no_grad():
            scores = model(val_x)
            found["loss"].append(round(float(criterion(scores, val_y)), 6))
            if not regression:
                found["accuracy"].append(round(float((scores.argmax(1) == val_y).float().mean()), 6))
    return found


def cosine(optimizer: torch.optim.Optimizer, epochs: int) -> Any:
    return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)


def drop(optimizer: torch.optim.Optimizer, epochs: int) -> Any:
    return torch.optim.lr_scheduler.MultiStepLR(optimizer, [epochs // 2], gamma=0.1)


def growth(optimizer: torch.optim.Optimizer, epochs: int) -> Any:
    return torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=30 ** (1 / epochs))


def trainings() -> Iterator[tuple[str, dict[str, list[float]]]]:
    digits, cancer, wine, diabetes = load_digits(), load_breast_cancer(), load_wine(), load_diabetes()
    half = split(digits, 0.5, 0)
    yield "digits-sgd", curves(half, width=32, epochs=150, lr=0.002)
    yield "digits-slow", curves(half, width=32, epochs=200, lr=0.0003)
    yield "digits-wide-seed-1", curves(half, width=256, epochs=100, lr=0.003, seed=1)
    yield "digits-adam", curves(half, width=64, epochs=120, lr=0.0005, adam=True)
    yield "digits-cosine", curves(half, width=64, epochs=120, lr=0.01, scheduler=cosine)
    yield "digits-step-drop", curves(half, width=64, epochs=120, lr=0.1, dropout=0.5, scheduler=drop)
    yield "digits-high-lr", curves(half, width=64, epochs=120, lr=0.25, momentum=0.9)
    yield "digits-dropout", curves(half, width=48, epochs=150, lr=0.005, dropout=0.5)
    yield "digits-few-overfit", curves(split(digits, 0.05, 0), width=128, epochs=150, lr=0.02)
    yield "cancer-sgd", curves(split(cancer, 0.5, 0), width=16, epochs=150, lr=0.0005)
    yield "cancer-overfit", curves(split(cancer, 0.3, 1), width=128, epochs=150, lr=0.02)
    yield "wine-sgd", curves(split(wine, 0.5, 0), width=16, epochs=120, lr=0.001)
    yield (
        "diabetes-sgd",
        curves(split(diabetes, 0.7, 0, regression=True), width=32, epochs=150, lr=0.0005, regression=True),
    )
    yield (
        "diabetes-overfit",
        curves(split(diabetes, 0.3, 0, regression=True), width=256, epochs=150, lr=0.01, momentum=0.5, regression=True),
    )
    yield (
        "diabetes-adam",
        curves(split(diabetes, 0.7, 1, regression=True), width=64, epochs=150, lr=0.0003, adam=True, regression=True),
    )
    yield "digits-diverging", curves(half, width=64, epochs=120, lr=0.005, dropout=0.3, scheduler=growth)


def main() -> None:
    torch.set_num_threads(1)
    content = dict(trainings())
    lines = [f'"{name}": {json.dumps(curve)}' for name, curve in content.items()]
    (HERE / "curves.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
