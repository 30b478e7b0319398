"""Several stop conditions as one."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any

from kymo.train.stopping.agreement import Agreement, alone
from kymo.train.stopping.condition import MOMENTS, UNTOLD, Closeness, Progress, StopCondition
from kymo.train.stopping.fired import Fired
from kymo.writer.bad_input import shown


class StopConditions(StopCondition):
    """Asks several conditions at each moment, in order: the first that is met is the reason, others stand beside it.

    Args:
        conditions: The conditions.
        agree: What all processes that train together agree by; alone, what this one finds counts.

    Raises:
        TypeError: One of them is no condition.

    Example:
        >>> from kymo import MaxEpochs, MaxSteps, Progress, StopConditions
        >>> stop = StopConditions([MaxSteps(20), MaxEpochs(2)])
        >>> fired = stop.after_epoch(Progress(epoch=2, step=20))
        >>> fired.condition, [other.condition for other in fired.also]
        ('MaxSteps', ['MaxEpochs'])
        >>> [closeness.text for closeness in stop.closenesses().values()]
        ['step 20 of 20', 'epoch 2 of 2']
    """

    def __init__(self, conditions: Iterable[StopCondition], *, agree: Agreement = alone) -> None:
        self.conditions = list(conditions)
        for condition in self.conditions:
            if not isinstance(condition, StopCondition):
                raise TypeError(f"{shown(condition)} is no stop condition: pass a kymo.StopCondition")
        self._agree = agree
        # After each batch, only those are asked that may answer.
        self._asked = {
            moment: [
                getattr(condition, moment)
                for condition in self.conditions
                if getattr(type(condition), moment) is not getattr(StopCondition, moment)
            ]
            for moment in MOMENTS
        }
        self._open = ExitStack()

    def start(self) -> None:
        """Starts all of them."""
        for condition in self.conditions:
            condition.start()
            self._open.callback(condition.close)

    def close(self) -> None:
        """Closes all of them, the last one first."""
        self._open.close()

    def before_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Asked before an epoch begins."""
        return self._ask("before_epoch", at)

    def after_batch(self, at: Progress = UNTOLD) -> Fired | None:
        """Asked after each batch, with the metrics of the batch."""
        return self._ask("after_batch", at)

    def before_validation(self, at: Progress = UNTOLD) -> Fired | None:
        """Asked before a validation begins."""
        return self._ask("before_validation", at)

    def after_validation(self, at: Progress = UNTOLD) -> Fired | None:
        """Asked once a validation has ended."""
        return self._ask("after_validation", at)

    def after_epoch(self, at: Progress = UNTOLD) -> Fired | None:
        """Asked after each epoch, with the metrics of the epoch."""
        return self._ask("after_epoch", at)

    def while_paused(self, at: Progress = UNTOLD) -> Fired | None:
        """Asked again and again while the training is paused."""
        return self._ask("while_paused", at)

    def leave_out(self, seconds: float) -> None:
        """Tells all of them of a pause."""
        for condition in self.conditions:
            condition.leave_out(seconds)

    def limits(self) -> dict[str, str]:
        """The limits of all of them; where two have the same name, the condition's name is beside it.

        Example:
            >>> from kymo import EarlyStopping, MaxTime, StopConditions
            >>> losses = [EarlyStopping("train/loss"), EarlyStopping("val/loss", patience="5 epochs")]
            >>> StopConditions([MaxTime("2h"), *losses]).limits()
            {'max_time': '2 h', 'patience': '3 checks', 'patience of EarlyStopping(val/loss)': '5 epochs'}
        """
        return {name: condition.limits()[own] for name, (condition, own) in self._limits().items()}

    def change_limit(self, name: str, value: str) -> None:
        """Changes one of `limits`.

        Raises:
            ValueError: There is none of this name, or the value is refused.
        """
        limits = self._limits()
        if name not in limits:
            there = ", ".join(limits) or "none"
            raise ValueError(f"there is no limit {name!r}: there is {there}")
        condition, own = limits[name]
        condition.change_limit(own, value)

    def closeness(self) -> Closeness | None:
        """How near the nearest of them is."""
        return max(self.closenesses().values(), key=lambda each: each.fraction, default=None)

    def closenesses(self) -> dict[str, Closeness]:
        """How near each of them is, by its name; those that cannot say are left out."""
        found = {name: condition.closeness() for name, condition in self._named().items()}
        return {name: closeness for name, closeness in found.items() if closeness is not None}

    def state_dict(self) -> dict[str, Any]:
        """The state of each of them, by its name."""
        return {name: condition.state_dict() for name, condition in self._named().items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave; one that was not there begins anew, which the logger "kymo" is told."""
        named = self._named()
        for name, condition in named.items():
            if name in state:
                condition.load_state_dict(state[name])
        fresh, gone = named.keys() - state.keys(), state.keys() - named.keys()
        if fresh or gone:
            told = [f"{name} begins anew" for name in sorted(fresh)] + [f"{name} is not there" for name in sorted(gone)]
            logging.getLogger("kymo").warning("Stop conditions differ from those resumed from: %s.", ", ".join(told))

    def _ask(self, moment: str, at: Progress) -> Fired | None:
        found = [fired for ask in self._asked[moment] if (fired := ask(at)) is not None]
        return self._agree(found[0].beside(tuple(found[1:])) if found else None)

    def _limits(self) -> dict[str, tuple[StopCondition, str]]:
        found: dict[str, tuple[StopCondition, str]] = {}
        for called, condition in self._named().items():
            for own in condition.limits():
                found[own if own not in found else f"{own} of {called}"] = (condition, own)
        return found

    def _named(self) -> dict[str, StopCondition]:
        seen: Counter[str] = Counter()
        named = {}
        for condition in self.conditions:
            seen[condition.name] += 1
            count = seen[condition.name]
            named[condition.name if count == 1 else f"{condition.name} #{count}"] = condition
        return named
