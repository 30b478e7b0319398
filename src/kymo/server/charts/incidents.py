"""What befell runs along x: values that are not finite, and restarts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kymo.server.charts.axis import PlacedSeries, checked_bounds
from kymo.server.charts.restarts import restarts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kymo.server.charts.models import ViewQuestion

    Floats = NDArray[np.float64]

# NaN, infinity, minus infinity: the numbers of `mark_kind`.
_KINDS = range(3)


@dataclass(frozen=True)
class Incidents:
    """Where in a view something befell any of some runs.

    Attributes:
        marks: Places of NaN, of infinity, of minus infinity.
        restarts: Where any run went on after it had stopped.
    """

    marks: tuple[Floats, ...]
    restarts: Floats

    @classmethod
    def of(cls, member: PlacedSeries, view: ViewQuestion) -> Incidents:
        """Of one run."""
        low, high = checked_bounds(view.range)
        # Most series are finite throughout, which one column of pixels tells.
        found = member.series.viewport(low=low, high=high, pixels=1, **member.line)
        if len(found.mark_x):
            found = member.series.viewport(low=low, high=high, pixels=view.pixels, **member.line)
        again = restarts(member)
        return cls(
            tuple(found.mark_x[found.mark_kind == kind] for kind in _KINDS),
            again[(low <= again) & (again <= high)],
        )

    @classmethod
    def of_all(cls, parts: Iterable[Incidents], view: ViewQuestion) -> Incidents:
        """Of all these together: of each kind no more than the view has columns of pixels."""
        known = list(parts)

        def together(places: Iterable[Floats]) -> Floats:
            return _thinned(np.concatenate([np.empty(0), *places]), view)

        return cls(
            tuple(together(part.marks[kind] for part in known) for kind in _KINDS),
            together(part.restarts for part in known),
        )

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """What is drawn of them, in order of x."""
        x = np.concatenate(self.marks)
        kinds = np.repeat(np.array(_KINDS, np.uint8), [len(places) for places in self.marks])
        order = np.argsort(x, kind="stable")
        return {"mark_x": x[order], "mark_kind": kinds[order], "restarts": self.restarts}


def _thinned(places: Floats, view: ViewQuestion) -> Floats:
    """In order, each once; the first of each column of pixels where there are more of them than columns."""
    places = np.unique(places)
    if len(places) <= view.pixels:
        return places
    # Halves: the extent between two huge places overflows.
    scale = np.log(places) if view.log_x else places / 2
    columns = np.floor((scale - scale[0]) / (scale[-1] - scale[0]) * view.pixels)
    _, first = np.unique(np.minimum(columns, view.pixels - 1), return_index=True)
    return places[first]
