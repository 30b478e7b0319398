"""A training that goes on until it is stopped: `python steered_training.py DIRECTORY [--resume] [--fail] [--quiet]`."""

import argparse
import sys
import time

import torch

import kymo


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--epochs", type=int, default=10_000)
    parser.add_argument("--fail", action="store_true", help="ends in an exception after an epoch")
    parser.add_argument("--batch", type=float, default=0.02, help="seconds that a batch takes")
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    keep = kymo.BestModel("val/loss")
    stop = [kymo.EarlyStopping("val/loss", patience=5000), kymo.MaxTime("10m")]
    config = {"lr": 0.01, "width": 1}
    with kymo.Run(options.directory, config=config, stop=stop, keep=keep, resume=options.resume) as run:
        run.watch(model, optimizer)
        run.offer_validation(lambda: {"val/loss": (model.weight.detach() - 3).abs()})
        for _ in run.epochs(options.epochs):
            for _ in run.batches(range(10)):
                x = torch.randn(8, 1)
                loss = (model(x) - 3 * x).square().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                run.log({"train/loss": loss})
                time.sleep(options.batch)
            with run.validation():
                error = (model.weight.detach() - 3).abs()
            run.log_epoch({"val/loss": error})
            if options.fail:
                raise RuntimeError("the loader's disk is gone")
    assert run.outcome is not None
    return run.outcome.exit_code


if __name__ == "__main__":
    sys.exit(main())
