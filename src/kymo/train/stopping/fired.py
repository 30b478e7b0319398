"""What a stop condition says when it ends the training."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kymo.train.stopping.numbers_in_json import to_json
from kymo.train.stopping.reason import Reason, to_reason

Evidence = Mapping[str, float | int | str]


@dataclass(frozen=True, slots=True)
class Fired:
    """A stop condition that has been met.

    Attributes:
        reason: Which of the reasons it is.
        text: What happened, in one or two sentences.
        evidence: The numbers behind it and when they were taken; epochs, steps and seconds by these names.
        condition: The name of the condition.
        also: Other conditions that were met at the same moment.

    Example:
        >>> fired = Fired("max_time", "The 2 h for training are used up.", {"seconds": 7201.5}, "MaxTime")
        >>> bool(fired), Fired.from_json(fired.to_json()) == fired
        (True, True)
    """

    reason: Reason
    text: str
    evidence: Evidence = field(default_factory=dict)
    condition: str = ""
    also: tuple["Fired", ...] = ()

    def beside(self, others: tuple["Fired", ...]) -> "Fired":
        """The same, with what else was met at the same moment."""
        return replace(self, also=self.also + others)

    def to_json(self) -> dict[str, Any]:
        """A dict that any JSON writer takes; numbers that are not finite become words."""
        return {
            "reason": self.reason,
            "text": self.text,
            "evidence": evidence_to_json(self.evidence),
            "condition": self.condition,
            "also": [other.to_json() for other in self.also],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Fired":
        """What `to_json` gave.

        Raises:
            ValueError: The reason is none of the vocabulary.
            KeyError: A field is missing.
        """
        return cls(
            to_reason(data["reason"]),
            data["text"],
            dict(data["evidence"]),
            data["condition"],
            tuple(cls.from_json(other) for other in data["also"]),
        )


def evidence_to_json(evidence: Evidence) -> dict[str, float | int | str]:
    """The evidence, with words for numbers that are not finite."""
    return {name: to_json(value) if isinstance(value, float) else value for name, value in evidence.items()}
