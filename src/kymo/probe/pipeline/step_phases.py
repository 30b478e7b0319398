"""Where the time of a training's steps goes, as the process that trains sees it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from kymo.probe.pipeline.device_step import DeviceStep, device_figures
from kymo.probe.pipeline.device_timer import DeviceTimer, device_timer
from kymo.probe.pipeline.model_timer import ModelTimer
from kymo.probe.pipeline.timed_step import TimedStep
from kymo.probe.series import pipeline_tag

if TYPE_CHECKING:
    import torch

_MOST = 10_000  # steps, or batches, or pauses that nobody looks at
_MILLISECOND = 1_000_000
_EVERY_SECONDS = 0.02

_Item = TypeVar("_Item")


class StepPhases:
    """Tells of the steps since the last look: shares of the time, and how long each phase is.

    The first batch of a loop, which waits for workers to start, is told apart, and so are pauses, with the steps that
    they are in; what is done between loops is no part of a step. On a GPU, whose work goes on behind the host's back,
    `step` is how long the host took to ask for it, and a wait for the GPU is in the phase that waits; what the GPU does
    meanwhile is told beside it.

    Args:
        every: Of shorter steps than this, in seconds, so many are timed that one begins this often, a mean; None: no
            step is timed.

    Attributes:
        steps: Those that were timed and not looked at yet; whoever trains appends them.
        fetched: Of some batches: how long the training waited for it, how long its thread was at work meanwhile, and
            how long that had no core, in nanoseconds. Appended by whoever trains.
        workers: How many processes make the batches; None where that is not known.
        model: Times the parts of a step; None where no model is known.
        on_gpu: Steps that were timed on a GPU and not looked at yet; whoever trains appends them.
        gpu: Times steps on a GPU; None where none is known.
        is_timed: Whether the present step is.
        logged: Nanoseconds that logging has taken in timed steps, all together; whoever logs adds to it.
        pauses: How many there were so far.
        first: Nanoseconds that the first batch of the newest loop was waited for; None once that was told.

    Example:
        >>> phases = StepPhases()
        >>> phases.steps.append(TimedStep(3_000_000, 0, 6_500_000, 500_000, ready=0))
        >>> found = phases.read(now=1.0)
        >>> found["pipeline/data_wait"], found["pipeline/data_wait_p50"], found["pipeline/step_time_p50"]
        (30.0, 3.0, 10.0)
    """

    def __init__(self, every: float | None = _EVERY_SECONDS) -> None:
        self.every = every
        self.steps: deque[TimedStep] = deque(maxlen=_MOST)
        self.fetched: deque[tuple[int, int, int]] = deque(maxlen=_MOST)
        self.workers: int | None = None
        self.model: ModelTimer | None = None
        self.on_gpu: deque[DeviceStep] = deque(maxlen=_MOST)
        self.gpu: DeviceTimer | None = None
        self.is_timed = False
        self.logged = self.pauses = 0
        self.first: int | None = None
        self._paused: deque[tuple[str, int]] = deque(maxlen=_MOST)

    def train_on(self, device: torch.device | str | None) -> None:
        """Says where the training computes, so that its steps are timed there, too, if that is a GPU.

        Args:
            device: The device; None: that of the model, if one is known.
        """
        if self.every is None or self.gpu is not None:
            return
        if device is None and self.model is not None:
            device = self.model.device
        self.gpu = device_timer(device, self.on_gpu)

    @contextmanager
    def pause(self, name: str) -> Iterator[None]:
        """Surrounds what is no part of a step, even in the middle of one: "validation", "checkpoint"."""
        began = time.perf_counter_ns()
        try:
            yield
        finally:
            self.pauses += 1
            self._paused.append((name, time.perf_counter_ns() - began))

    def leave_out(self) -> None:
        """The present step is no step as others are: something was looked at in it."""
        self.pauses += 1

    def read(self, now: float) -> dict[str, float]:  # noqa: ARG002, a sensor's
        """Numbers by their series; none where no step was made.

        Args:
            now: Seconds.
        """
        found: dict[str, float] = {}
        first, self.first = self.first, None
        if first is not None:
            found["first_batch"] = first / _MILLISECOND
        for name, took in _taken(self._paused):
            found[name] = found.get(name, 0.0) + took / _MILLISECOND
        fetched = _taken(self.fetched)
        if fetched:
            walls, at_work, waited = (sum(times) for times in zip(*fetched, strict=True))
            found["data_wait_cpu"] = min(100.0, 100 * at_work / max(1, walls))
            found["data_wait_core"] = min(100.0, 100 * waited / max(1, walls))
        found |= self._of_steps(_taken(self.steps))
        on_gpu = _taken(self.on_gpu)
        if on_gpu:
            found |= device_figures(on_gpu)
        return {pipeline_tag(name): value for name, value in found.items()}

    def _of_steps(self, steps: list[TimedStep]) -> dict[str, float]:
        total = sum(step.whole for step in steps)
        if not total:
            return {}
        found: dict[str, float] = {}
        for phase, times in _phases(steps).items():
            found[phase] = 100 * sum(times) / total
            found |= _spread(phase, times)
        found |= _spread("step_time", [step.whole for step in steps])
        if self.workers is not None:
            found["workers"] = float(self.workers)
        ready = [step.ready for step in steps if step.ready is not None]
        if ready:
            found["batches_ready"] = sum(ready) / len(ready)
            found["queue_empty"] = 100 * ready.count(0) / len(ready)
        return found

    def close(self) -> None:
        """There is nothing to let go of."""


def _taken(items: deque[_Item]) -> list[_Item]:
    """What the training's thread has appended so far; it goes on appending meanwhile."""
    return [items.popleft() for _ in range(len(items))]


def _phases(steps: list[TimedStep]) -> dict[str, list[int]]:
    """The times of each phase; with the parts of the body where the model is known in all of these steps."""
    found = {
        "data_wait": [step.data_wait for step in steps],
        "copy": [step.copy for step in steps],
        "step": [step.body for step in steps],
        "logging": [step.logging for step in steps],
    }
    models = [step.model for step in steps if step.model is not None]
    if len(models) == len(steps):
        found["forward"] = [model.forward for model in models]
        found["backward"] = [model.backward for model in models]
        found["optimizer"] = [model.optimizer for model in models]
        found["other"] = [max(0, step.body - sum(model)) for step, model in zip(steps, models, strict=True)]
    return found


def _spread(name: str, times: Sequence[int]) -> dict[str, float]:
    """The median, and what one in twenty and one in a hundred steps exceed, in milliseconds."""
    ordered = sorted(times)
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {f"{name}_{key}": ordered[int(at * (len(ordered) - 1) + 0.5)] / _MILLISECOND for key, at in places.items()}
