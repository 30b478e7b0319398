"""The loops around one training step that run_step.py compares: the step by hand, in a kymo.Run, in two frameworks."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset

CLASSES = 10
IMAGE = (1, 28, 28)
DIFFERENT = 100  # batches, which come again


class Training(NamedTuple):
    """What is trained, on what, and for how many epochs: the same for each loop."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    loader: DataLoader[Any]
    epochs: int

    def step(self, images: Tensor, labels: Tensor) -> Tensor:
        self.optimizer.zero_grad()
        loss = cross_entropy(self.model(images), labels)
        loss.backward()
        self.optimizer.step()
        return loss


class Batches(Dataset[Any]):
    """The batches of an epoch.

    Args:
        size: Images of a batch.
        steps: How many there are.
        before: Is called with the number of a batch before it is given out.
    """

    def __init__(self, size: int, steps: int, before: Callable[[int], None] | None = None) -> None:
        self.batches = [(torch.rand(size, *IMAGE), torch.randint(CLASSES, (size,))) for _ in range(DIFFERENT)]
        self._steps = steps
        self.before = before

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index: int) -> Any:
        if self.before is not None:
            self.before(index)
        return self.batches[index % DIFFERENT]

    def loader(self) -> DataLoader[Any]:
        return DataLoader(self, batch_size=None)


def network() -> nn.Module:
    """A small convolutional network."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 64),
        nn.ReLU(),
        nn.Linear(64, CLASSES),
    )


def bare(it: Training, _directory: Path) -> None:
    """The loop alone: nothing is logged, nothing is saved."""
    for _ in range(it.epochs):
        for images, labels in it.loader:
            it.step(images, labels)


def kymo_run(it: Training, directory: Path, *, progress: bool = False) -> None:
    """With the loss of each step logged, the best model and `last.pth` saved after each epoch."""
    import kymo

    with kymo.Run(directory, keep=kymo.BestModel("train/loss", "min"), progress=progress) as run:
        run.watch(it.model, it.optimizer)
        for _ in run.epochs(it.epochs):
            for images, labels in run.batches(it.loader):
                loss = it.step(images, labels)
                run.log({"train/loss": loss})


def lightning(it: Training, directory: Path, *, progress: bool = False) -> None:
    """The same in Lightning's Trainer: TensorBoard, and a checkpoint after each epoch."""
    from lightning.pytorch import LightningModule, Trainer
    from lightning.pytorch.callbacks import ModelCheckpoint
    from lightning.pytorch.loggers import TensorBoardLogger

    class Module(LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = it.model

        def training_step(self, batch: tuple[Tensor, Tensor]) -> Tensor:
            images, labels = batch
            loss = cross_entropy(self.model(images), labels)
            self.log("train/loss", loss)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return it.optimizer

    trainer = Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=it.epochs,
        logger=TensorBoardLogger(directory),
        log_every_n_steps=1,
        callbacks=[ModelCheckpoint(directory)],
        enable_progress_bar=progress,
        enable_model_summary=False,
    )
    trainer.fit(Module(), it.loader)


def ignite(it: Training, directory: Path) -> None:
    """The same in an engine of pytorch-ignite: TensorBoard, and a checkpoint after each epoch."""
    from ignite.engine import Engine, Events
    from ignite.handlers import ModelCheckpoint, TensorboardLogger

    def update(_engine: Engine, batch: tuple[Tensor, Tensor]) -> float:
        return it.step(*batch).item()

    engine = Engine(update)
    checkpoint = ModelCheckpoint(directory, "last", n_saved=1)
    engine.add_event_handler(Events.EPOCH_COMPLETED, checkpoint, {"model": it.model, "optimizer": it.optimizer})
    with TensorboardLogger(log_dir=directory / "log") as logger:
        logger.attach_output_handler(
            engine, Events.ITERATION_COMPLETED, tag="train", output_transform=lambda loss: {"loss": loss}
        )
        engine.run(it.loader, max_epochs=it.epochs)


@contextlib.contextmanager
def terminal() -> Iterator[None]:
    """A terminal that what is printed goes to, in which bars are drawn; another process reads it, as ever."""
    shown, printed = os.openpty()
    reader = subprocess.Popen(["cat"], stdin=shown, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(shown)
    try:
        with (
            os.fdopen(printed, "w", encoding="utf-8") as screen,
            contextlib.redirect_stdout(screen),
            contextlib.redirect_stderr(screen),
        ):
            yield
    finally:
        reader.wait()


Loop = Callable[[Training, Path], None]
BARE, BARE_AGAIN = "bare loop", "bare loop, again"
KYMO, KYMO_BAR = "kymo.Run", "kymo.Run, with its progress bar"
LOOPS: dict[str, Loop] = {
    BARE: bare,
    BARE_AGAIN: bare,
    KYMO: kymo_run,
    KYMO_BAR: partial(kymo_run, progress=True),
    "Lightning": lightning,
    "ignite": ignite,
}
