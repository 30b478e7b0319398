"""The training process of `kymo demo --bottleneck`: a small convolutional network on digits that are image files.

Run as a process of its own, as a user's training would be; it knows nothing of the dashboard.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kymo.cli.bottlenecks.recipe import BOTTLENECKS, Recipe, recipe_for
from kymo.cli.demo_errors import trained
from kymo.probe.host.cgroup import Cgroup, usable_cores
from kymo.train.run import Run
from kymo.train.stopping import MaxTime

_BATCH_SIZE = 32
_MOST_EPOCHS = 10_000


def train(log_dir: Path, recipe: Recipe, seconds: float) -> int:
    """Trains for so many seconds.

    Args:
        log_dir: The run directory.
        recipe: How it gets its images.
        seconds: How long.

    Returns:
        The exit code that stands for how the training ended.
    """
    import torch

    from kymo.cli.bottlenecks.transforms import to_batch, turned

    torch.manual_seed(0)
    torch.set_num_threads(1)  # the other cores are the workers'
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = _network().to(device)
    criterion = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    log_dir.parent.mkdir(parents=True, exist_ok=True)
    # Beside the runs: on the disk that they are on, where a directory for temporary files may be memory.
    with (
        tempfile.TemporaryDirectory(prefix=".digits-", dir=log_dir.parent) as images,
        Run(log_dir, config=asdict(recipe), stop=[MaxTime(seconds)]) as run,
    ):
        loader = _loader(Path(images), recipe)
        run.watch(model, optimizer)
        for _ in run.epochs(_MOST_EPOCHS):
            for given, labels in run.batches(loader, device=device):
                batch = to_batch(given)
                loss = criterion(model(turned(batch) if recipe.turns_batches else batch), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                run.log({"train/loss": loss})
    assert run.outcome is not None
    return run.outcome.exit_code


def _network() -> Any:
    from torch import nn

    return nn.Sequential(
        nn.Conv2d(1, 24, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(24, 48, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(48 * 8 * 8, 10),
    )


def _loader(directory: Path, recipe: Recipe) -> Any:
    from torch.utils.data import DataLoader

    from kymo.cli.bottlenecks.digit_files import DigitFiles, store_digits
    from kymo.cli.bottlenecks.transforms import Compose, Distort, Rotate, Shrink, ToBytes, ToStrips

    steps = [
        *((Rotate(),) if recipe.rotates and not recipe.is_raw else ()),
        *((Distort(),) if recipe.distorts else ()),
        Shrink(),
        ToBytes(),
        *((ToStrips(),) if recipe.in_strips else ()),
    ]
    paths, labels = store_digits(directory, recipe.side, recipe.count, is_raw=recipe.is_raw)
    dataset = DigitFiles(paths, labels, Compose(steps), is_cold=recipe.is_raw)
    return DataLoader(
        dataset,  # type: ignore[arg-type] # torch asks for a length and for indices only
        batch_size=_BATCH_SIZE,
        shuffle=True,
        num_workers=recipe.workers,
        persistent_workers=recipe.workers > 0,
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="kymo demo training", description=__doc__)
    parser.add_argument("log_dir", type=Path)
    parser.add_argument("bottleneck", choices=BOTTLENECKS)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--mended", action="store_true")
    options = parser.parse_args(arguments)
    recipe = recipe_for(options.bottleneck, math.floor(usable_cores(Cgroup())), is_mended=options.mended)
    return trained(lambda: train(options.log_dir, recipe, options.seconds))


if __name__ == "__main__":
    sys.exit(main())
