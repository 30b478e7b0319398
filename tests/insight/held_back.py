"""A training that is held back on purpose: python held_back.py DIRECTORY SECONDS '{"workers": 1, "decode": 0.02}'."""

import fcntl
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset

import kymo


@dataclass
class Given:
    """What steps and samples take, in seconds.

    Attributes:
        workers: The loader's `num_workers`.
        step: What the training itself takes.
        decode, fetch: What a sample takes of a core, and of waiting.
        rotate: What a transform takes of a core.
        collate: What putting a batch together takes of a core.
        log: How many numbers are logged at each step.
        slow: What one sample in a hundred takes more, of waiting.
        samples: How many there are in an epoch.
        start: What each worker takes to start, of waiting.
        validation: What the validation takes after each epoch.
        source: "map", an "iterable" dataset, or a "generator" that is no loader.
        locked: Whether samples are fetched one at a time, by all workers together.
        is_ready: Whether all batches are there before: what the training takes without its bottleneck.
    """

    workers: int = 0
    step: float = 0.01
    decode: float = 0.0
    fetch: float = 0.0
    rotate: float = 0.0
    collate: float = 0.0
    log: int = 1
    slow: float = 0.0
    samples: int = 1_000_000
    start: float = 0.0
    validation: float = 0.0
    source: str = "map"
    locked: bool = False
    is_ready: bool = False


def work(seconds: float) -> None:
    """Keeps a core busy, for so much of its time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class Rotate:
    """A transform."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, sample: torch.Tensor) -> torch.Tensor:
        work(self._seconds)
        return sample


class Compose:
    """Transforms, one after the other."""

    def __init__(self, transforms: list[Callable[[torch.Tensor], torch.Tensor]]) -> None:
        self.transforms = transforms

    def __call__(self, sample: torch.Tensor) -> torch.Tensor:
        for transform in self.transforms:
            sample = transform(sample)
        return sample


class Samples(Dataset[Any]):
    """Each takes some time of a core, and some of waiting."""

    def __init__(self, given: Given, lock: Path) -> None:
        self._given = given
        self._lock = lock
        self.transform = Compose([Rotate(given.rotate)])

    def __len__(self) -> int:
        return self._given.samples

    def __getitem__(self, index: int) -> torch.Tensor:
        given = self._given
        if given.locked:
            with self._lock.open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                time.sleep(given.fetch)
        else:
            time.sleep(given.fetch + (given.slow if index % 100 == 99 else 0.0))
        work(given.decode)
        return self.transform(torch.zeros(1))


class Stream(IterableDataset[Any]):
    """The same, one after the other."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def __iter__(self) -> Iterator[torch.Tensor]:
        for index in range(len(self._samples)):
            yield self._samples[index]


def batches_of(given: Given, lock: Path) -> Iterable[Any]:
    """What the training goes over."""
    if given.is_ready:
        return [torch.zeros(1, 1)] * given.samples
    samples = Samples(given, lock)
    if given.source == "generator":
        return (samples[index].unsqueeze(0) for index in range(given.samples))

    def collate(batch: list[torch.Tensor]) -> torch.Tensor:
        work(given.collate)
        return torch.stack(batch)

    dataset = Stream(samples) if given.source == "iterable" else samples

    def start(_: int) -> None:
        time.sleep(given.start)

    return DataLoader(dataset, batch_size=1, num_workers=given.workers, collate_fn=collate, worker_init_fn=start)


def main(directory: str, seconds: float, given: Given) -> None:
    torch.set_num_threads(1)
    torch.utils.data.dataloader.warnings.simplefilter("ignore")
    ends = time.monotonic() + seconds
    numbers = {f"train/metric_{number}": 1.0 for number in range(given.log)}
    with tempfile.TemporaryDirectory() as temporary, kymo.Run(directory, progress=False) as run:
        loader = batches_of(given, Path(temporary) / "lock")
        for _ in run.epochs(1_000_000):
            for _ in run.batches(loader):
                work(given.step)
                run.log(numbers)
                if time.monotonic() > ends:
                    break
            if time.monotonic() > ends:
                break
            with run.validation():
                time.sleep(given.validation)
    assert threading.active_count() < 20


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Given(**json.loads(sys.argv[3])))
