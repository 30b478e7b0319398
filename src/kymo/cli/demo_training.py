"""The demo's training process: a multilayer perceptron on scikit-learn's handwritten digits, paced for a spectator.

Run by `kymo demo` as a process of its own, as a user's training would be; it knows nothing of the dashboard.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from kymo.cli.demo_errors import trained
from kymo.train.checkpoints import BestModel
from kymo.train.run import Run
from kymo.train.stopping import MaxTime

EPOCHS = 100
# Seconds an epoch takes when a person watches: 100 epochs in a minute and a half.
PACED_EPOCH_SECONDS = 0.9
BATCH_SIZE = 64


def train(log_dir: str, epochs: int, epoch_seconds: float, *, resume: bool = False) -> int:
    """Trains, logs loss for each batch and epoch, and validation loss and accuracy for each epoch, and keeps the best.

    Returns:
        The exit code that stands for how the training ended.
    """
    import torch
    from torch import nn

    torch.manual_seed(0)
    torch.set_num_threads(1)  # batches this small cost more to share out than to compute
    train_x, train_y, val_x, val_y = _digits()
    model = nn.Sequential(
        nn.Linear(64, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)
    )
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    config = {"batch_size": BATCH_SIZE, "lr": 0.05, "momentum": 0.9, "weight_decay": 1e-4, "epochs": epochs}

    def validate() -> dict[str, torch.Tensor]:
        model.eval()
        with torch.no_grad():
            scores = model(val_x)
            accuracy = (scores.argmax(dim=1) == val_y).float().mean()
            return {"val/loss": criterion(scores, val_y), "val/accuracy": accuracy}

    with Run(log_dir, config=config, stop=[MaxTime("10m")], keep=BestModel("val/accuracy"), resume=resume) as run:
        run.watch(model, optimizer, scheduler)
        run.offer_validation(validate)
        run.writer.add_text("notes", _NOTES.format(epochs=epochs, batch=BATCH_SIZE, images=len(train_x)))
        for _ in run.epochs(epochs):
            model.train()
            order = torch.split(torch.randperm(len(train_x)), BATCH_SIZE)
            begin = time.monotonic()
            for number, batch in enumerate(run.batches(order), start=1):
                loss = criterion(model(train_x[batch]), train_y[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                run.log({"train/loss": loss})
                time.sleep(max(0.0, begin + epoch_seconds * number / len(order) - time.monotonic()))
            with run.validation():
                numbers = validate()
            run.log_epoch(numbers, learning_rate=scheduler.get_last_lr()[0])
            scheduler.step()
    assert run.outcome is not None
    return run.outcome.exit_code


def _digits() -> tuple[Any, Any, Any, Any]:
    """Returns train images (float32 [1347, 64], 0 to 1), train labels, validation images, validation labels."""
    import torch
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    digits = load_digits()
    images = torch.tensor(digits.data, dtype=torch.float32) / 16
    labels = torch.tensor(digits.target)
    train_x, val_x, train_y, val_y = train_test_split(images, labels, test_size=0.25, random_state=0, stratify=labels)
    return train_x, train_y, val_x, val_y


_NOTES = """\
**Handwritten digits**: 1797 images of 8 × 8 pixels, from scikit-learn.

| | |
|---|---|
| model | multilayer perceptron 64 – 128 – 64 – 10, ReLU, dropout 0.2 |
| optimizer | SGD, learning rate 0.05 with cosine decay, momentum 0.9 |
| data | {images} images to train on, batches of {batch} |
| epochs | {epochs} |
"""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="kymo demo training", description=__doc__)
    parser.add_argument("log_dir")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--fast", action="store_true", help="train at full speed")
    parser.add_argument("--resume", action="store_true", help="go on where the run was stopped")
    options = parser.parse_args(arguments)
    pace = 0.0 if options.fast else PACED_EPOCH_SECONDS
    return trained(lambda: train(options.log_dir, options.epochs, pace, resume=options.resume))


if __name__ == "__main__":
    sys.exit(main())
