"""How a training ended."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kymo.train.stopping.fired import Evidence, Fired, evidence_to_json
from kymo.train.stopping.numbers_in_json import to_json
from kymo.train.stopping.reason import EXIT_CODES, Reason, to_reason


@dataclass(frozen=True, slots=True)
class Best:
    """The best value of a metric, and where it is.

    Attributes:
        monitor: The metric.
        value: Its best value.
        epoch: The epoch it was measured at, as it was told.
        step: The step it was measured at, as it was told.
        path: The file that holds the model of that moment.

    Example:
        >>> print(Best("val/loss", 0.25, epoch=7, path="runs/mlp/bestmodel.pth"))
        The best val/loss is 0.25 at epoch 7, in runs/mlp/bestmodel.pth.
    """

    monitor: str
    value: float
    epoch: int | None = None
    step: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        places = [
            f"{name} {place}" for name, place in (("epoch", self.epoch), ("step", self.step)) if place is not None
        ]
        where = f" at {', '.join(places)}" if places else ""
        return f"The best {self.monitor} is {self.value:.6g}{where}" + (f", in {self.path}." if self.path else ".")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended: why, on what evidence, and what to do next.

    Attributes:
        reason: One of the closed vocabulary.
        text: What happened, in one or two sentences.
        evidence: The numbers behind it and when they were taken.
        best: The best value and where it is.
        resume: How to go on.
        also: Other conditions that were met at the same moment.

    Example:
        >>> fired = Fired("early_stopping", "val/loss has not improved for 10 checks.", {"checks": 10})
        >>> outcome = Outcome.of(fired, best=Best("val/loss", 0.25, epoch=7), resume="train.py --resume")
        >>> print(outcome)
        val/loss has not improved for 10 checks. The best val/loss is 0.25 at epoch 7. To go on: train.py --resume
        >>> outcome.exit_code, Outcome.from_json(outcome.to_json()) == outcome
        (0, True)
    """

    reason: Reason
    text: str
    evidence: Evidence = field(default_factory=dict)
    best: Best | None = None
    resume: str | None = None
    also: tuple[Fired, ...] = ()

    @classmethod
    def of(cls, fired: Fired, *, best: Best | None = None, resume: str | None = None) -> "Outcome":
        """The outcome of a training that a condition has ended."""
        return cls(fired.reason, fired.text, fired.evidence, best, resume, fired.also)

    @classmethod
    def of_error(cls, error: BaseException, *, best: Best | None = None, resume: str | None = None) -> "Outcome":
        """The outcome of a training that an exception has ended: Ctrl+C, pressed twice, is an interruption.

        Example:
            >>> Outcome.of_error(ValueError("no data")).text, Outcome.of_error(KeyboardInterrupt()).exit_code
            ('ValueError: no data', 130)
        """
        if isinstance(error, KeyboardInterrupt):
            return cls("interrupted", "It was interrupted at once, in the middle of a batch.", {}, best, resume)
        name = type(error).__name__
        return cls("error", f"{name}: {error}" if str(error) else name, {"exception": name}, best, resume)

    @property
    def exit_code(self) -> int:
        """What the program should exit with: 0 where the training ended as it was asked to."""
        return EXIT_CODES[self.reason]

    def to_json(self) -> dict[str, Any]:
        """A dict that any JSON writer takes; numbers that are not finite become words."""
        best = None if self.best is None else {**asdict(self.best), "value": to_json(self.best.value)}
        return {
            "reason": self.reason,
            "text": self.text,
            "evidence": evidence_to_json(self.evidence),
            "exit_code": self.exit_code,
            "best": best,
            "resume": self.resume,
            "also": [other.to_json() for other in self.also],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Outcome":
        """What `to_json` gave.

        Raises:
            ValueError: The reason is none of the vocabulary.
            KeyError: A field is missing.
        """
        best = data["best"]
        return cls(
            to_reason(data["reason"]),
            data["text"],
            dict(data["evidence"]),
            None if best is None else Best(**{**best, "value": float(best["value"])}),
            data["resume"],
            tuple(Fired.from_json(other) for other in data["also"]),
        )

    def __str__(self) -> str:
        parts = [self.text, *(other.text for other in self.also)]
        if self.best is not None:
            parts.append(str(self.best))
        if self.resume:
            parts.append(f"To go on: {self.resume}")
        return " ".join(parts)
