"""`Run`: one training run, whose loop stays the user's own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kymo.probe.model.model_watch import ModelWatch
from kymo.probe.pipeline.device_timer import DeviceTimer
from kymo.probe.pipeline.step_timer import StepTimer
from kymo.train.batch_copies import BatchCopies, batch_copies
from kymo.train.batch_device import copied_bytes, to_device
from kymo.train.checkpoints.best_model import BestModel
from kymo.train.checkpoints.last_checkpoint import Stateful
from kymo.train.control.validation_now import Validate
from kymo.train.progress_display import NoDisplay, ProgressDisplay, length
from kymo.train.run_checkpoints import RunCheckpoints
from kymo.train.run_record import environment, plain
from kymo.train.session import Session
from kymo.train.soft_stop import SoftStop
from kymo.train.stopping.condition import StopCondition
from kymo.train.stopping.duration import Duration, to_seconds
from kymo.train.stopping.fired import Fired
from kymo.train.stopping.outcome import Outcome
from kymo.train.stopping.worker_shield import shield_workers
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
        control: Whether it may be steered while it goes on, from the dashboard or by `kymo control`.
        probes: Whether to log each second what CPU, memory, disks, network and GPUs do, and where the steps' time goes.

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
        control: bool = True,
        probes: bool = True,
    ) -> None:
        self.directory = Path(log_dir).absolute()
        checkpoints = RunCheckpoints(
            self.directory,
            [keep] if isinstance(keep, BestModel) else list(keep),
            resume=resume,
            save_seconds=to_seconds(save_every, "save_every"),
        )
        description = {"name": name or self.directory.name, "config": plain(config), **environment()}
        display = ProgressDisplay() if progress else NoDisplay()
        self._session = Session(
            self.directory, description, stop, checkpoints, display, is_steered=control, is_probed=probes
        )
        self._is_entered = False

    @property
    def writer(self) -> SummaryWriter:
        """The run's writer, for whatever `log` does not take."""
        self._session.open()
        return self._session.numbers.writer

    @property
    def epoch(self) -> int:
        """Epochs that are complete."""
        return self._session.place.epoch

    @property
    def step(self) -> int:
        """Batches that are complete, over all epochs."""
        return self._session.place.step

    @property
    def should_stop(self) -> bool:
        """Whether a stop condition has been met."""
        return self._session.fired is not None

    @property
    def outcome(self) -> Outcome | None:
        """How it has ended; None before."""
        return self._session.outcome

    def watch(
        self,
        model: nn.Module,
        optimizer: Optimizer | None = None,
        scheduler: Any = None,
        *,
        weights: bool = True,
        gradients: bool = True,
        activations: bool = True,
        updates: bool = True,
        every: int | None = None,
        budget: str | float = "1%",
        include: str | Sequence[str] | None = None,
        exclude: str | Sequence[str] | None = None,
        **others: Stateful,
    ) -> None:
        """Says what is trained: what checkpoints hold, what is looked at for mistakes, and inside which network.

        A resumed run puts the state of the checkpoint into all of it. What goes on inside the network is logged as
        `kymo.ModelWatch` does, in the batches of `run.batches`; without probes (`probes=False`) it is not.

        Args:
            model: The model.
            optimizer: Its optimizer.
            scheduler: The scheduler of the learning rate.
            weights: Whether histograms of weights are logged.
            gradients: Whether those of gradients are.
            activations: Whether those of what each module gives are.
            updates: Whether those of what the optimizer changes are.
            every: One step at most of so many is looked at; by default, only the budget says how many.
            budget: The share of the training's time that looking may take: "1%", or 0.01.
            include: Patterns of the names of parameters and modules, as those of a shell; all without one.
            exclude: Patterns of names that are left out.
            others: Anything else with `state_dict()`, by any name: `scaler=…`, `ema=…`.

        Raises:
            TypeError: One of them has no `state_dict()`.
            ValueError: `budget`, `every`, or a pattern is none; see `kymo.ModelWatch`.
            CheckpointError: The run is resumed and its checkpoint does not fit.
        """
        given = {"model": model, "optimizer": optimizer, "scheduler": scheduler, **others}

        network = None
        if hasattr(model, "named_parameters"):
            network = ModelWatch(
                lambda: self._session.numbers.writer,
                model,
                optimizer,
                weights=weights,
                gradients=gradients,
                activations=activations,
                updates=updates,
                every=every,
                budget=budget,
                include=include,
                exclude=exclude,
            )
        parts = {name: part for name, part in given.items() if part is not None}
        self._session.watch(model, optimizer, parts, network)

    def epochs(self, count: int | None = None) -> Iterator[int]:
        """The epochs, from 1 on: `for epoch in run.epochs(100)`. Ends when a stop condition is met.

        A resumed run goes on with the epoch that it stopped in.
        """
        session = self._session
        session.open()
        session.place.planned = count
        session.report.tell(at_once=True)
        while (planned := session.place.planned) is None or session.place.epoch < planned:
            if session.is_met("before_epoch"):
                return
            session.checkpoints.begin_epoch()
            session.pace.begin_epoch(session.place)
            session.loops = 0
            session.display.begin_epoch(session.place.epoch + 1, planned)
            yield session.place.epoch + 1
            if session.fired is None:
                session.end_epoch()
            if session.fired is not None:
                return
        epochs = "The one epoch is done." if planned == 1 else f"All {planned} epochs are done."
        session.completed = Fired("completed", epochs, {"epochs": session.place.epoch})

    def batches(
        self, loader: Iterable[Any], device: torch.device | str | None = None, *, prefetch: bool = False
    ) -> Iterator[Any]:
        """The batches of a loader, on a device if one is given.

        Args:
            loader: A data loader, or anything that can be looped over. One that is resumed in the middle of an epoch
                begins with what the loader gives first, passes over what was trained on, and must be as it was.
            device: Where the batches shall be; see `kymo.train.batch_device.to_device`.
            prefetch: Whether tensors in pinned memory (`DataLoader(…, pin_memory=True)`) are copied to a CUDA device on
                a stream of their own, while it computes on the batches before. It gains nothing where the loop waits
                for the device in each step; batches, their order and where a resumed run goes on are the same with it.
                Up to eight batches lie on the device then. On other devices it changes nothing.

        Raises:
            DeviceMismatchError: The first batch is on another device than the model.
        """
        session = self._session
        session.open()
        session.leave_batch()
        session.loops += 1
        loop = session.loops - 1
        if loop < session.place.loop:
            return  # complete before the run was resumed
        session.place.begin_loop(loop, length(loader))
        session.pace.begin_loop(session.place)
        shield_workers(loader)
        session.display.begin_loop(loader, session.place.batch)
        session.phases.train_on(device)
        copies = batch_copies(device) if prefetch else None
        this = object()
        with (
            session.makers.timed(loader) as timed,
            StepTimer(session.phases, source := timed.follow(session.checkpoints.draw(loader, loop))) as timer,
        ):
            for batch in source:
                if is_timed := timer.is_on:
                    timer.came()
                moved = batch if device is None else _moved(batch, device, copies, timer.gpu)
                if session.checks.is_before_first:
                    session.checks.before_first_batch(moved, is_moved=device is not None)
                session.in_batch = this
                session.begin_step()
                if is_timed:
                    timer.given()
                try:
                    yield moved
                except GeneratorExit:
                    session.end_step()
                    # The loop is left, and the batch counts. It may be told of late, when the next loop has begun.
                    if session.in_batch is this:
                        session.leave_batch()
                    raise
                session.end_step()
                if is_timed:
                    timer.done()
                session.end_batch()
                if session.fired is not None:
                    self._leave()
                    return
                timer.over()
        session.place.end_loop()

    @contextmanager
    def validation(self) -> Iterator[None]:
        """Surrounds a validation, so that its time is known, and none begins that would not end in time."""
        session = self._session
        session.open()
        if session.is_met("before_validation"):
            self._leave()
        with session.report.during_validation(), session.phases.pause("validation"):
            yield
        session.found_late = session.found_late or session.ask("after_validation")

    def offer_validation(self, validate: Validate) -> None:
        """Lets a validation be asked for while the training goes on: `run.offer_validation(lambda: evaluate(model))`.

        What it measures is logged at the step it was asked at, and counts for the best model, but for no patience.
        Training goes on as it would have without: modules and random number generators are put back as they were.

        Args:
            validate: Measures the model, and returns the metrics by name.
        """
        self._session.offer_validation(validate)

    def log(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Logs numbers at the present step, as one event: `run.log({"train/loss": loss})`, `run.log(lr=0.1)`.

        Tensors on a device are not waited for. Of what is logged among the batches of an epoch the mean is logged as
        `<name>/epoch` at its end.

        Raises:
            TypeError: A name is no string or a value no number.
            ValueError: A tensor has other than one element.
        """
        session = self._session
        began = time.perf_counter_ns() if session.phases.is_timed else 0
        given = named if values is None else {**values, **named} if named else values
        in_batch = session.in_batch is not None
        if not in_batch:
            session.open()
        session.numbers.log(given, session.checkpoints.place.step + in_batch, in_batch=in_batch)
        if began:
            session.phases.logged += time.perf_counter_ns() - began

    def log_epoch(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Logs what was measured of an epoch, and keeps the model if it is the best.

        Raises:
            TypeError: A name is no string or a value no number.
            ValueError: A tensor has other than one element.
        """
        given = {**(values or {}), **named}
        self.log(given)
        self._session.numbers.add_to_epoch(given)
        self._session.keep_best(given, self.epoch + 1)

    def epoch_means(self) -> dict[str, float]:
        """The means so far of what the batches of this epoch have logged; waits for what is on a device."""
        self._session.open()
        self._session.numbers.settle()
        return self._session.numbers.means.values()

    def checkpoint_now(self) -> None:
        """Has `last.pth` saved at this place."""
        self._session.open()
        self._session.save()

    def close(self, error: BaseException | None = None) -> None:
        """Ends the run: everything is saved, and `outcome` says how it ended. Leaving the `with` block does it.

        Args:
            error: The exception that has ended it.
        """
        self._session.close(error)

    def __enter__(self) -> Self:
        self._session.start()
        self._is_entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        is_soft = isinstance(error, SoftStop)
        self.close(None if is_soft else error)
        return is_soft

    def _leave(self) -> None:
        """Out of the middle of an epoch; without a `with` block, the loops end by themselves."""
        if self._is_entered:
            raise SoftStop


def _moved(batch: Any, device: torch.device | str, copies: BatchCopies | None, timer: DeviceTimer | None) -> Any:
    """A batch on its device; in a timed step, what is copied is counted."""
    if timer is not None:
        timer.copies(lambda: copied_bytes(batch))
    return to_device(batch, device) if copies is None else copies.move(batch, timer)
