"""Datasets that take their time in a known way; worker processes that are spawned import them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Dataset, IterableDataset


def burn(seconds: float) -> None:
    """Keeps a core busy for so much CPU time."""
    ends = time.thread_time() + seconds
    while time.thread_time() < ends:
        sum(range(200))


class Sleeping(Dataset[Any]):
    """Each sample waits."""

    def __init__(self, count: int = 40, seconds: float = 0.002) -> None:
        self.count, self.seconds = count, seconds

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Any:
        time.sleep(self.seconds)
        return torch.tensor(float(index))


class Burning(Sleeping):
    """Each sample is worked on."""

    def __getitem__(self, index: int) -> Any:
        burn(self.seconds)
        return torch.tensor(float(index))


class Lists(Sleeping):
    """Gives the samples of a batch together."""

    def __getitems__(self, indices: list[int]) -> list[Any]:
        time.sleep(self.seconds * len(indices))
        return [torch.tensor(float(index)) + 1000 for index in indices]


class Streamed(IterableDataset[Any]):
    """Samples as they come, a part of them for each worker."""

    def __init__(self, count: int = 40) -> None:
        self.count = count
        self.transform: Any = Compose([Slow(), Twice()])

    def __iter__(self) -> Iterator[Any]:
        info = torch.utils.data.get_worker_info()
        first, step = (info.id, info.num_workers) if info is not None else (0, 1)
        for number in range(first, self.count, step):
            yield self.transform(torch.tensor(float(number)))


class Compose:
    """As torchvision's."""

    def __init__(self, transforms: list[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, sample: Any) -> Any:
        for transform in self.transforms:
            sample = transform(sample)
        return sample


class Slow:
    """A transform that takes long."""

    def __init__(self, seconds: float = 0.003) -> None:
        self.seconds = seconds

    def __call__(self, sample: Any) -> Any:
        time.sleep(self.seconds)
        return sample


class Twice:
    """A transform that takes no time."""

    def __call__(self, sample: Any) -> Any:
        return sample * 2


class Noise:
    """A transform that draws random numbers."""

    def __call__(self, sample: Any) -> Any:
        return sample + torch.rand(())


class Transformed(Sleeping):
    """Each sample waits a little and is transformed."""

    def __init__(self, transform: Any, count: int = 40, seconds: float = 0.001) -> None:
        super().__init__(count, seconds)
        self.transform = transform

    def __getitem__(self, index: int) -> Any:
        return self.transform(super().__getitem__(index))


class Files(Sleeping):
    """Each sample is read from a file."""

    def __init__(self, path: Path, count: int = 40) -> None:
        super().__init__(count)
        self.path = path

    def __getitem__(self, index: int) -> Any:
        time.sleep(0.001)
        return torch.tensor(float(len(self.path.read_bytes())))


class Failing(Sleeping):
    """One sample cannot be had."""

    def __getitem__(self, index: int) -> Any:
        if index == 5:
            raise KeyError("no such sample")
        return super().__getitem__(index)


def slow_collate(samples: list[Any]) -> Any:
    """Takes longer than all samples do."""
    time.sleep(0.02)
    return torch.stack(samples)


class Marking:
    """A `worker_init_fn` that leaves a file."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __call__(self, worker: int) -> None:
        (self.directory / f"{worker}-{os.getpid()}").touch()
