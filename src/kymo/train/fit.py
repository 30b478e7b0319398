"""`fit`: the whole cycle of a training in one call."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kymo.train.checkpoints.best_model import BestModel
from kymo.train.fitting import Fitting, Precision
from kymo.train.history import History
from kymo.train.run import Run
from kymo.train.stopping.condition import StopCondition

if TYPE_CHECKING:
    import torch
    from torch import nn
    from torch.optim import Optimizer


def fit(
    model: nn.Module,
    train_loader: Iterable[Any],
    val_loader: Iterable[Any] | None = None,
    *,
    criterion: Callable[[Any, Any], torch.Tensor],
    optimizer: Optimizer,
    epochs: int,
    metrics: Mapping[str, Any] | None = None,
    scheduler: Any = None,
    stop: Iterable[StopCondition] = (),
    monitor: str | None = None,
    mode: str = "auto",
    log_dir: str | os.PathLike[str] | None = None,
    config: Any = None,
    device: torch.device | str | None = None,
    precision: Precision = "float32",
    accumulate: int = 1,
    clip_norm: float | None = None,
    resume: bool = False,
    progress: bool = True,
) -> History:
    """Trains a model: trains and validates epoch by epoch, keeps the best model, stops, and loads the best one back.

    Logs `train/loss` for each batch, and for each epoch its mean, `val/loss`, `val/<metric>` and `learning_rate`.

    Args:
        model: The model; it is moved to the device.
        train_loader: Gives pairs of inputs and targets.
        val_loader: The same, to validate with.
        criterion: The loss of the model's outputs and the targets: a tensor of one element, a mean over the batch.
        optimizer: The optimizer of the model's parameters.
        epochs: How many epochs at the most.
        metrics: By name, what else to measure in a validation: functions of outputs and targets whose mean over the
            samples counts, or objects with `update`, `compute` and `reset`, such as those of torchmetrics.
        scheduler: A scheduler of the learning rate, stepped after each epoch; one that wants a metric gets `monitor`.
        stop: Stop conditions.
        monitor: What the best model is known by: `val/loss`, or without a validation `train/loss`.
        mode: "min" or "max"; "auto" tells by the name.
        log_dir: The run directory; by default `runs/<date>-<time>`.
        config: What the run is made with, kept in `run.json`.
        device: Where to train; by default a GPU if there is one.
        precision: "float16" and "bfloat16" compute in mixed precision.
        accumulate: Batches whose gradients make one step of the optimizer. A run that is resumed in the middle of an
            epoch begins to collect anew.
        clip_norm: The norm that gradients are clipped to.
        resume: Whether to go on where the run of `log_dir` stopped.
        progress: Whether to show how it goes on.

    Returns:
        What each epoch came to, by name, and the outcome.

    Raises:
        ValueError: `accumulate` is below 1, `precision` is none of these, or the name does not tell `mode`.
        CheckpointError: The run is resumed and its checkpoint does not fit.

    Example:
        >>> import kymo, tempfile, torch
        >>> model, data = torch.nn.Linear(1, 1), [(torch.ones(4, 1), torch.zeros(4, 1))]
        >>> sgd, mse = torch.optim.SGD(model.parameters(), lr=0.1), torch.nn.functional.mse_loss
        >>> directory = tempfile.TemporaryDirectory()
        >>> history = kymo.fit(model, data, data, criterion=mse, optimizer=sgd, epochs=9, log_dir=directory.name)
        All 9 epochs are done. ...
        >>> len(history["train/loss"]), history["val/loss"][-1] < 0.1, history.outcome.reason
        (9, True, 'completed')
        >>> directory.cleanup()
    """
    fitting = Fitting(model, criterion, optimizer, scheduler, metrics or {}, device, precision, accumulate, clip_norm)
    best = BestModel(monitor or ("train/loss" if val_loader is None else "val/loss"), mode)
    history = History()
    log_dir = log_dir or time.strftime("runs/%Y%m%d-%H%M%S")
    with Run(log_dir, config=config, stop=stop, keep=best, resume=resume, progress=progress) as run:
        fitting.cycle(run, history, train_loader, val_loader, epochs, best.monitor)
    history.outcome = run.outcome
    if best.best is not None:
        best.load(model)
    return history
