"""Small trainings that are watched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

import kymo
from kymo.store.run import Run


def trained(
    directory: Path,
    model: nn.Module,
    *,
    steps: int = 5,
    batch: Callable[[], torch.Tensor] = lambda: torch.randn(16, 4),
    loss: Callable[[nn.Module, torch.Tensor], torch.Tensor] = lambda model, given: model(given).square().mean(),
    optimizer: torch.optim.Optimizer | None = None,
    **options: Any,
) -> Run:
    """Trains a model in a loop of its own, every step of which is looked at, and returns what was logged."""
    optimizer = optimizer or torch.optim.SGD(model.parameters(), lr=0.1)
    with kymo.SummaryWriter(directory) as writer:
        watch = kymo.ModelWatch(writer, model, optimizer, **{"budget": 1, **options})
        for step in range(steps):
            watch.begin_step(step)
            optimizer.zero_grad()
            loss(model, batch()).backward()
            optimizer.step()
            watch.end_step()
        watch.close()
    return kymo.open(directory)["."]


def mlp(activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), activation(), nn.Linear(8, 1))


def last(run: Run, tag: str) -> float:
    """The newest value of a series."""
    return float(run[f"health/{tag}"].values[-1])


def counted(run: Run, tag: str, at: int = -1) -> float:
    """How many values the newest histogram of a tag has."""
    return float(run.histograms(tag).figures[at, 0])


def is_of(run: Run, tag: str, values: torch.Tensor) -> bool:
    """Whether the newest histogram of a tag is one of these values."""
    found = run.histograms(tag)
    bins = slice(*found.offsets[-2:])
    flat = values.detach().double().flatten().numpy()
    for left, right, count in zip(found.left[bins], found.right[bins], found.counts[bins], strict=True):
        if count != np.sum((flat >= left) & (flat < right)):
            return False
    return bool(found.counts[bins].sum() == len(flat))
