"""What the list of runs says of all runs together, kept up at the cost of what has changed."""

from __future__ import annotations

import heapq
import threading
import weakref
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from kymo.server.headline import headline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kymo.store import Logs, Run

# As many runs as a page opens with where there is a crowd of them.
LATEST = 20


@dataclass(frozen=True)
class Described:
    """What a tag says of itself."""

    display_name: str = ""
    description: str = ""


TagKey = tuple[str, str]
"""A tag and its kind."""


@dataclass(frozen=True)
class _Counted:
    """What is counted of one run."""

    tags: frozenset[TagKey]
    warnings: int
    # When it started; None where it is put aside.
    began: float | None


_NOTHING = _Counted(frozenset(), 0, None)


class Overview:
    """Sums over all runs of the logs. Safe to use from many threads.

    `refresh()` takes in what has changed; everything else is of the state at the last one.
    """

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._lock = threading.Lock()
        self._version: int | None = None
        self._runs: dict[str, _Counted] = {}
        self._tags: Counter[TagKey] = Counter()
        self._described: dict[TagKey, Described] = {}
        self._placed: Counter[str] = Counter()
        # Most runs have the tags that others have, too: a set of them is kept once, for as long as a run has it.
        self._sets: weakref.WeakValueDictionary[int, frozenset[TagKey]] = weakref.WeakValueDictionary()
        self._damage = 0
        self._headline: str | None = None
        self._headline_version = 0
        self._latest: list[str] = []

    def refresh(self) -> int:
        """Takes in what has changed; returns the version that it is of."""
        with self._lock:
            since = None if self._version is None else self._logs.since(self._version)
            if since is None:
                # Before the runs are looked at: what changes meanwhile is taken in once more.
                version = self._logs.version
                changed: Iterable[str] = list(self._logs)
                removed: Iterable[str] = [name for name in self._runs if name not in self._logs]
            else:
                version, changed, removed = since.version, since.changed, since.removed
            if version != self._version:
                self._take_in(version, changed, removed)
            self._version = version
            return version

    def _take_in(self, version: int, changed: Iterable[str], removed: Iterable[str]) -> None:
        tags_differ, touched = False, set(self._latest)
        whole = False
        for name, run in chain(((name, None) for name in removed), ((name, self._logs.get(name)) for name in changed)):
            before, now = self._count(name, run)
            tags_differ |= now.tags is not before.tags
            if before is _NOTHING or run is None or now.began != before.began:
                # Only where one of the latest falls back can another that has not changed take its place.
                whole |= name in touched and _falls(before, now)
                touched.add(name)
        self._placed = Counter(warning.run for warning in self._logs.discovery_warnings)
        if tags_differ:
            self._choose_headline(version)
        candidates = self._runs if whole else touched & self._runs.keys()
        began = ((self._runs[name].began, name) for name in candidates)
        latest = heapq.nsmallest(LATEST, ((-at, name) for at, name in began if at is not None))
        self._latest = [name for _, name in latest]

    def _count(self, name: str, run: Run | None) -> tuple[_Counted, _Counted]:
        """Counts a run in place of what was counted of it before; returns both."""
        before = self._runs.pop(name, _NOTHING)
        now = _NOTHING
        if run is not None:
            tags = {(tag.tag, tag.kind): tag for tag in run.tags}
            now = self._runs[name] = _Counted(self._shared(frozenset(tags)), run.warning_count, _began(run))
            for key in now.tags - before.tags:
                known = self._described.get(key, Described())
                tag = tags[key]
                self._described[key] = Described(
                    known.display_name or tag.display_name, known.description or tag.description
                )
        self._damage += now.warnings - before.warnings
        for key in now.tags - before.tags:
            self._tags[key] += 1
        for key in before.tags - now.tags:
            self._tags[key] -= 1
            if self._tags[key] == 0:
                del self._tags[key], self._described[key]
        return before, now

    def _shared(self, tags: frozenset[TagKey]) -> frozenset[TagKey]:
        known = self._sets.get(hash(tags))
        if known == tags:
            return known
        self._sets[hash(tags)] = tags
        return tags

    def _choose_headline(self, version: int) -> None:
        best = headline({tag: runs for (tag, kind), runs in self._tags.items() if kind == "scalar"})
        if best != self._headline:
            self._headline, self._headline_version = best, version

    @property
    def headline(self) -> tuple[str | None, int]:
        """The tag that says most about how good a run is, and the version at which it became that."""
        return self._headline, self._headline_version

    @property
    def latest(self) -> list[str]:
        """The runs that started last, the newest first; none that are archived."""
        return self._latest

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return self._damage + self._placed.total()

    def warnings_of(self, name: str) -> int:
        """How many warnings a run has, those of its directory included."""
        return self._runs.get(name, _NOTHING).warnings + self._placed[name]

    def tags(self) -> list[tuple[TagKey, Described, int]]:
        """All tags with the number of runs that have them, by name."""
        with self._lock:
            return [(key, self._described[key], self._tags[key]) for key in sorted(self._tags)]


def _began(run: Run) -> float | None:
    return None if run.notes.archived else run.started or 0.0


def _falls(before: _Counted, now: _Counted) -> bool:
    return now.began is None or (before.began is not None and now.began < before.began)


def page_of(names: list[str], after: str | None, limit: int) -> tuple[list[str], str | None]:
    """The next names of a sorted list, and the last of them if others follow.

    >>> page_of(["a", "b", "c"], None, 2)
    (['a', 'b'], 'b')
    >>> page_of(["a", "b", "c"], "b", 2)
    (['c'], None)
    """
    begin = 0 if after is None else bisect_right(names, after)
    chosen = names[begin : begin + limit]
    return chosen, chosen[-1] if begin + limit < len(names) else None
