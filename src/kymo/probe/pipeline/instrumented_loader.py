"""Where the time of a loop goes that is no run's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from kymo.probe.device_sampler import DeviceSampler, machine
from kymo.probe.pipeline.makers import Makers
from kymo.probe.pipeline.model_timer import ModelTimer
from kymo.probe.pipeline.step_phases import StepPhases
from kymo.probe.pipeline.step_timer import StepTimer
from kymo.writer import SummaryWriter

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from torch import nn
    from torch.optim import Optimizer

_UNKNOWN = ("pipeline/copy", "pipeline/gpu_copy", "pipeline/logging")  # whoever loops does it in the body of the loop


class InstrumentedLoader:
    """A loader whose loops are timed as those of a `kymo.Run` are, with what the machine does meanwhile.

    Samples are taken while a loop goes on; in a `with` block, from the first loop until the block is left, so that
    loops of less than a second are told of, too. Leave it before the writer is closed.

    Args:
        loader: A data loader, or anything that can be looped over.
        writer: Where the numbers go.
        model: What is trained, to tell its passes apart.
        optimizer: What trains it.
        every: Seconds from one sample to the next.

    Attributes:
        loader: The loader.
        steps: Batches that were given out, over all loops; the step of the numbers.

    Raises:
        TypeError: The writer is none of kymo's.
        ValueError: `every` is not above 0.

    Example:
        >>> import tempfile, time
        >>> import kymo
        >>> from kymo import pipeline
        >>> directory = tempfile.TemporaryDirectory()
        >>> with kymo.SummaryWriter(directory.name) as writer:
        ...     with pipeline.instrument(range(10), writer, every=0.1) as loader:
        ...         for batch in loader:
        ...             time.sleep(0.05)
        >>> (log,) = kymo.open(directory.name).values()
        >>> len(log["pipeline/step_time_p50"]) > 0
        True
        >>> directory.cleanup()
    """

    def __init__(
        self,
        loader: Iterable[Any],
        writer: SummaryWriter,
        *,
        model: nn.Module | None = None,
        optimizer: Optimizer | None = None,
        every: float = 1.0,
    ) -> None:
        if not isinstance(writer, SummaryWriter):
            raise TypeError(f"writer={writer!r} is no kymo.SummaryWriter: make one of the directory to log to.")
        self.loader = loader
        self.steps = 0
        self._phases = _Phases()
        if model is not None:
            self._phases.model = ModelTimer(model, optimizer)
        self._makers = Makers()
        self._sampler = DeviceSampler(
            writer, every=every, step=lambda: self.steps, sensors=lambda: [self._phases, self._makers, *machine()]
        )
        self._is_entered = False

    def __iter__(self) -> Iterator[Any]:
        self._sampler.start()
        self._phases.train_on(None)
        try:
            with (
                self._makers.timed(self.loader) as timed,
                StepTimer(self._phases, source := timed.follow(iter(self.loader))) as timer,
            ):
                for batch in source:
                    if is_timed := timer.is_on:
                        timer.came()
                        timer.given()
                    yield batch
                    self.steps += 1
                    if is_timed:
                        timer.done()
                    timer.over()
        finally:
            if not self._is_entered:
                self._sampler.close()

    def __len__(self) -> int:
        return len(self.loader)  # type: ignore[arg-type] # where it has none, Python says so

    def __getattr__(self, name: str) -> Any:
        if name == "loader":  # not made yet
            raise AttributeError(name)
        return getattr(self.loader, name)

    def __enter__(self) -> Self:
        self._is_entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_entered = False
        self._sampler.close()


class _Phases(StepPhases):
    """The phases that are known of a loop whose body is not."""

    def read(self, now: float) -> dict[str, float]:
        return {tag: value for tag, value in super().read(now).items() if not tag.startswith(_UNKNOWN)}
