"""A training with data-loading workers, as a process that signals are sent to.

python worker_training.py START_METHOD SHIELD: prints "started", then how it has ended.
"""

from __future__ import annotations

import sys
import time

import torch
from torch.utils.data import DataLoader, Dataset

from kymo import Progress, StopSignals
from kymo.train.stopping import shield_workers


class Slow(Dataset[torch.Tensor]):
    def __len__(self) -> int:
        return 100_000

    def __getitem__(self, index: int) -> torch.Tensor:
        time.sleep(0.001)
        return torch.tensor(index)


def loader(method: str, shield: str) -> DataLoader[torch.Tensor]:
    made = DataLoader(Slow(), batch_size=4, num_workers=1, multiprocessing_context=method)
    if shield == "by kymo":
        shield_workers(made)
    return made


def main(method: str, shield: str) -> None:
    torch.set_num_threads(1)
    after = 0
    with StopSignals() as stop:
        for step, _ in enumerate(loader(method, shield), start=1):
            if step == 4:
                print("started", flush=True)
            # Some batches more, so that a worker that has died is missed.
            after += stop.requested is not None
            if after > 40 and (fired := stop.after_batch(Progress(step=step))):
                print(fired.reason, flush=True)
                break


if __name__ == "__main__":
    main(*sys.argv[1:])
