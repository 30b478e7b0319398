"""Small trainings that a test may kill: python training_script.py DIRECTORY

Each line of the input starts one, whose process id is printed; it goes on where the last one stopped, for ever.
"""

import itertools
import os
import sys
from tempfile import TemporaryDirectory

import torch
from torch import nn

from kymo.train.checkpoints.best_model import BestModel
from kymo.train.checkpoints.last_checkpoint import LastCheckpoint
from kymo.train.checkpoints.saver import Saver


def train(directory: str, epochs: int | None = None) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 512), nn.ReLU(), nn.Linear(512, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    saver = Saver()
    best = BestModel("val/loss", "min", path=f"{directory}/bestmodel.pth", saver=saver)
    last = LastCheckpoint(f"{directory}/last.pth", saver=saver, model=model, optimizer=optimizer)
    position = last.restore()
    begin = 0 if position is None else position.epoch
    data = torch.randn(64, 64, generator=torch.Generator().manual_seed(1))
    for epoch in itertools.islice(itertools.count(begin), epochs):
        loss = model(data).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        best.update(loss.detach(), model, epoch=epoch + 1, step=epoch + 1)
        last.save(epoch=epoch + 1, step=epoch + 1)
        if epoch == begin and epochs is None:
            print("goes on", flush=True)
    saver.wait()


if __name__ == "__main__":
    torch.set_num_threads(1)
    with TemporaryDirectory() as directory:
        train(directory, 1)  # what torch imports late is imported once, not in each child
    for _ in sys.stdin:
        if (child := os.fork()) == 0:
            print(os.getpid(), flush=True)
            train(sys.argv[1])
        os.waitpid(child, 0)
