"""Steps of a training on a GPU that tests play."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from played_device import PlayedStreams
from stepped_clock import MS, Clock

from kymo.probe.pipeline.device_step import CopiedBytes
from kymo.probe.pipeline.device_timer import DeviceTimer
from kymo.probe.pipeline.step_phases import StepPhases
from kymo.probe.pipeline.step_timer import StepTimer
from kymo.probe.pipeline.timed_step import ModelTimes
from kymo.probe.series import description

_QUEUE = 60  # milliseconds of work that a played device has in its queue before the host has to wait


class _Model:
    """Tells what the passes of a played model took."""

    def __init__(self) -> None:
        self.took = {"forward": 0, "backward": 0, "optimizer": 0}

    def begin(self, _: Any) -> None:
        self.end()

    def end(self) -> ModelTimes:
        took, self.took = self.took, dict.fromkeys(self.took, 0)
        return ModelTimes(**took)


class Training:
    """Steps of a training on a played GPU.

    Attributes:
        lags: How far the GPU was behind the host at the end of each step, in milliseconds.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.streams = PlayedStreams(clock)
        self.phases = StepPhases(every=0)
        self.gpu = self.phases.gpu = DeviceTimer(self.streams, self.phases.on_gpu)
        self.model = self.phases.model = _Model()  # type: ignore[assignment] # as far as steps ask it
        self.lags: list[float] = []

    def asks(self, host: float, work: float) -> None:
        """The host takes a while to ask for some work, which begins then; it waits where the queue is full."""
        self.clock.pass_by(host)
        self.streams.main.works(work)
        self.clock.now = max(self.clock.now, self.streams.main.free_at - _QUEUE * MS)

    def synchronizes(self) -> None:
        """What `.item()` does."""
        self.clock.now = max(self.clock.now, self.streams.main.free_at)

    def forward(self, host: float, work: float, kernels: int = 1) -> None:
        with self._pass("forward"):
            for _ in range(kernels):
                self.asks(host / kernels, work / kernels)

    def backward(self, host: float, work: float, kernels: int = 1) -> None:
        with self._pass("backward"):
            for _ in range(kernels):
                self.asks(host / kernels, work / kernels)

    @contextmanager
    def _pass(self, name: str) -> Iterator[None]:
        self.gpu.start(name)
        began = self.clock.now
        yield
        self.model.took[name] += self.clock.now - began
        self.gpu.stop(name)

    def copies(self, megabytes: float, rate: float, *, pinned: bool = True, floats: bool = True) -> None:
        """A batch is copied in its turn, at so many GB/s; the host does that itself where it is not pinned."""
        size = int(1e6 * megabytes)
        self.gpu.copies(lambda: CopiedBytes(size, pinned * size, floats * size))
        if not pinned:
            self.synchronizes()
            self.clock.pass_by(megabytes / rate)
            self.streams.main.works(0)
        else:
            self.streams.main.works(megabytes / rate)

    def copies_beside(self, megabytes: float, rate: float) -> None:
        """A batch in pinned memory is copied on the side stream."""
        size = int(1e6 * megabytes)
        self.gpu.copies(lambda: CopiedBytes(size, size, size))
        self.gpu.start("transfer", self.streams.side)
        self.streams.side.works(megabytes / rate)
        self.gpu.stop("transfer", self.streams.side)
        arrived = self.streams.event()
        arrived.record(self.streams.side)
        self.streams.main.wait_event(arrived)

    def steps(
        self, count: int, body: Callable[[], None], *, wait: float = 0.0, copy: Callable[[], None] | None = None
    ) -> dict[str, float]:
        """Makes steps, and returns what is told of them, by the rest of the series' names."""
        with StepTimer(self.phases, iter([])) as timer:
            for _ in range(count):
                self.clock.pass_by(wait)
                timer.came()
                if copy is not None:
                    copy()
                timer.given()
                body()
                timer.done()
                self.lags.append((self.streams.main.free_at - self.clock.now) / MS)
                timer.over()
        assert self.streams.waits == 0, "the host has waited for the device"
        found = self.phases.read(0.0)
        assert all(description(tag) for tag in found)
        return {tag.removeprefix("pipeline/"): value for tag, value in found.items()}
