"""What is found out about a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["good", "notice", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("good", "notice", "warning", "critical")


@dataclass(frozen=True)
class Finding:
    """One thing that holds a run back, or that nothing does.

    Attributes:
        cause: What it is, as a word for programs: "too_few_workers".
        severity: How much it matters.
        text: What it is, in one sentence.
        evidence: The numbers that say so, by series, in the units of the series.
        confidence: How sure it is, from 0 to 1.
        advice: What to change; "" where nothing is to be changed.
        gain: How many times as fast the training could be at most, once it is mended; None where that is not known.
        experiment: What would make surer; "" where it is sure.
        since: When it began, in seconds since the epoch; None where that is not known.
        why: Why it matters, for whoever has not met it before; "" where that goes without saying.
        layers: The parameters or modules that it is about.
    """

    cause: str
    severity: Severity
    text: str
    evidence: Mapping[str, float] = field(default_factory=dict)
    confidence: float = 1.0
    advice: str = ""
    gain: float | None = None
    experiment: str = ""
    since: float | None = None
    why: str = ""
    layers: tuple[str, ...] = ()


def severity_of(share: float) -> Severity:
    """How much it matters to lose a share of the time, from 0 to 1.

    Example:
        >>> severity_of(0.07), severity_of(0.2), severity_of(0.6)
        ('notice', 'warning', 'critical')
    """
    return "critical" if share >= 0.3 else "warning" if share >= 0.1 else "notice"


def gain_without(share: float) -> float:
    """How many times as fast a training is that no longer loses a share of its time: 1 / (1 - share).

    Example:
        >>> gain_without(0.5)
        2.0
    """
    return 1 / (1 - min(share, 0.99))
