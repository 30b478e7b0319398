"""The route that groups of runs are drawn from: the mean of their lines, with its spread."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from fastapi import APIRouter, HTTPException

from kymo.server.axis import PlacedSeries, check_question, checked_bounds, placed
from kymo.server.binary import BinaryAnswer, BinaryResponse, responses
from kymo.server.chart_models import BandsHeader, BandsRequest, GroupBand
from kymo.server.models import MAX_RUNS
from kymo.server.site import Site, SiteOf
from kymo.server.spread import Spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

router = APIRouter()


@router.post("/api/bands", response_class=BinaryResponse, responses=responses(BandsHeader))
def bands(site: SiteOf, request: BandsRequest) -> BinaryResponse:
    """Groups of runs, each as the mean of its lines with their spread, in binary."""
    check_question(request)
    asked = sum(len(group.runs) for group in request.groups)
    if asked > MAX_RUNS:
        raise HTTPException(422, f"groups has {asked} runs in all, and may have {MAX_RUNS}: ask for fewer.")
    version = site.logs.version
    drawing = _Bands(site, request, *checked_bounds(request.range))
    drawn: list[GroupBand] = []
    with BinaryAnswer(site.allowance) as answer:
        for group, members in zip(request.groups, drawing.groups, strict=True):
            runs, points, arrays = drawing.draw(members)
            drawn.append(GroupBand(name=group.name, runs=runs, points=points, arrays=answer.add(arrays)))
            answer.settle(
                f"The bands of the first {len(drawn)} of {len(request.groups)} groups at {request.pixels} pixels",
                "fewer groups or fewer pixels",
            )
        return answer.response(BandsHeader(version=version, tag=request.tag, x=request.x, groups=drawn))


class _Intervals(NamedTuple):
    """Where lines are compared: at one place of each interval of x."""

    low: Floats
    high: Floats
    place: Floats


@dataclass
class _Reach:
    """Where on x some runs have points.

    Attributes:
        x: All their places in the range; None where there are more than pixels.
        first: The first of these.
        last: The last of these.
        before: The nearest one below the range.
        behind: The nearest one above the range.
        runs: How many of the runs have a line.
        points: How many points their series have.
    """

    x: Floats | None
    first: float = math.inf
    last: float = -math.inf
    before: float = -math.inf
    behind: float = math.inf
    runs: int = 0
    points: int = 0


class _Bands:
    """One question for bands, being answered.

    Attributes:
        groups: The series of each group.
    """

    def __init__(self, site: Site, request: BandsRequest, low: float, high: float) -> None:
        self._site = site
        self._pixels = request.pixels
        self._log_x = request.log_x
        self._low = low
        self._high = high
        self.groups = [
            [
                found
                for name in dict.fromkeys(group.runs)
                if isinstance(found := placed(site, name, request), PlacedSeries)
            ]
            for group in request.groups
        ]

    def draw(self, members: list[PlacedSeries]) -> tuple[int, int, dict[str, NDArray[np.generic]]]:
        """How many runs have a line, how many points these have, and what is drawn of them."""
        reach = self._merged(self._site.share_out(members, lambda part: self._reach(part, self._pixels)), self._pixels)
        intervals = self._intervals(reach)
        spread: Spread | None = None
        for part in self._site.share_out(members, lambda part: self._spread(part, intervals)):
            if spread is None:
                spread = part
            else:
                spread.add(part)
        nothing = np.empty(0)
        spread = spread or Spread(nothing, nothing, nothing, nothing, nothing)
        return reach.runs, reach.points, spread.arrays(intervals.place)

    @staticmethod
    def _spread(members: Sequence[PlacedSeries], intervals: _Intervals) -> Spread:
        return Spread.of([member.series.buckets(**intervals._asdict(), **member.line) for member in members])

    def _reach(self, members: Sequence[PlacedSeries], limit: int) -> _Reach:
        return self._merged((self._reach_of_one(member, limit) for member in members), limit)

    def _reach_of_one(self, member: PlacedSeries, limit: int) -> _Reach:
        found = member.series.places(limit=limit, low=self._low, high=self._high, **member.line)
        before = found.before if found.before is not None else -math.inf
        behind = found.behind if found.behind is not None else math.inf
        x = found.x if found.complete else None
        if found.first is None or found.last is None:
            has_line = before > -math.inf or behind < math.inf
            return _Reach(x, before=before, behind=behind, runs=has_line, points=has_line * len(member.series))
        return _Reach(x, found.first, found.last, before, behind, 1, len(member.series))

    @staticmethod
    def _merged(parts: Iterable[_Reach], limit: int) -> _Reach:
        all_of_them = list(parts)
        return _Reach(
            _union([part.x for part in all_of_them], limit),
            min((part.first for part in all_of_them), default=math.inf),
            max((part.last for part in all_of_them), default=-math.inf),
            max((part.before for part in all_of_them), default=-math.inf),
            min((part.behind for part in all_of_them), default=math.inf),
            sum(part.runs for part in all_of_them),
            sum(part.points for part in all_of_them),
        )

    def _intervals(self, reach: _Reach) -> _Intervals:
        if reach.x is not None:
            outside = [np.array([x]) for x in (reach.before, reach.behind)]
            ends = [x[np.isfinite(x)] for x in outside]
            exact = np.concatenate([ends[0], reach.x, ends[1]])
            return _Intervals(exact, exact, exact)
        low = self._low if self._low > (0 if self._log_x else -math.inf) else self._extent.first
        high = self._high if self._high < math.inf else self._extent.last
        return _even(low, high, self._pixels, geometric=self._log_x)

    @cached_property
    def _extent(self) -> _Reach:
        """Where the points of all groups lie: their buckets are the same."""
        members = [member for group in self.groups for member in group]
        return self._merged(self._site.share_out(members, lambda part: self._reach(part, 0)), 0)


def _union(places: list[Floats | None], limit: int) -> Floats | None:
    """All of them in order, each once; None where there are more than the limit."""
    # Runs of one script mostly have points at the same places.
    different = {x.tobytes(): x for x in places if x is not None}
    if any(x is None for x in places):
        return None
    union = np.unique(np.concatenate([np.empty(0), *different.values()]))
    return union if len(union) <= limit else None


def _even(low: float, high: float, pixels: int, *, geometric: bool) -> _Intervals:
    """Buckets that divide a range."""
    first, last = (math.log(low), math.log(high)) if geometric else (low, high)
    # Each end is divided first: the extent between two huge ones overflows.
    edges = first + np.arange(pixels + 1, dtype=np.float64) * (last / pixels - first / pixels)
    centres = edges[:-1] / 2 + edges[1:] / 2
    if geometric:
        edges, centres = np.exp(edges), np.exp(centres)
    edges[0], edges[-1] = low, high
    edges = np.maximum.accumulate(np.minimum(edges, high))
    ends = np.nextafter(edges[1:], -math.inf)
    ends[-1] = high
    return _Intervals(edges[:-1], ends, centres)
