"""Trainings that end as they are told to.

Each line of the input is a run directory and how the training in it shall end. It is answered with the training's
process id, and once that has ended with its exit code; what the training says is in a file beside the directory.
"""

import os
import sys
import time

import torch
from torch import nn

import kymo

SECONDS = 2.0  # of a training that is limited: it says that it goes on long before, on a slow machine, too
STOPS = {
    "early_stopping": lambda: [kymo.EarlyStopping("val/loss", patience=2)],
    "target_reached": lambda: [kymo.EarlyStopping("val/loss", patience=5, stopping_threshold=2.0)],
    "max_time": lambda: [kymo.MaxTime(SECONDS)],
    "deadline": lambda: [kymo.Deadline(_soon())],
    "diverged": lambda: [kymo.Diverged("train/loss")],
}


def _soon() -> object:
    from datetime import UTC, datetime, timedelta

    return datetime.now(UTC) + timedelta(seconds=SECONDS)


def main(directory: str, how: str) -> int:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    stop = STOPS.get(how, list)()
    keep = kymo.BestModel("val/loss", "min")
    epochs = 3 if how == "completed" else 10_000
    with kymo.Run(directory, config={"how": how}, stop=stop, keep=keep) as run:
        run.watch(model, optimizer)
        for epoch in run.epochs(epochs):
            for x in run.batches(torch.randn(4, 8, 4)):
                loss = model(x).square().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                run.log({"train/loss": loss if how != "diverged" or run.step < 6 else loss * float("nan")})
                time.sleep(0.005)
                if how == "error" and run.step == 9:
                    raise RuntimeError("the loader's disk is gone")
                if run.step == 5:
                    print("goes on", flush=True)
            if how == "break" and epoch == 2:
                break
            with run.validation():
                score = {"target_reached": 5.0 - epoch, "early_stopping": 1.0 + epoch}.get(how, 1 / epoch)
            run.log_epoch({"val/loss": score})
    assert run.outcome is not None
    return run.outcome.exit_code


def trained_apart(directory: str, how: str) -> int:
    """The exit code of a training in a process of its own. One that is forked off need not import torch again."""
    child = os.fork()
    if child == 0:
        said = os.open(f"{directory}.txt", os.O_WRONLY | os.O_CREAT)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.exit(main(directory, how))
    print(child, flush=True)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    # What torch imports late is imported here.
    torch.optim.SGD([torch.zeros(1, requires_grad=True)]).step()
    for line in sys.stdin:
        print(trained_apart(*line.split()), flush=True)
