"""How a training goes on, told in the terminal or the notebook that it runs in."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TextIO, TypeVar, cast

from kymo.format.duration_text import duration_text
from kymo.writer.scalar import to_float

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_UPDATE_SECONDS = 0.5  # a bar changes no more often: to draw it once takes some milliseconds
_LINE_SECONDS = 60.0  # where there is no terminal, a long epoch says this often that it goes on
_NAMES = 4  # numbers that are told


_Shows = TypeVar("_Shows", bound="Callable[..., None]")


def _harmless(show: _Shows) -> _Shows:
    """Where nobody reads it any more (a terminal that is gone, a full disk), the display ends, and no training does."""

    @wraps(show)
    def shown(self: ProgressDisplay, *arguments: Any, **named: Any) -> None:
        if self._is_gone:
            return
        try:
            show(self, *arguments, **named)
        except (OSError, ValueError):
            self._is_gone = True

    return cast("_Shows", shown)


class ProgressDisplay:
    """A bar for the epoch that goes on, and a line for each one that is over.

    In a terminal and in a notebook the bar is Rich's; anywhere else there are plain lines. All of it goes to standard
    error, so that what a program prints stays its own.

    Args:
        stream: Where to.
        clock: Seconds.

    Example:
        >>> display = ProgressDisplay(sys.stdout, clock=iter([0.0, 0.0, 1.0, 2.5]).__next__)
        >>> display.begin_epoch(1, 10)
        >>> display.begin_loop([1, 2])
        >>> display.end_batch(dict)
        >>> display.end_epoch({"train/loss": 0.25, "val/accuracy": 0.5}, {"val/accuracy": 0.5}, left=22.4)
        epoch 1/10 · train/loss 0.25 · val/accuracy 0.5 · best val/accuracy 0.5 · 2.5 s · about 22 s left
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock
        self._is_gone = False
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._is_plain: bool | None = None
        self._epoch = 0
        self._planned: int | None = None
        self._epoch_began = self._loop_began = self._updated = 0.0
        self._batches = self._done = 0
        self._total: int | None = None
        self._best: Mapping[str, float] = {}

    @_harmless
    def begin_epoch(self, epoch: int, planned: int | None) -> None:
        """An epoch begins.

        Args:
            epoch: Its number, from 1 on.
            planned: How many there shall be, if that is known.
        """
        self._epoch, self._planned = epoch, planned
        self._epoch_began = self._updated = self._clock()

    @_harmless
    def begin_loop(self, loader: Any, done: int = 0) -> None:
        """A loop over batches begins.

        Args:
            loader: What is looped over.
            done: How many of its batches are done already.
        """
        total = length(loader)
        self._total, self._batches, self._done = total, done, done
        self._loop_began = self._clock()
        bar = self._shown()
        if bar is not None:
            if self._task is not None:
                bar.remove_task(self._task)
            self._task = bar.add_task(self._title, total=total, completed=done, told="")

    @_harmless
    def end_batch(
        self,
        means: Callable[[], Mapping[str, float]],
        batches: int | None = None,
        left: Callable[[], float | None] = lambda: None,
    ) -> None:
        """A batch is complete.

        Args:
            means: Is asked for what the epoch comes to so far, if that is to be told.
            batches: How many of the loop are complete; one more than before without it.
            left: Is asked for the seconds that the training will still take, if that is to be told.
        """
        self._batches = self._batches + 1 if batches is None else batches
        now = self._clock()
        if now - self._updated < (_LINE_SECONDS if self._is_plain else _UPDATE_SECONDS):
            return
        self._updated = now
        rate = (self._batches - self._done) / max(now - self._loop_began, 1e-9)
        told = _joined(_told(means()), self._best_told(), f"{rate:.3g} batches/s", _left(left()))
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self._batches, told=told)
        elif self._is_plain:
            of = "" if self._total is None else f"/{self._total}"
            self._print(_joined(self._title, f"batch {self._batches}{of}", told))

    @_harmless
    def end_epoch(self, metrics: Mapping[str, float], best: Mapping[str, float], left: float | None = None) -> None:
        """An epoch is complete.

        Args:
            metrics: What it comes to.
            best: The best values so far of what the best models are kept by.
            left: The seconds that the training will still take, if that is known.
        """
        self._best = best
        took = duration_text(self._clock() - self._epoch_began)
        self._print(_joined(self._title, _told(metrics), self._best_told(), took, _left(left)))

    @property
    def _title(self) -> str:
        return f"epoch {self._epoch}" + ("" if self._planned is None else f"/{self._planned}")

    def _best_told(self) -> str:
        return _joined(*(f"best {name} {value:.4g}" for name, value in self._best.items()))

    def leave_out(self, seconds: float) -> None:
        """Does not count a pause."""
        self._epoch_began += seconds
        self._loop_began += seconds

    @_harmless
    def tell(self, line: str) -> None:
        """Something has happened beside the training."""
        self._print(line)

    @_harmless
    def close(self) -> None:
        """The training is over; the bar goes."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _shown(self) -> Progress | None:
        """The bar, if there can be one."""
        if self._is_plain is None:
            from rich.console import Console

            console = Console(file=self._stream)
            self._is_plain = not (console.is_terminal or console.is_jupyter)
            if not self._is_plain:
                self._bar = _bar(console)
                self._bar.start()
        return self._bar

    def _print(self, line: str) -> None:
        if self._bar is not None:
            self._bar.console.print(line, highlight=False, markup=False)
        else:
            print(line, file=self._stream, flush=True)


def _bar(console: Any) -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}", markup=False),
        console=console,
        refresh_per_second=1 / _UPDATE_SECONDS,
        transient=True,
    )


def _told(numbers: Mapping[str, Any]) -> str:
    """The first few numbers, losses and accuracies before the rest."""
    names = sorted(numbers, key=lambda name: not any(word in name.lower() for word in ("loss", "acc")))
    return " · ".join(f"{name} {to_float(name, numbers[name]):.4g}" for name in names[:_NAMES])


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _left(seconds: float | None) -> str:
    return f"about {duration_text(seconds)} left" if seconds else ""


def length(loader: Any) -> int | None:
    """How many batches a loader has, if it knows."""
    try:
        return len(loader)
    except (TypeError, NotImplementedError):
        return None


class NoDisplay(ProgressDisplay):
    """Shows nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._is_gone = True
