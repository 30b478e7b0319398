"""Asking a training for something while it goes on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

import kymo
from kymo.format.control_answer import ControlAnswer, newest_answers
from kymo.format.control_request import ask
from kymo.format.open_directory import open_directory


class Asker:
    """Asks a run in a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __call__(self, verb: Any, name: str | None = None, value: str | None = None) -> None:
        with open_directory(self.directory) as run:
            ask(run, verb, name, value)

    @property
    def answers(self) -> list[ControlAnswer]:
        with open_directory(self.directory) as run:
            return newest_answers(run, 100)[::-1]

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads((self.directory / "run.json").read_text())
        return said

    def events(self, kind: str) -> list[str]:
        run = kymo.open(self.directory)["."]
        return [text.text[0] for text in run.texts(f"events/{kind}/text_summary")]


def plainly_trained(directory: Path) -> list[list[float]]:
    """The weights after each batch of a training that nobody steers."""
    with kymo.Run(directory, progress=False) as run:
        return train(run, lambda _: None)


def train(run: kymo.Run, at_batch: Callable[[int], object], epochs: int = 2, batches: int = 4) -> list[list[float]]:
    """The weights after each batch."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5), nn.Linear(2, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    run.watch(model, optimizer)
    weights = []
    for _ in run.epochs(epochs):
        for _ in run.batches(range(batches)):
            loss = model(torch.randn(8, 2)).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            run.log({"train/loss": loss})
            weights.append([float(weight) for one in model.parameters() for weight in one.detach().flatten()])
            at_batch(run.step + 1)
    return weights
