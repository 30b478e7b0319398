"""The networks that watch.py looks into: each with its optimizer and one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

CLASSES = 10
# So low that the network stays as it is, and with it what a step takes.
RATE = 1e-6


class Watched(NamedTuple):
    """A network that is trained on the same batch again and again.

    Attributes:
        given: The batch: of shape (n, ...).
        labels: Classes, int64 of shape (n,).
        steps: Gives the numbers of the steps to make.
    """

    model: nn.Module
    optimizer: torch.optim.Optimizer
    given: Tensor
    labels: Tensor
    steps: Callable[[], Iterator[int]]

    def step(self) -> None:
        self.optimizer.zero_grad()
        cross_entropy(self.model(self.given), self.labels).backward()
        self.optimizer.step()


class Block(nn.Module):
    """Two convolutions with a way past them."""

    def __init__(self, inward: int, outward: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inward, outward, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outward)
        self.first_relu = nn.ReLU()
        self.second = nn.Conv2d(outward, outward, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outward)
        self.past: nn.Module = nn.Identity()
        if stride != 1 or inward != outward:
            self.past = nn.Sequential(nn.Conv2d(inward, outward, 1, stride, bias=False), nn.BatchNorm2d(outward))
        self.relu = nn.ReLU()

    def forward(self, images: Tensor) -> Tensor:
        inner = self.first_relu(self.first_norm(self.first(images)))
        gone: Tensor = self.relu(self.second_norm(self.second(inner)) + self.past(images))
        return gone


class Attending(nn.Module):
    """A transformer's encoder over tokens, of whose mean a class is told."""

    def __init__(self, tokens: int, width: int, depth: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(tokens, width)
        layer = nn.TransformerEncoderLayer(width, 4, 4 * width, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)
        self.last = nn.Linear(width, CLASSES)

    def forward(self, tokens: Tensor) -> Tensor:
        told: Tensor = self.last(self.encoder(self.embedding(tokens)).mean(1))
        return told


def perceptron() -> nn.Module:
    hidden = [layer for _ in range(2) for layer in (nn.Linear(512, 512), nn.ReLU())]
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), *hidden, nn.Linear(512, CLASSES))


def residual() -> nn.Module:
    """As large as ResNet-18 with a stem for small images: eleven million parameters."""
    blocks: list[nn.Module] = []
    inward = 64
    for outward, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        blocks += [Block(inward, outward, stride), Block(outward, outward, 1)]
        inward = outward
    stem = nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU()
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inward, CLASSES))


def attending() -> nn.Module:
    return Attending(256, 128, 4)


# How each is made, and its batch.
NETWORKS: dict[str, tuple[Callable[[], nn.Module], Callable[[], Tensor]]] = {
    "perceptron": (perceptron, lambda: torch.rand(64, 784)),
    "ResNet-18": (residual, lambda: torch.rand(4, 3, 32, 32)),
    "transformer": (attending, lambda: torch.randint(256, (8, 64))),
}


def watched(name: str, steps: Callable[[], Iterator[int]]) -> Watched:
    """A network of its own, whoever else has made one by this name."""
    torch.manual_seed(0)
    make, batch = NETWORKS[name]
    model, given = make(), batch()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9)
    return Watched(model, optimizer, given, torch.randint(CLASSES, (len(given),)), steps)
