"""What one rule makes of one minute."""

from __future__ import annotations

from typing import NamedTuple

from kymo.insight.finding import Finding


class Suspicion(NamedTuple):
    """A finding, and how far it is from the least that is worth telling.

    Attributes:
        strength: 1 where it is just worth telling, 2 where it is twice that.
        finding: What would be told.
    """

    strength: float
    finding: Finding
