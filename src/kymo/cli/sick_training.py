"""The training process of `kymo demo --sick`: a network that cannot learn the handwritten digits, or its mended twin.

Run as a process of its own, as a user's training would be; it knows nothing of the dashboard.
"""

from __future__ import annotations

import argparse
import sys
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

from kymo.cli.demo_errors import trained
from kymo.cli.sickness import SICKNESSES, Sickness
from kymo.train.run import Run
from kymo.train.stopping import MaxTime

_BATCH_SIZE = 32
_MOST_EPOCHS = 10_000
_BUDGET = 0.2  # of the time: the demo is short, and is there to be looked into
_RATE, _MUCH_TOO_HIGH = 0.05, 2.0
_DEEP, _SHALLOW = (64, *[32] * 9, 10), (64, 64, 32, 10)


def train(log_dir: Path, sickness: Sickness, seconds: float, *, is_mended: bool) -> int:
    """Trains for so many seconds.

    Args:
        log_dir: The run directory.
        sickness: Gradients that vanish in ten layers of sigmoids, units that are dead from the start, or a learning
            rate that is much too high.
        seconds: How long.
        is_mended: Whether it is mended: with a few layers, usual biases, and a usual learning rate.

    Returns:
        The exit code that stands for how the training ended.
    """
    import torch
    from sklearn.datasets import load_digits

    torch.manual_seed(0)
    digits = load_digits()
    images, labels = torch.tensor(digits.data, dtype=torch.float32) / 16, torch.tensor(digits.target)
    model = _network(sickness, is_mended=is_mended)
    rate = _MUCH_TOO_HIGH if sickness == "diverging" and not is_mended else _RATE
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    criterion = torch.nn.CrossEntropyLoss()
    config = {"sickness": sickness, "mended": is_mended, "lr": rate}
    with Run(log_dir, config=config, stop=[MaxTime(seconds)]) as run:
        run.watch(model, optimizer, budget=_BUDGET)
        for _ in run.epochs(_MOST_EPOCHS):
            for batch in run.batches(torch.randperm(1400).split(_BATCH_SIZE)):  # type: ignore[no-untyped-call] # torch's
                loss = criterion(model(images[batch]), labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                run.log({"train/loss": loss})
            with run.validation(), torch.no_grad():
                scores = model(images[1400:])
            run.log_epoch({"val/accuracy": (scores.argmax(1) == labels[1400:]).float().mean()})
    assert run.outcome is not None
    return run.outcome.exit_code


def _network(sickness: Sickness, *, is_mended: bool) -> Any:
    from torch import nn

    is_deep = sickness == "vanishing" and not is_mended
    # Behind ReLUs such a rate kills the units, and the loss stays where it began; a tanh lets it grow.
    activation = nn.Sigmoid if is_deep else nn.Tanh if sickness == "diverging" else nn.ReLU
    layers = [(nn.Linear(wide, narrow), activation()) for wide, narrow in pairwise(_DEEP if is_deep else _SHALLOW)]
    if sickness == "dead" and not is_mended:
        nn.init.constant_(layers[0][0].bias, -10.0)
    return nn.Sequential(*chain.from_iterable(layers))[:-1]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="kymo demo training", description=__doc__)
    parser.add_argument("log_dir", type=Path)
    parser.add_argument("sickness", choices=SICKNESSES)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--mended", action="store_true")
    options = parser.parse_args(arguments)
    return trained(lambda: train(options.log_dir, options.sickness, options.seconds, is_mended=options.mended))


if __name__ == "__main__":
    sys.exit(main())
