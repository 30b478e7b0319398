"""What all stop conditions share."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from kymo.train.stopping.fired import Fired

# The moments of a training at which conditions are asked, each a method of the same name.
MOMENTS = ("before_epoch", "after_batch", "before_validation", "after_validation", "after_epoch", "while_paused")


class Progress(NamedTuple):
    """Where a training is when conditions are asked.

    Attributes:
        epoch: Epochs that are complete: 1 after the first.
        step: Steps (batches) that are complete, over all epochs.
        metrics: What was measured, by name: numbers, or tensors of one element.

    Example:
        >>> from kymo import Progress
        >>> Progress(epoch=2, step=2000, metrics={"val/loss": 0.25}).step
        2000
    """

    epoch: int | None = None
    step: int | None = None
    metrics: Mapping[str, Any] = MappingProxyType({})


UNTOLD = Progress()


class Closeness(NamedTuple):
    """How near a condition is to stopping the training.

    Attributes:
        fraction: From 0, nothing of it, to 1, met.
        text: The same for people: "patience 7 of 10 checks", "38 min of 2 h".

    Example:
        >>> from kymo import MaxEpochs
        >>> MaxEpochs(100).closeness()
        Closeness(fraction=0.0, text='epoch 0 of 100')
    """

    fraction: float
    text: str


class StopCondition:
    """Something that may end a training; subclass it for a condition of your own.

    A condition is asked at moments of the training and answers with what was met, or None. All moments are optional,
    both to ask and to answer: those that a condition does not define answer None.

    Conditions that need the number of epochs or steps count by themselves where it is not told.

    Example:
        >>> class Plenty(StopCondition):
        ...     def after_epoch(self, at=UNTOLD):
        ...         return Fired("target_reached", "Three epochs are plenty.") if at.epoch >= 3 else None
        >>> from kymo.train.stopping.fired import Fired
        >>> with Plenty() as plenty:
        ...     for epoch in range(1, 100):
        ...         if plenty.after_epoch(Progress(epoch=epoch)):
        ...             break
        >>> epoch
        3
    """

    @property
    def name(self) -> str:
        """What the condition is called where several are told apart."""
        return type(self).__name__

    def start(self) -> None:
        """Training begins: budgets run from here on. Without it, they run from the first moment that is asked."""

    def close(self) -> None:
        """Training is over: gives back what the condition holds."""

    def before_epoch(self, at: Progress = UNTOLD) -> "Fired | None":
        """Asked before an epoch begins."""
        return None

    def after_batch(self, at: Progress = UNTOLD) -> "Fired | None":
        """Asked after each batch, with the metrics of the batch."""
        return None

    def before_validation(self, at: Progress = UNTOLD) -> "Fired | None":
        """Asked before a validation begins."""
        return None

    def after_validation(self, at: Progress = UNTOLD) -> "Fired | None":
        """Asked once a validation has ended."""
        return None

    def after_epoch(self, at: Progress = UNTOLD) -> "Fired | None":
        """Asked after each epoch, with the metrics of the epoch."""
        return None

    def while_paused(self, at: Progress = UNTOLD) -> "Fired | None":
        """Asked again and again while the training is paused between two batches."""
        return None

    def leave_out(self, seconds: float) -> None:
        """The training has been paused for so long: budgets of training time do not count it."""

    def closeness(self) -> Closeness | None:
        """How near the condition is to stopping the training; None where that cannot be said."""
        return None

    def seconds_left(self) -> float | None:
        """How long the training may still go on, where time alone decides that; None elsewhere."""
        return None

    def limits(self) -> dict[str, str]:
        """The limits that may be changed while the training runs, by name, as a person would write them.

        Example:
            >>> from kymo import MaxTime
            >>> limit = MaxTime("2h")
            >>> limit.change_limit("max_time", "150m")
            >>> limit.limits()
            {'max_time': '2 h 30 min'}
        """
        return {}

    def change_limit(self, name: str, value: str) -> None:
        """Changes one of `limits`.

        Args:
            name: The limit's name.
            value: As a person writes it.

        Raises:
            ValueError: It cannot be read as such a limit, or would leave nothing to train.
        """
        raise ValueError(f"{self.name} has no limit {name!r}")

    def state_dict(self) -> dict[str, Any]:
        """What a resumed condition needs to go on, as JSON knows it; options are not in it, the new ones count."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `state_dict` gave."""

    def __enter__(self) -> "Self":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        self.close()
