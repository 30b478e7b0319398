"""`Run`: one training run, whose loop stays the user's own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kymo.format.file_names import STOP_FILE
from kymo.train.batch_device import to_device
from kymo.train.checkpoints.best_model import BestModel
from kymo.train.checkpoints.last_checkpoint import Stateful
from kymo.train.epoch_means import EpochMeans
from kymo.train.place import Place
from kymo.train.progress_display import NoDisplay, ProgressDisplay
from kymo.train.run_checkpoints import RunCheckpoints
from kymo.train.run_log import RunLog
from kymo.train.run_record import RunRecord, environment, plain
from kymo.train.run_report import RunReport
from kymo.train.soft_stop import SoftStop
from kymo.train.stopping.condition import Progress, StopCondition
from kymo.train.stopping.duration import Duration, to_seconds
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.outcome import Outcome
from kymo.train.stopping.signals import StopSignals
from kymo.train.stopping.stop_conditions import StopConditions
from kymo.train.stopping.stop_file import StopFile
from kymo.train.stopping.worker_shield import shield_workers
from kymo.train.training_checks import TrainingChecks
from kymo.writer import SummaryWriter

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import torch
    from torch import nn
    from torch.optim import Optimizer


class Run:
    """Records a training, ends it when it should end, keeps the best model, and all that resuming needs.

    The loop stays as it is; the run is asked for its epochs and batches. It ends after the batch on Ctrl+C, on SIGTERM
    and SIGUSR1, and when a file `STOP` appears in its directory, and by the conditions that it is given; what follows
    the `with` block goes on then. Any part may be left out.

    Args:
        log_dir: The run directory; made if it is missing.
        name: What the run is called; by default, its directory's name.
        config: What it is made with: a dict, a namespace or a dataclass. Kept in `run.json`.
        stop: Stop conditions.
        keep: One or more `BestModel`; their files are in the run directory unless their paths are absolute.
        resume: Whether to go on where the run of this directory stopped. Without a checkpoint it begins.
        save_every: `last.pth` is saved after each epoch and at each soft stop, and this often within an epoch.
        progress: Whether to show in the terminal, or the notebook, how it goes on.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> import torch
        >>> import kymo
        >>> model = torch.nn.Linear(1, 1)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        >>> directory = TemporaryDirectory()
        >>> with kymo.Run(directory.name, stop=[kymo.MaxSteps(5)], keep=kymo.BestModel("train/loss", "min")) as run:
        ...     run.watch(model, optimizer)
        ...     for epoch in run.epochs(10):
        ...         for x in run.batches([torch.ones(1), torch.zeros(1)]):
        ...             loss = (model(x) - 2 * x).square().mean()
        ...             optimizer.zero_grad(); loss.backward(); optimizer.step()
        ...             run.log({"train/loss": loss})
        All 5 steps are done. ...
        >>> run.outcome.reason, run.outcome.exit_code, run.step
        ('completed', 0, 5)
        >>> directory.cleanup()
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str],
        *,
        name: str | None = None,
        config: Any = None,
        stop: Iterable[StopCondition] = (),
        keep: BestModel | Sequence[BestModel] = (),
        resume: bool = False,
        save_every: Duration = "10m",
        progress: bool = True,
    ) -> None:
        self.directory = Path(log_dir).absolute()
        self.outcome: Outcome | None = None
        self._checkpoints = RunCheckpoints(
            self.directory,
            [keep] if isinstance(keep, BestModel) else list(keep),
            resume=resume,
            save_seconds=to_seconds(save_every, "save_every"),
        )
        self._conditions = StopConditions(
            [StopSignals(), StopFile(self.directory / STOP_FILE, started=time.time()), *stop]
        )
        self._description = {"name": name or self.directory.name, "config": plain(config), **environment()}
        self._means = EpochMeans()
        self._parts: dict[str, Stateful] = {}
        self._model: nn.Module | None = None
        self._is_entered = self._is_restored = False
        self._process = os.getpid()
        self._report: RunReport | None = None
        self._display = ProgressDisplay() if progress else NoDisplay()
        self._writer: SummaryWriter | None = None
        self._log: RunLog | None = None
        self._fired: Fired | None = None
        self._completed: Fired | None = None  # all epochs are done, which is no reason to stop what follows
        self._found_late: Fired | None = None  # by a condition, behind a validation: its epoch is still to be ended
        self._in_batch: object | None = None  # stands for the loop whose batch is under way
        self._loops = 0
        self._checks = TrainingChecks()
        self._batch_metrics: dict[str, Any] = {}
        self._epoch_metrics: dict[str, Any] = {}

    @property
    def writer(self) -> SummaryWriter:
        """The run's writer, for whatever `log` does not take."""
        self._open()
        assert self._writer is not None
        return self._writer

    @property
    def _place(self) -> Place:
        return self._checkpoints.place

    @property
    def epoch(self) -> int:
        """Epochs that are complete."""
        return self._place.epoch

    @property
    def step(self) -> int:
        """Batches that are complete, over all epochs."""
        return self._place.step

    @property
    def should_stop(self) -> bool:
        """Whether a stop condition has been met."""
        return self._fired is not None

    def watch(
        self, model: nn.Module, optimizer: Optimizer | None = None, scheduler: Any = None, **others: Stateful
    ) -> None:
        """Says what is trained: what checkpoints hold and what is looked at for mistakes.

        A resumed run puts the state of the checkpoint into all of it.

        Args:
            model: The model.
            optimizer: Its optimizer.
            scheduler: The scheduler of the learning rate.
            others: Anything else with `state_dict()`, by any name: `scaler=…`, `ema=…`.

        Raises:
            TypeError: One of them has no `state_dict()`.
            CheckpointError: The run is resumed and its checkpoint does not fit.
        """
        given = {"model": model, "optimizer": optimizer, "scheduler": scheduler, **others}
        self._parts = {name: part for name, part in given.items() if part is not None}
        self._model = model
        self._checks.watch(model, optimizer)
        self._start()
        self._restore()

    def epochs(self, count: int | None = None) -> Iterator[int]:
        """The epochs, from 1 on: `for epoch in run.epochs(100)`. Ends when a stop condition is met.

        A resumed run goes on with the epoch that it stopped in.
        """
        self._open()
        assert self._report is not None
        self._report.planned = count
        while count is None or self._place.epoch < count:
            if self._is_met("before_epoch"):
                return
            self._checkpoints.begin_epoch()
            self._loops = 0
            self._display.begin_epoch(self._place.epoch + 1, count)
            yield self._place.epoch + 1
            if self._fired is None:
                self._end_epoch()
            if self._fired is not None:
                return
        epochs = "The one epoch is done." if count == 1 else f"All {count} epochs are done."
        self._completed = Fired("completed", epochs, {"epochs": self._place.epoch})

    def batches(self, loader: Iterable[Any], device: torch.device | str | None = None) -> Iterator[Any]:
        """The batches of a loader, on a device if one is given.

        Args:
            loader: A data loader, or anything that can be looped over. One that is resumed in the middle of an epoch
                begins with what the loader gives first, passes over what was trained on, and must be as it was.
            device: Where the batches shall be; see `kymo.train.batch_device.to_device`.

        Raises:
            DeviceMismatchError: The first batch is on another device than the model.
        """
        self._open()
        self._leave_batch()
        self._loops += 1
        loop = self._loops - 1
        if loop < self._place.loop:
            return  # complete before the run was resumed
        self._place.begin_loop(loop)
        shield_workers(loader)
        self._display.begin_loop(loader, self._place.batch)
        this = object()
        for batch in self._checkpoints.draw(loader, loop):
            moved = batch if device is None else to_device(batch, device)
            self._checks.before_batch(moved, is_moved=device is not None)
            self._in_batch = this
            try:
                yield moved
            except GeneratorExit:
                # The loop is left, and the batch counts. It may be told of late, when the next loop has begun.
                if self._in_batch is this:
                    self._leave_batch()
                raise
            self._end_batch()
            if self._fired is not None:
                self._leave()
                return
        self._place.end_loop()

    @contextmanager
    def validation(self) -> Iterator[None]:
        """Surrounds a validation, so that its time is known, and none begins that would not end in time."""
        self._open()
        if self._is_met("before_validation"):
            self._leave()
        yield
        self._found_late = self._found_late or self._asked("after_validation")

    def log(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Logs numbers at the present step, as one event: `run.log({"train/loss": loss})`, `run.log(lr=0.1)`.

        Tensors on a device are not waited for. Of what is logged among the batches of an epoch the mean is logged as
        `<name>/epoch` at its end.

        Raises:
            TypeError: A name is no string or a value no number.
            ValueError: A tensor has other than one element.
        """
        self._open()
        assert self._log is not None
        given = named if values is None else {**values, **named} if named else values
        in_batch = self._in_batch is not None
        self._log.log(given, self._place.step + in_batch, in_batch=in_batch)
        if in_batch:
            self._batch_metrics.update(given)

    def log_epoch(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Logs what was measured of an epoch, and keeps the model if it is the best.

        Raises:
            TypeError: A name is no string or a value no number.
            ValueError: A tensor has other than one element.
        """
        given = {**(values or {}), **named}
        self.log(given)
        self._epoch_metrics.update(given)
        self._checkpoints.keep_best(given, self._place.epoch + 1)

    def epoch_means(self) -> dict[str, float]:
        """The means so far of what the batches of this epoch have logged; waits for what is on a device."""
        self._open()
        assert self._log is not None
        self._log.settle()
        return self._means.values()

    def checkpoint_now(self) -> None:
        """Has `last.pth` saved at this place."""
        self._open()
        self._save()

    def close(self, error: BaseException | None = None) -> None:
        """Ends the run: everything is saved, and `outcome` says how it ended. Leaving the `with` block does it.

        Args:
            error: The exception that has ended it.
        """
        if self.outcome is not None or self._process != os.getpid():  # a forked worker leaves the run to its owner
            return
        self._start()
        with ExitStack() as ending:  # whatever befalls one step of it, the others are taken
            ending.callback(self._conclude, error)
            ending.callback(self._conditions.close)
            ending.callback(self._display.close)
            ending.callback(self._checkpoints.wait)
            if error is None:
                self._open()
                self._leave_batch()
                if self._place.step != self._checkpoints.saved_step:
                    self._save()

    def _conclude(self, error: BaseException | None) -> None:
        assert self._report is not None
        self.outcome = self._report.conclude(self._fired or self._found_late or self._completed, error)
        self._report.finish(self.outcome, error, self._writer)

    def __enter__(self) -> Self:
        self._start()
        self._is_entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        is_soft = isinstance(error, SoftStop)
        self.close(None if is_soft else error)
        return is_soft

    def _start(self) -> None:
        """The run is under way: viewers are told, and stop conditions begin to count."""
        if self._report is None:
            record = RunRecord(self.directory, self._description)
            self._report = RunReport(self.directory, record, self._conditions, self._checkpoints)
            self._checkpoints.begin()
            self._conditions.start()

    def _restore(self) -> None:
        """Takes up the state of what `watch` has named so far."""
        self._is_restored = True
        parts = {**self._parts, "run_conditions": self._conditions, "run_means": self._means}
        self._checkpoints.watch(self._model, parts)

    def _open(self) -> None:
        """What logging needs, which begins at the step that the run goes on from."""
        self._start()
        if not self._is_restored:
            self._restore()
        if self._writer is None:
            self._writer = SummaryWriter(self.directory, purge_step=self._place.step + 1 if self._place.step else None)
            self._log = RunLog(self._writer, self._means)

    def _asked(self, moment: str, metrics: Mapping[str, Any] | None = None) -> Fired | None:
        at = Progress(self._place.epoch, self._place.step, metrics or {})
        fired: Fired | None = getattr(self._conditions, moment)(at)
        return fired

    def _is_met(self, moment: str, metrics: Mapping[str, Any] | None = None) -> bool:
        self._fired = self._fired or self._asked(moment, metrics)
        return self._fired is not None

    def _leave_batch(self) -> None:
        """A batch whose loop was left counts as complete."""
        if self._in_batch is not None:
            self._in_batch = None
            self._place.end_batch()

    def _end_batch(self) -> None:
        self._leave_batch()
        self._checks.after_batch()
        self._is_met("after_batch", self._batch_metrics)
        self._batch_metrics.clear()
        if self._checkpoints.is_due():
            self._save()
        if self._report is not None:
            self._report.tell(if_due=True)
        self._display.end_batch(self._means.values)

    def _end_epoch(self) -> None:
        assert self._log is not None
        self._leave_batch()
        if not self._loops:
            self._place.step += 1  # an epoch without batches is one step
        self._log.settle()
        means = self._means.values()
        self._means.clear()
        self._place.end_epoch()
        self._log.log({**{f"{tag}/epoch": mean for tag, mean in means.items()}, "epoch": self._place.epoch}, self.step)
        metrics = {**means, **self._epoch_metrics}
        # What `log_epoch` was given has had its turn.
        self._checkpoints.keep_best({tag: means[tag] for tag in means.keys() - self._epoch_metrics}, self._place.epoch)
        self._checkpoints.check_kept(metrics)
        self._epoch_metrics.clear()
        self._is_met("after_epoch", metrics)
        self._fired = self._fired or self._found_late
        self._save()
        if self._report is not None:
            self._report.tell()
        self._display.end_epoch(metrics, {best.monitor: best.value for best in self._checkpoints.results()})

    def _save(self) -> None:
        assert self._log is not None
        self._log.settle()  # the means so far are part of it
        self._checkpoints.save()

    def _leave(self) -> None:
        """Out of the middle of an epoch; without a `with` block, the loops end by themselves."""
        if self._is_entered:
            raise SoftStop
