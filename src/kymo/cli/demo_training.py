"""The demo's training process: a multilayer perceptron on scikit-learn's handwritten digits, paced for a spectator.

Run by `kymo demo` as a process of its own, as a user's training would be; it knows nothing of the dashboard.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kymo.writer import SummaryWriter

EPOCHS = 100
# Seconds an epoch takes when a person watches: 100 epochs in a minute and a half.
PACED_EPOCH_SECONDS = 0.9
BATCH_SIZE = 64


def train(log_dir: str, epochs: int, epoch_seconds: float) -> None:
    """Trains and logs loss for each batch and epoch, and validation loss and accuracy for each epoch."""
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
    step = 0
    best = 0.0
    with SummaryWriter(log_dir) as writer, _progress(epochs) as report:
        writer.add_text("notes", _NOTES.format(epochs=epochs, batch=BATCH_SIZE, images=len(train_x)))
        for epoch in range(1, epochs + 1):
            model.train()
            total = 0.0
            order = torch.split(torch.randperm(len(train_x)), BATCH_SIZE)
            for pause, batch in _paced(order, epoch_seconds):
                loss = criterion(model(train_x[batch]), train_y[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                step += 1
                total += loss.item() * len(batch)
                writer.add_scalar("train/loss", loss, step)
                time.sleep(pause)
            model.eval()
            with torch.no_grad():
                scores = model(val_x)
                accuracy = (scores.argmax(dim=1) == val_y).float().mean().item()
                writer.add_scalar("val/loss", criterion(scores, val_y), step)
            writer.add_scalar("train/loss/epoch", total / len(train_x), step)
            writer.add_scalar("val/accuracy", accuracy, step)
            writer.add_scalar("learning_rate", scheduler.get_last_lr()[0], step)
            writer.add_scalar("epoch", epoch, step)
            scheduler.step()
            best = max(best, accuracy)
            report(epoch, total / len(train_x), accuracy, best)


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


def _paced(batches: tuple[Any, ...], epoch_seconds: float) -> Iterator[tuple[float, Any]]:
    """Yields each batch with the pause after it that makes the epoch last as long as it should."""
    begin = time.monotonic()
    for index, batch in enumerate(batches, start=1):
        due = begin + epoch_seconds * index / len(batches)
        yield max(0.0, due - time.monotonic()), batch


@contextmanager
def _progress(epochs: int) -> Iterator[Any]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[values]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as progress:
        task = progress.add_task("training", total=epochs, values="")

        def report(epoch: int, loss: float, accuracy: float, best: float) -> None:
            progress.update(task, completed=epoch, values=f"loss {loss:.4f}  accuracy {accuracy:.3f}  best {best:.3f}")

        yield report


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
    options = parser.parse_args(arguments)
    # A process that is still starting ends by SIGTERM without a word; from here on its end is an orderly one.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        train(options.log_dir, options.epochs, 0.0 if options.fast else PACED_EPOCH_SECONDS)
    except KeyboardInterrupt:
        print("Training was interrupted; what was logged is kept.", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        print(f"kymo demo needs {error.name}, which is not installed: pip install 'kymo[demo]'.", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"kymo demo cannot record its run ({error}): give --logdir a directory to write in.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
