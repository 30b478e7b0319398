"""Small networks that are broken on purpose, and healthy ones, and what must be found of each."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import torch
from sklearn.datasets import load_digits
from torch import nn

import kymo
from kymo.insight.finding import Finding
from kymo.insight.health.health import health_findings

STEPS = 120
HARMLESS = {"frozen"}  # told, but no fault where it is meant


class Network(NamedTuple):
    """A training.

    Attributes:
        name: What is done to it.
        cause: What must be among what is found; "" for a healthy one, of which nothing must be.
        build: Makes the model.
        rate: The learning rate.
        adam: Whether the optimizer is Adam rather than SGD with momentum.
        steps: How many.
        samples: How many of the digits are trained on.
        wrong: How many of their labels are drawn by lot, a share.
        prepare: Is called before each step.
        spoil: Changes the images of a batch, by the step of its epoch.
        is_held_out: No rule was written with it in mind.
    """

    name: str
    cause: str
    build: Callable[[], nn.Module]
    rate: float = 0.05
    adam: bool = False
    steps: int = STEPS
    samples: int = 1400
    wrong: float = 0.0
    prepare: Callable[[nn.Module, int], None] = lambda _model, _step: None
    spoil: Callable[[torch.Tensor, int], torch.Tensor] = lambda images, _step: images
    is_held_out: bool = False

    def findings(self, directory: Path, seed: int = 0) -> list[Finding]:
        """Trains it, and says what is found of it."""
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        digits = load_digits()
        images, labels = torch.tensor(digits.data, dtype=torch.float32) / 16, torch.tensor(digits.target)
        order = torch.randperm(len(images))
        training, held_out = order[: self.samples], order[1400:]
        by_lot = training[: int(self.wrong * len(training))]
        labels[by_lot] = torch.randint(10, (len(by_lot),))
        model = self.build()
        parameters = [each for each in model.parameters() if each.requires_grad]
        optimizer: torch.optim.Optimizer
        if self.adam:
            optimizer = torch.optim.Adam(parameters, lr=self.rate)
        else:
            optimizer = torch.optim.SGD(parameters, lr=self.rate, momentum=0.9)
        criterion = nn.CrossEntropyLoss()
        with kymo.Run(directory, progress=False) as run:
            run.watch(model, optimizer, budget=1, every=2)
            epochs = 10
            for _ in run.epochs(epochs):
                for step in run.batches(range(self.steps // epochs)):
                    self.prepare(model, step)
                    batch = training[torch.randint(len(training), (32,))]
                    loss = criterion(model(self.spoil(images[batch], step)), labels[batch])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    run.log({"train/loss": loss})
                with run.validation(), torch.no_grad():
                    model.eval()
                    run.log_epoch({"val/loss": criterion(model(images[held_out]), labels[held_out])})
                    model.train()
        (logged,) = kymo.open(directory).values()
        return [finding for finding in health_findings(logged) if finding.cause not in HARMLESS or self.cause]

    def is_right(self, findings: list[Finding]) -> bool:
        """Whether what is wrong with it was found, and of a healthy one nothing."""
        causes = [finding.cause for finding in findings]
        return self.cause in causes if self.cause else not causes


def mlp(*sizes: int, activation: type[nn.Module] = nn.ReLU) -> nn.Sequential:
    layers: list[nn.Module] = []
    for wide, narrow in pairwise(sizes):
        layers += [nn.Linear(wide, narrow), activation()]
    return nn.Sequential(*layers[:-1])


def cnn() -> nn.Module:
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)),
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(256, 10),
    )


class Residual(nn.Module):
    """Blocks that add to what they are given."""

    def __init__(self, depth: int = 6) -> None:
        super().__init__()
        self.first = nn.Linear(64, 32)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 32)) for _ in range(depth)
        )
        self.last = nn.Linear(32, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        hidden = self.first(images)
        for block in self.blocks:
            hidden = hidden + block(hidden)
        return self.last(hidden)


class Transformer(nn.Module):
    """Each row of an image is a token."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(8, 32)
        self.place = nn.Parameter(0.02 * torch.randn(8, 32))
        self.layers = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, dropout=0.0, norm_first=True),
            2,
            enable_nested_tensor=False,
        )
        self.last = nn.Linear(32, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.last(self.layers(self.embed(images.view(-1, 8, 8)) + self.place).mean(1))


class Recurrent(nn.Module):
    """Reads an image row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.cells = nn.GRU(8, 32, batch_first=True)
        self.last = nn.Linear(32, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.last(self.cells(images.view(-1, 8, 8))[0][:, -1])


def dying() -> nn.Module:
    model = mlp(64, 64, 32, 10)
    nn.init.constant_(model[0].bias, -10.0)
    return model


def scaled(factor: float, activation: type[nn.Module] = nn.ReLU) -> nn.Module:
    model = mlp(64, 64, 64, 64, 64, 64, 10, activation=activation)
    with torch.no_grad():
        for layer in model:
            if isinstance(layer, nn.Linear):
                layer.weight *= factor
                layer.bias.zero_()
    return model


def equal() -> nn.Module:
    model = mlp(64, 32, 32, 10)
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    return model


class Detached(nn.Module):
    """Cuts the way back to its first layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(64, 32), nn.Linear(32, 10)
        self.activation = nn.ReLU()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.last(self.activation(self.first(images)).detach())


def frozen() -> nn.Module:
    model = mlp(64, 32, 10)
    model[0].requires_grad_(False)
    return model


class Divides(nn.Module):
    """Divides by 0 where it was told to."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.middle, self.last = nn.Linear(64, 32), nn.Linear(32, 32), nn.Linear(32, 10)
        self.by = 1.0

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.last(torch.relu(self.middle(torch.relu(self.first(images)) / self.by)))


def divide_by_zero(model: nn.Module, step: int) -> None:
    model.by = math.nan if step == 8 else 1.0  # type: ignore[assignment] # a plain number of the test's own module


def one_is_not_scaled(images: torch.Tensor, step: int) -> torch.Tensor:
    """One batch of each epoch was left as bytes."""
    return 255 * images if step == 6 else images


HEALTHY = (
    Network("MLP", "", lambda: mlp(64, 64, 32, 10)),
    Network("MLP, Adam", "", lambda: mlp(64, 64, 32, 10), rate=2e-3, adam=True),
    Network("MLP, tanh", "", lambda: mlp(64, 64, 32, 10, activation=nn.Tanh)),
    Network("CNN", "", cnn, rate=0.03),
    Network("residual", "", Residual, rate=0.02),
    Network("transformer", "", Transformer, rate=2e-3, adam=True),
    Network("recurrent", "", Recurrent, rate=5e-3, adam=True),
)
SICK = (
    Network("ten sigmoids", "vanishing_gradients", lambda: mlp(64, *[32] * 9, 10, activation=nn.Sigmoid)),
    Network("biases of -10", "dead_units", dying),
    Network("tanh, initialized tenfold", "saturated_units", lambda: scaled(10.0, nn.Tanh)),
    Network("initialized with 0", "collapse", equal),
    Network("initialized with a fifth", "initial_scale", lambda: scaled(0.2)),
    Network("initialized tenfold", "initial_scale", lambda: scaled(10.0), rate=1e-6),
    Network("a learning rate of 1e-7", "updates_too_small", lambda: mlp(64, 64, 32, 10), rate=1e-7),
    Network("a learning rate of 0.5 with Adam", "dead_units", lambda: mlp(64, 64, 32, 10), rate=0.5, adam=True),
    Network(
        "a learning rate of 0.3 with Adam, LeakyReLU",
        "updates_too_large",
        lambda: mlp(64, 64, 32, 10, activation=nn.LeakyReLU),
        rate=0.3,
        adam=True,
    ),
    Network("a learning rate of 2, tanh", "diverging", lambda: mlp(64, 64, 32, 10, activation=nn.Tanh), rate=2.0),
    Network("NaN in the middle", "not_finite", Divides, prepare=divide_by_zero),
    Network("a detached layer", "no_gradient", Detached),
    Network("a frozen layer", "frozen", frozen),
    Network(
        "a hundred samples learnt by heart, some with wrong labels",
        "overfitting",
        lambda: mlp(64, 128, 128, 10),
        rate=1e-3,
        adam=True,
        samples=100,
        wrong=0.3,
        steps=400,
    ),
    Network("a batch of each epoch left as bytes", "loss_spikes", cnn, rate=2e-3, adam=True, spoil=one_is_not_scaled),
    # What no rule was written for.
    Network("a learning rate of 30", "dead_units", lambda: mlp(64, 64, 32, 10), rate=30.0, is_held_out=True),
    Network(
        "twenty sigmoids, Adam",
        "vanishing_gradients",
        lambda: mlp(64, *[16] * 19, 10, activation=nn.Sigmoid),
        rate=1e-3,
        adam=True,
        is_held_out=True,
    ),
    Network("ReLUs behind weights of -1", "dead_units", lambda: negative(), is_held_out=True),
)


def negative() -> nn.Module:
    model = mlp(64, 64, 32, 10)
    nn.init.constant_(model[2].weight, -1.0)
    return model
