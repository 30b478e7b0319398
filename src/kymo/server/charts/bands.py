"""The route that groups of runs are drawn from: the mean of their lines, with its spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException

from kymo.server.binary import BinaryAnswer, BinaryResponse, responses
from kymo.server.charts.axis import PlacedSeries, check_question, checked_bounds, placed
from kymo.server.charts.incidents import Incidents
from kymo.server.charts.intervals import Intervals
from kymo.server.charts.models import BandsHeader, BandsRequest, GroupBand
from kymo.server.charts.reach import Reach
from kymo.server.charts.spread import Spread
from kymo.server.models import MAX_RUNS
from kymo.server.site import Site, SiteOf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

router = APIRouter()


@router.post("/api/bands", response_class=BinaryResponse, responses=responses(BandsHeader))
def bands(site: SiteOf, request: BandsRequest) -> BinaryResponse:
    """Groups of runs, each as the mean of its lines with their spread, in binary."""
    check_question(request)
    asked = sum(len(group.runs) for group in request.groups)
    if asked > MAX_RUNS:
        raise HTTPException(422, f"groups has {asked} runs in all, and may have {MAX_RUNS}: ask for fewer.")
    version = site.logs.version
    drawing = _Bands(site, request)
    drawn: list[GroupBand] = []
    with BinaryAnswer(site.allowance) as answer:
        for group, members in zip(request.groups, drawing.groups, strict=True):
            reach, arrays = drawing.draw(members)
            drawn.append(GroupBand(name=group.name, runs=reach.runs, points=reach.points, arrays=answer.add(arrays)))
            answer.settle(
                f"The bands of the first {len(drawn)} of {len(request.groups)} groups at {request.pixels} pixels",
                "fewer groups or fewer pixels",
            )
        return BinaryResponse(answer.finish(BandsHeader(version=version, tag=request.tag, x=request.x, groups=drawn)))


class _Bands:
    """One question for bands, being answered.

    Attributes:
        groups: The series of each group.
    """

    def __init__(self, site: Site, request: BandsRequest) -> None:
        self._site = site
        self._request = request
        self._bounds = checked_bounds(request.range)
        self.groups = [self._members(group.runs) for group in request.groups]

    def _members(self, runs: list[str]) -> list[PlacedSeries]:
        found = (placed(self._site, name, self._request) for name in dict.fromkeys(runs))
        return [series for series in found if isinstance(series, PlacedSeries)]

    def draw(self, members: list[PlacedSeries]) -> tuple[Reach, dict[str, NDArray[np.generic]]]:
        """Where the runs of a group have points, and what is drawn of them."""
        reach = self._reach(members, self._request.pixels)
        intervals = self._intervals(reach)
        lots = self._site.share_out(members, lambda lot: _spread(lot, intervals))
        spread = next(lots, None) or Spread.of_nothing()
        for another in lots:
            spread.add(another)
        return reach, spread.arrays(intervals.place) | self._incidents(members).arrays()

    def _incidents(self, members: list[PlacedSeries]) -> Incidents:
        view = self._request

        def of_lot(lot: Sequence[PlacedSeries]) -> Incidents:
            return Incidents.of_all((Incidents.of(member, view) for member in lot), view)

        return Incidents.of_all(self._site.share_out(members, of_lot), view)

    def _reach(self, members: list[PlacedSeries], limit: int) -> Reach:
        def of_lot(lot: Sequence[PlacedSeries]) -> Reach:
            return Reach.of_all((Reach.of(member, self._bounds, limit) for member in lot), limit)

        return Reach.of_all(self._site.share_out(members, of_lot), limit)

    def _intervals(self, reach: Reach) -> Intervals:
        """At each place of the points, or where these are too many in buckets, which all groups share."""
        if reach.places is not None:
            return Intervals.at(reach.drawn)
        low, high = self._bounds
        log_x = self._request.log_x
        low = low if low > (0 if log_x else -math.inf) else self._whole.first
        high = high if high < math.inf else self._whole.last
        return Intervals.dividing(low, high, self._request.pixels, geometric=log_x)

    @cached_property
    def _whole(self) -> Reach:
        """Where the points of all groups lie, without their places."""
        return self._reach([member for group in self.groups for member in group], 0)


def _spread(members: Sequence[PlacedSeries], intervals: Intervals) -> Spread:
    return Spread.of([member.series.buckets(**intervals._asdict(), **member.line) for member in members])
