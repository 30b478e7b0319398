"""Which settings are tried, for how long, and which is best."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from kymo.train.tuning.limits import Limits
from kymo.train.tuning.setting import Setting
from kymo.train.tuning.trial import Round, Trial

Measure = Callable[[Setting, float], Round]

_WARM_UP, _COUNTS, _FINAL, _DETAILS = (
    0.05,
    0.4,
    0.3,
    0.25,
)  # of the time: how many workers, the best few again, what else can be set
_FINALISTS, _TURNS = 3, 2
_NOISE = 0.03  # of a rate, at least: so much differs from one time to the next
_BLOCKED = 0.5  # of their time at work, at most: workers that wait can be more than there are cores
_BLOCKED_BELOW = 0.9  # of what the training takes: those that are faster wait for it
_MORE = 2  # times the cores, where they wait
_PREFETCH = (4, 8)


class Search:
    """Tries settings for a bounded time.

    The present setting is measured first, and once before that for nobody: files are read for the first time then.
    Every setting is measured at least once for a slice of the time, and the best ones again, in turns, so that a moment
    in which the machine was slow decides nothing. Of settings that are as fast as the best one, as far as can be told,
    the one with fewest workers is best, then the one that makes least ahead.

    Args:
        measure: Measures a setting for so many seconds; what it raises is a problem of that setting.
        present: The setting that is in use.
        limits: What there is room for.
        seconds: For how long, all together.
        clock: Tells the time, in seconds.
        enough: Batches per second that the training takes at most.
        can_pin: Whether pinned memory is worth a try.

    Attributes:
        trials: What was measured, in order.

    Example:
        >>> rates = {0: 10.0, 1: 9.0, 2: 18.0, 4: 30.0}
        >>> def measure(setting: Setting, seconds: float) -> Round:
        ...     return Round(rates[setting.num_workers])
        >>> search = Search(measure, Setting(0), Limits(4), 10.0, lambda: 0.0)
        >>> for setting in search.run():
        ...     pass
        >>> str(search.best.setting)
        'num_workers=4, prefetch_factor=2'
    """

    def __init__(
        self,
        measure: Measure,
        present: Setting,
        limits: Limits,
        seconds: float,
        clock: Callable[[], float],
        *,
        enough: float = math.inf,
        can_pin: bool = False,
    ) -> None:
        self.trials: list[Trial] = []
        self._measure = measure
        self._present = present
        self._limits = limits
        self._seconds = seconds
        self._clock = clock
        self._ends = clock() + seconds
        self._enough = enough
        self._can_pin = can_pin

    def run(self) -> Iterator[Setting]:
        """Tries one setting after the other; gives each before it is measured.

        Raises:
            Exception: What measuring the present setting has raised: there is nothing to compare with.
        """
        counts = self._counts()
        yield self._present
        first = self._measure(self._present, _WARM_UP * self._seconds)
        if self._clock() >= self._ends:  # a batch takes so long that there is no time for another one
            self.trials.append(Trial(self._present, [first]))
            return
        for setting in counts:
            yield from self._try(setting, _COUNTS * self._seconds / len(counts))
        if self._is_blocked():
            more = Setting(_MORE * self._limits.cores, pin_memory=self._present.pin_memory)
            yield from self._try(more, _COUNTS * self._seconds / len(counts))
        fastest = sorted(self._measured(), key=lambda trial: -trial.batches_per_second)[:_FINALISTS]
        finalists = list(dict.fromkeys([self._present, *(trial.setting for trial in fastest)]))
        yield from self._in_turns(finalists, _FINAL)
        if details := self._details(self.best.setting):
            yield from self._in_turns([self.best.setting, *details], _DETAILS)

    def _in_turns(self, settings: list[Setting], share: float) -> Iterator[Setting]:
        for _ in range(_TURNS):
            for setting in settings:
                yield from self._try(setting, share * self._seconds / (_TURNS * len(settings)))

    @property
    def present(self) -> Trial:
        """What was measured of the setting that is in use."""
        return next(trial for trial in self.trials if trial.setting == self._present)

    @property
    def best(self) -> Trial:
        """The setting to use; there is one as soon as the present one was measured."""
        measured = self._measured()
        fastest = max(measured, key=lambda trial: trial.batches_per_second)
        least = fastest.batches_per_second - max(_NOISE * fastest.batches_per_second, fastest.error)
        as_fast = [trial for trial in measured if trial.batches_per_second >= least]
        return min(as_fast, key=lambda trial: (trial.setting, -trial.batches_per_second))

    def _counts(self) -> list[Setting]:
        """The present setting first, then others from few workers to many."""
        pins = self._present.pin_memory
        doubling = [0, *(2**power for power in range(16) if 2**power < self._limits.cores), self._limits.cores]
        return list(dict.fromkeys([self._present, *(Setting(count, pin_memory=pins) for count in doubling)]))

    def _is_blocked(self) -> bool:
        """Whether the largest number of workers so far mostly waits, and has made it faster."""
        largest = max(self._measured(), key=lambda trial: trial.setting.num_workers)
        workers = largest.setting.num_workers
        waits = largest.rounds[0].at_work < _BLOCKED and largest.batches_per_second < _BLOCKED_BELOW * self._enough
        return 0 < workers == self._limits.cores and waits

    def _details(self, best: Setting) -> list[Setting]:
        """The best setting so far with something else changed."""
        found = []
        if best.num_workers:
            found += [best._replace(prefetch_factor=ahead) for ahead in _PREFETCH if ahead != best.prefetch_factor]
        if self._can_pin:
            found.append(best._replace(pin_memory=not best.pin_memory))
        return found

    def _measured(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.rounds and not trial.problem]

    def _try(self, setting: Setting, seconds: float) -> Iterator[Setting]:
        """One round of a setting, unless the time is over or there is no room for it."""
        trial = next((each for each in self.trials if each.setting == setting), None)
        is_first = not self.trials
        if not is_first and (self._clock() >= self._ends or (trial is not None and trial.problem)):
            return
        if trial is None:
            trial = Trial(setting)
            self.trials.append(trial)
        trial.problem = "" if is_first else self._limits.problem_of(setting, self.trials)
        if trial.problem:
            return
        yield setting
        try:
            trial.rounds.append(self._measure(setting, seconds))
        except Exception as error:
            if is_first:
                raise
            trial.problem = _told(error)


def _told(error: Exception) -> str:
    """What went wrong, in a line; an error in a worker comes with all of that one's traceback."""
    lines = str(error).strip().splitlines()
    return lines[-1] if len(lines) > 1 else f"{type(error).__name__}: {error}"
