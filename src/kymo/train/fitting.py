"""How `fit` trains: an epoch, a validation, a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from kymo.train.batch_device import tensors_of, to_device
from kymo.train.history import History
from kymo.train.run import Run

if TYPE_CHECKING:
    import torch
    from torch import nn
    from torch.optim import Optimizer

Precision = Literal["float32", "float16", "bfloat16"]


@dataclass
class Fitting:
    """A model with all that trains it; see `fit` for what each of them is.

    Raises:
        ValueError: `accumulate` is below 1, or `precision` is none of the three.
    """

    model: nn.Module
    criterion: Callable[[Any, Any], torch.Tensor]
    optimizer: Optimizer
    scheduler: Any
    metrics: Mapping[str, Any]
    device: torch.device | str | None
    precision: Precision
    accumulate: int
    clip_norm: float | None

    def __post_init__(self) -> None:
        import torch

        if self.accumulate < 1:
            raise ValueError(f"accumulate is {self.accumulate}: give 1 or more batches for each step.")
        if self.precision not in get_args(Precision):
            named = ", ".join(map(repr, get_args(Precision)))
            raise ValueError(f"precision is {self.precision!r}: give one of {named}.")
        self._device = torch.device(self.device or _best_device())
        self._scaler = torch.amp.GradScaler(self._device.type, enabled=self.precision == "float16")
        self.model.to(self._device)

    def cycle(
        self,
        run: Run,
        history: History,
        train_loader: Iterable[Any],
        val_loader: Iterable[Any] | None,
        epochs: int,
        monitor: str,
    ) -> None:
        """Trains and validates, epoch by epoch, until the run ends, and adds what each epoch came to."""
        run.watch(self.model, self.optimizer, self.scheduler, scaler=self._scaler, history=history)
        if val_loader is not None:
            run.offer_validation(lambda: self.validate(val_loader))
        for _ in run.epochs(epochs):
            self.train(run, train_loader)
            scores = {"learning_rate": float(self.optimizer.param_groups[0]["lr"])}
            if val_loader is not None:
                with run.validation():
                    scores |= self.validate(val_loader)
            numbers = {**run.epoch_means(), **scores}
            run.log_epoch(scores)
            history.add(numbers)
            self._schedule(numbers, monitor)

    def train(self, run: Run, loader: Iterable[Any]) -> None:
        """Trains for one epoch."""
        self.model.train()
        number = 0
        batches = run.batches(loader, self._device, prefetch=True)
        for number, (inputs, targets) in enumerate(batches, start=1):
            with self._precise():
                loss = self.criterion(self.model(inputs), targets)
            self._scaler.scale(loss / self.accumulate).backward()  # type: ignore[no-untyped-call] # torch's
            if number % self.accumulate == 0:
                self._step()
            run.log({"train/loss": loss})
        if number % self.accumulate:
            self._step()

    def validate(self, loader: Iterable[Any]) -> dict[str, float]:
        """The loss and the metrics over all samples of a loader, as `val/loss` and `val/<metric>`.

        A mean over batches is weighted by the samples of each, so that a small last batch counts for what it is.
        """
        import torch

        objects = {name: metric for name, metric in self.metrics.items() if hasattr(metric, "compute")}
        means = {"loss": self.criterion, **{name: self.metrics[name] for name in self.metrics if name not in objects}}
        sums: dict[str, Any] = dict.fromkeys(means, 0.0)
        samples = 0
        for metric in objects.values():
            metric.reset()
        self.model.eval()
        with torch.no_grad():
            for batch in loader:
                inputs, targets = to_device(batch, self._device)
                with self._precise():
                    outputs = self.model(inputs)
                    values = {name: measure(outputs, targets) for name, measure in means.items()}
                size = _samples(targets)
                samples += size
                # On the device, which is waited for once, at the end.
                sums = {name: total + values[name] * size for name, total in sums.items()}
                for metric in objects.values():
                    metric.update(outputs, targets)
        averages = {f"val/{name}": float(total) / max(samples, 1) for name, total in sums.items()}
        return {**averages, **{f"val/{name}": float(metric.compute()) for name, metric in objects.items()}}

    def _precise(self) -> AbstractContextManager[Any]:
        """What outputs and losses are computed in."""
        import torch

        dtype = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}[self.precision]
        return torch.autocast(self._device.type, dtype, enabled=dtype is not torch.float32)

    def _step(self) -> None:
        """Changes the model by the gradients so far."""
        if self.clip_norm is not None:
            import torch

            self._scaler.unscale_(self.optimizer)
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.clip_norm)
        self._scaler.step(self.optimizer)
        self._scaler.update()
        self.optimizer.zero_grad()

    def _schedule(self, numbers: Mapping[str, float], monitor: str) -> None:
        if self.scheduler is None:
            return
        from torch.optim.lr_scheduler import ReduceLROnPlateau

        if isinstance(self.scheduler, ReduceLROnPlateau):
            self.scheduler.step(numbers[monitor])
        else:
            self.scheduler.step()


def _best_device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _samples(targets: Any) -> int:
    first = next(tensors_of(targets), None)
    return len(first) if first is not None and first.ndim else 1
