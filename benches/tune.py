"""How near `kymo.tune` comes to the best of all settings, on three data sets made from what scikit-learn ships.

python benches/tune.py

Exhaustive search measures every number of workers up to the cores, with each prefetch factor, several times in turns;
what `tune` advises is then held against its best by their rates there.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from report import Row, budget, versions, write
from sklearn.datasets import load_breast_cancer, load_digits
from torch.utils.data import DataLoader, Dataset, TensorDataset

import kymo
from kymo.probe.host.cgroup import Cgroup, usable_cores
from kymo.train.tuning.loaders import like
from kymo.train.tuning.measuring import measured
from kymo.train.tuning.setting import Setting

TUNE_SECONDS = 20.0
SLICE_SECONDS = 1.0
ROUNDS = 4
PREFETCH = (2, 4, 8)
WORST = 0.9  # of the best rate


class Images(Dataset[Any]):
    """Digits as PNG files, decoded, turned and made larger."""

    def __init__(self, directory: Path) -> None:
        digits = load_digits()
        self._paths = [directory / f"{number}.png" for number in range(len(digits.images))]
        for path, pixels in zip(self._paths, digits.images, strict=True):
            Image.fromarray((pixels * 15).astype(np.uint8)).resize((64, 64)).save(path)

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, index: int) -> torch.Tensor:
        image = Image.open(self._paths[index]).rotate(random.uniform(-10, 10), Image.Resampling.BICUBIC)
        return torch.from_numpy(np.array(image.resize((96, 96)), np.float32))


class Mapped(Dataset[Any]):
    """Rows of a memory-mapped array."""

    def __init__(self, directory: Path) -> None:
        path = directory / "rows.npy"
        np.save(path, np.tile(load_digits().data.astype(np.float32), (8, 64)))
        self._rows = np.load(path, mmap_mode="r")

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> torch.Tensor:
        return torch.from_numpy(np.array(self._rows[index]))


def table() -> Dataset[Any]:
    """A table that is in memory."""
    cancer = load_breast_cancer()
    return TensorDataset(torch.tensor(cancer.data, dtype=torch.float32), torch.tensor(cancer.target))


def searched(loader: Any, advised: Setting) -> dict[Setting, float]:
    """The median rate of every setting, and of the one that was advised."""
    cores = int(usable_cores(Cgroup()))
    counts = [Setting(0), *(Setting(workers, ahead) for workers in range(1, cores + 1) for ahead in PREFETCH)]
    counts += [] if advised in counts else [advised]
    rates: dict[Setting, list[float]] = {setting: [] for setting in counts}
    for _ in range(ROUNDS):
        for setting in random.sample(counts, len(counts)):
            rates[setting].append(measured(like(loader, setting), SLICE_SECONDS, 0.0).batches_per_second)
    return {setting: statistics.median(found) for setting, found in rates.items()}


def row(name: str, dataset: Any) -> Row:
    loader = DataLoader(dataset, batch_size=64, shuffle=True)
    tuning = kymo.tune(loader, seconds=TUNE_SECONDS, progress=False)
    advised = Setting(tuning.best["num_workers"], tuning.best.get("prefetch_factor", 2))
    rates = searched(loader, advised)
    best = max(rates, key=lambda setting: rates[setting])
    return {
        "data": name,
        "advised": str(advised),
        "batches/s": round(rates[advised], 1),
        "best of all": str(best),
        "its batches/s": round(rates[best], 1),
        "advised / best": round(rates[advised] / rates[best], 3),
        "gain": round(rates[advised] / rates[Setting(0)], 2),
        "gain as told": round(tuning.gain, 2),
    }


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as directory:
        made = {
            "digits as PNG files": Images(Path(directory)),
            "a memory-mapped array": Mapped(Path(directory)),
            "a table in memory": table(),
        }
        rows = [row(name, dataset) for name, dataset in made.items()]
    nearness = [(each["data"], float(each["advised / best"] or 0)) for each in rows]
    budgets = [
        budget(f"best of all settings / what kymo.tune advises, {name}", 1 / near, 1 / WORST) for name, near in nearness
    ]
    notes = [
        f"`kymo.tune` has {TUNE_SECONDS:.0f} s. Then every setting is measured {ROUNDS} times for {SLICE_SECONDS:g} s,"
        " in an order that is drawn, and counts by its median.",
        versions("torch", "scikit-learn", "pillow"),
    ]
    write("tune", [*rows, *budgets], notes)


if __name__ == "__main__":
    main()
