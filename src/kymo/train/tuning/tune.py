"""`tune`: which settings of a data loader feed a training fastest."""

from __future__ import annotations

import io
import math
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kymo.train.tuning.limits import Limits
from kymo.train.tuning.loaders import like
from kymo.train.tuning.measuring import EmptyLoaderError, measured
from kymo.train.tuning.nothing_drawn import nothing_drawn
from kymo.train.tuning.search import Search
from kymo.train.tuning.setting import Setting
from kymo.train.tuning.trial import Round, Trial

if TYPE_CHECKING:
    from rich.table import Table

_PATIENCE_SECONDS = 30.0  # for a batch, at least: starting workers may mean to import everything anew


@dataclass(frozen=True)
class Tuning:
    """What was found: printed, it is a table.

    Attributes:
        best: The best setting, as arguments: `DataLoader(dataset, batch_size=64, **tuning.best)`.
        gain: How many times as many batches it gives in a second as the setting that was in use.
        trials: What was measured of each setting, in order.
        limits: What the machine, or the container, has room for.
    """

    best: dict[str, Any]
    gain: float
    trials: list[Trial]
    limits: Limits
    _made: Callable[[Setting], Any] = field(repr=False)
    _setting: Setting = field(repr=False)

    def loader(self) -> Any:
        """A DataLoader with the best setting, and otherwise as the one that was given."""
        return self._made(self._setting)

    def __str__(self) -> str:
        from rich.console import Console

        console = Console(file=io.StringIO(), width=120, color_system=None)
        console.print(_table(self.trials, self._setting))
        assert isinstance(console.file, io.StringIO)
        return f"{console.file.getvalue()}Best: {self._setting}: {self.gain:.2f}× as many batches as before."


def tune(loader: Any, *, seconds: float = 60.0, step_seconds: float = 0.0, progress: bool = True) -> Tuning:
    """Tries settings of a data loader on its own dataset, and tells which gives most batches in a second.

    Tried are `num_workers` from 0 to the cores that this container may use, twice as many where workers mostly wait,
    `prefetch_factor` and, where there is a GPU, `pin_memory`; settings that need more memory, or shared memory, than is
    free are left out, and say so. Of settings that are equally fast, as far as can be told, it takes the one with
    fewest workers. Generators of random numbers (torch's, NumPy's and Python's, and those that samplers and the dataset
    have as attributes) are as they were afterwards, and so are samplers; every worker has ended. A setting whose
    workers hang is given up after `seconds`, or 30 s where that is longer, and says so.

    Args:
        loader: A torch DataLoader, which is not changed; or a function that makes one, given `num_workers`,
            `pin_memory`, and with workers `prefetch_factor` and `persistent_workers` as arguments.
        seconds: How long to try, all together; starting workers, and settings whose batches take longer, come on top.
        step_seconds: How long the training needs for each batch. What counts is then how many batches are trained on:
            a loader need not be faster than its training.
        progress: Whether to show a bar.

    Raises:
        TypeError: It is neither a DataLoader nor a function.
        ValueError: `seconds` is not above 0, `step_seconds` is below 0, or the loader gives no batch.
        RuntimeError: The setting that is in use fails; the dataset's own error is its cause.

    Example:
        >>> import torch
        >>> from torch.utils.data import DataLoader, TensorDataset
        >>> loader = DataLoader(TensorDataset(torch.rand(512, 8)), batch_size=64)
        >>> tuning = tune(loader, seconds=0.2, progress=False)
        >>> tuning.best["num_workers"] >= 0, len(next(iter(tuning.loader()))[0])
        (True, 64)
    """
    if not seconds > 0:
        raise ValueError(f"seconds={seconds!r} is not above 0: give the time to try settings.")
    if not step_seconds >= 0:
        raise ValueError(f"step_seconds={step_seconds!r} is below 0: give what the training needs for a batch.")
    make, present = _maker(loader)
    import torch

    limits = Limits.of_machine()
    until = time.monotonic() + seconds

    def measure(setting: Setting, slice_seconds: float) -> Round:
        made = make(setting)
        take_in(made)
        patience = max(_PATIENCE_SECONDS, seconds)
        return measured(made, slice_seconds, step_seconds, until=until, patience=patience)

    search = Search(
        measure,
        present,
        limits,
        seconds,
        time.monotonic,
        enough=1 / step_seconds if step_seconds else math.inf,
        can_pin=torch.cuda.is_available(),
    )
    with nothing_drawn(loader) as take_in, _bar(seconds, progress) as show:
        try:
            for setting in search.run():
                show(setting)
        except EmptyLoaderError:
            raise
        except Exception as error:
            raise RuntimeError(f"the loader fails as it is set ({present}): {error}") from error
    best = search.best
    gain = best.batches_per_second / search.present.batches_per_second
    return Tuning(best.setting.arguments(), gain, search.trials, limits, make, best.setting)


def _maker(loader: Any) -> tuple[Callable[[Setting], Any], Setting]:
    """What makes a loader of a setting, and the setting in use; of a function, none but the process itself."""
    from torch.utils.data import DataLoader

    if isinstance(loader, DataLoader):
        return lambda setting: _quietly(like, loader, setting), Setting.of(loader)
    if callable(loader):
        return lambda setting: _quietly(loader, **setting.arguments()), Setting(0)
    raise TypeError(f"{loader!r} is no DataLoader: give one, or a function that makes one.")


def _quietly(make: Callable[..., Any], *args: Any, **named: Any) -> Any:
    """Without torch's warning of more workers than cores: those that wait take none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(*args, **named)


@contextmanager
def _bar(seconds: float, is_shown: bool) -> Iterator[Callable[[Setting], None]]:
    """A bar that fills as time goes on, and names what is tried."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("tuning"), BarColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, transient=True, disable=not is_shown) as bar:
        task, began = bar.add_task("", total=seconds), time.monotonic()

        def show(setting: Setting) -> None:
            bar.update(task, completed=min(seconds, time.monotonic() - began), description=str(setting))

        yield show


def _table(trials: list[Trial], best: Setting) -> Table:
    from rich.table import Table

    table = Table("", "setting", "batches/s", "±", "start, s", "workers' memory, MB", "")
    for trial in sorted(trials, key=lambda trial: trial.setting):
        numbers = [""] * 4
        if trial.rounds:
            values = (trial.batches_per_second, trial.error, trial.start_seconds, trial.memory / 1e6)
            numbers = [f"{value:.3g}" if value < 1000 else f"{value:.0f}" for value in values]
        table.add_row("→" if trial.setting == best else "", str(trial.setting), *numbers, trial.problem)
    return table
