"""Where on x some runs have points."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.server.charts.axis import PlacedSeries

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reach:
    """The places of finite points in a range of x, and around it.

    Attributes:
        places: All in the range, each once; None where there are more than were asked for.
        first: The first of these.
        last: The last of these.
        before: The nearest one below the range.
        behind: The nearest one above the range.
        runs: How many of the runs have a line.
        points: How many points the series of these have.
    """

    places: Floats | None
    first: float = math.inf
    last: float = -math.inf
    before: float = -math.inf
    behind: float = math.inf
    runs: int = 0
    points: int = 0

    @classmethod
    def of(cls, member: PlacedSeries, bounds: tuple[float, float], limit: int) -> Reach:
        """Of one run, with no more than so many places."""
        found = member.series.places(limit=limit, low=bounds[0], high=bounds[1], **member.line)
        first, last, before, behind = found.first, found.last, found.before, found.behind
        has_line = first is not None or before is not None or behind is not None
        return cls(
            places=found.x if found.complete else None,
            first=math.inf if first is None else first,
            last=-math.inf if last is None else last,
            before=-math.inf if before is None else before,
            behind=math.inf if behind is None else behind,
            runs=int(has_line),
            points=len(member.series) if has_line else 0,
        )

    @classmethod
    def of_all(cls, parts: Iterable[Reach], limit: int) -> Reach:
        """Of all these together, with no more than so many places."""
        known = [cls(np.empty(0)), *parts]
        return cls(
            _union([part.places for part in known], limit),
            min(part.first for part in known),
            max(part.last for part in known),
            max(part.before for part in known),
            min(part.behind for part in known),
            sum(part.runs for part in known),
            sum(part.points for part in known),
        )

    @property
    def drawn(self) -> Floats:
        """All places, and the nearest outside of the range, so that lines run out of it."""
        assert self.places is not None
        outside = [np.array([x])[: int(math.isfinite(x))] for x in (self.before, self.behind)]
        return np.concatenate([outside[0], self.places, outside[1]])


def _union(places: list[Floats | None], limit: int) -> Floats | None:
    # Runs of one script mostly have points at the same places.
    different = {x.tobytes(): x for x in places if x is not None}
    if any(x is None for x in places):
        return None
    union = np.unique(np.concatenate(list(different.values())))
    return union if len(union) <= limit else None
