"""A finding that is told steadily: it neither comes and goes, nor changes its mind, with each sample."""

from __future__ import annotations

from dataclasses import replace

from kymo.insight.finding import Finding
from kymo.insight.suspicion import Suspicion

_LEAVES = 0.7  # of the strength at which a finding is told first
_MINDS = 3  # looks in a row that must agree on another cause


class Hysteresis:
    """What one rule tells, as time goes on.

    Example:
        >>> steady = Hysteresis()
        >>> told = []
        >>> for time, strength in enumerate([0.9, 1.1, 0.8, 0.8, 0.6, 0.8]):
        ...     steady.look(Suspicion(strength, Finding("disk", "notice", "")), float(time))
        ...     told.append(steady.finding and steady.finding.since)
        >>> told
        [None, 1.0, 1.0, 1.0, None, None]
    """

    def __init__(self) -> None:
        self.finding: Finding | None = None
        self._looks = 0  # in a row at which another cause was found

    def look(self, suspicion: Suspicion | None, time: float) -> None:
        """Is told what the rule makes of the minute before some time, in seconds since the epoch."""
        told = self.finding
        if suspicion is None or suspicion.strength < (1.0 if told is None else _LEAVES):
            self.finding, self._looks = None, 0
            return
        found = suspicion.finding
        if told is None:
            self.finding = replace(found, since=time)
        elif found.cause == told.cause:
            self.finding, self._looks = replace(found, since=told.since), 0
        else:
            self._looks += 1
            if self._looks >= _MINDS:
                self.finding, self._looks = replace(found, since=told.since), 0
