"""What the benches of growth share: the sizes, which of them a library is measured at, and how often."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from apart import Failure

SMALLEST = 10_000
FACTOR = 10
LIMIT = 60.0  # seconds that no measurement of a peer may be foretold to take
OURS = "kymo"
ROUNDS_WITHIN = 20.0  # seconds that are worth a second and a third round
ROUNDS = 3
_MEMORY_MIB = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20

Figures = dict[str, Any]


class Rounds(NamedTuple):
    """What was measured of one library at one size, and why there is not more of it."""

    done: list[Figures]
    told: str

    def median(self, key: str, digits: int | None = None) -> float | None:
        return round(statistics.median(each[key] for each in self.done), digits) if self.done else None


def sizes(largest: int) -> Iterator[int]:
    """Ten thousand points, and each power of ten up to the largest."""
    size = SMALLEST
    while size <= largest:
        yield size
        size *= FACTOR


def too_much(name: str, before: Rounds | None) -> str:
    """Why a peer is not run at a size, going by the size before, as if its cost grew no faster than the points."""
    if before is None or name.startswith(OURS):
        return ""
    if not before.done:
        return before.told if before.told.startswith("not run") else "not run: failed with a tenth of the points"
    if before.done[-1]["seconds"] * FACTOR > LIMIT:
        return "not run: more than a minute"
    if before.done[-1]["peak"] * FACTOR > _MEMORY_MIB / 2:
        return "not run: more than half of the memory"
    return ""


def in_turn(measures: Mapping[str, Callable[[], Figures | Failure]], before: Mapping[str, Rounds]) -> dict[str, Rounds]:
    """Measures each in turn, several times where that is short: what disturbs the machine disturbs all."""
    rounds = {name: Rounds([], too_much(name, before.get(name))) for name in measures}
    for round_ in range(ROUNDS):
        for name, measure in measures.items():
            done, told = rounds[name]
            if told or (done and done[0]["seconds"] * ROUNDS > ROUNDS_WITHIN):
                continue
            figures = measure()
            if isinstance(figures, Failure):
                when = f", in round {round_ + 1}" if done else ""
                rounds[name] = Rounds(done, f"{figures.why}{when}")
            else:
                done.append(figures)
    return rounds
