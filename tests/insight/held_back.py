"""A training that is held back on purpose: python held_back.py DIRECTORY SECONDS '{"workers": 1, "decode": 0.02}'."""

import json
import sys
import threading
import time
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

import kymo


def work(seconds: float) -> None:
    """Keeps a core busy, for so much of its time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class Samples(Dataset[Any]):
    """Each takes some time of a core, and some of waiting."""

    def __init__(self, decode: float, fetch: float) -> None:
        self._decode, self._fetch = decode, fetch

    def __len__(self) -> int:
        return 1_000_000

    def __getitem__(self, index: int) -> torch.Tensor:
        time.sleep(self._fetch)
        work(self._decode)
        return torch.zeros(1)


def main(directory: str, seconds: float, *, workers: int, step: float, decode: float, fetch: float, log: int) -> None:
    torch.set_num_threads(1)
    torch.utils.data.dataloader.warnings.simplefilter("ignore")
    ends = time.monotonic() + seconds
    loader = DataLoader(Samples(decode, fetch), batch_size=1, num_workers=workers)
    numbers = {f"train/metric_{number}": 1.0 for number in range(log)}
    with kymo.Run(directory, progress=False) as run:
        for _ in run.epochs(1):
            for _ in run.batches(loader):
                work(step)
                run.log(numbers)
                if time.monotonic() > ends:
                    break
    assert threading.active_count() < 20


if __name__ == "__main__":
    given = {"workers": 0, "step": 0.01, "decode": 0.0, "fetch": 0.0, "log": 1, **json.loads(sys.argv[3])}
    main(sys.argv[1], float(sys.argv[2]), **given)
