"""Sums over all runs: kept up by what changes, they are what counting anew would give."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kymo.format.notes_file import Notes
from kymo.server import overview
from kymo.server.headline import headline
from kymo.server.overview import Overview
from kymo.store.history import History, Since

NAMES = [f"run{number}" for number in range(30)]
TAGS = ["loss", "val/loss", "val/accuracy", "lr"]


class ChangingLogs(dict[str, Any]):
    """Logs whose runs come, change and go as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self._history = History()
        self.discovery_warnings: list[Any] = []

    @property
    def version(self) -> int:
        return self._history.version

    def since(self, version: int) -> Since | None:
        return self._history.since(version)

    def put(self, name: str, started: float | None, tags: set[str], warnings: int, archived: bool) -> None:
        found = [SimpleNamespace(tag=tag, kind="scalar", display_name="", description="") for tag in sorted(tags)]
        notes = Notes(archived=archived)
        self[name] = SimpleNamespace(tags=found, warning_count=warnings, started=started, notes=notes)
        self._history.advance([name])

    def drop(self, name: str) -> None:
        if self.pop(name, None) is not None:
            self._history.advance(removed=[name])


puts = st.tuples(
    st.sampled_from(NAMES),
    st.one_of(st.none(), st.integers(0, 50).map(float)),
    st.sets(st.sampled_from(TAGS)),
    st.integers(0, 3),
    st.booleans(),
)


@given(st.lists(st.one_of(puts, st.sampled_from(NAMES), st.just(None)), max_size=80))
def test_kept_up_it_is_what_counting_anew_gives(steps: list[Any]) -> None:
    logs = ChangingLogs()
    kept = Overview(logs)  # type: ignore[arg-type] # all of them that is asked for
    for step in [*steps, None]:
        if step is None:
            kept.refresh()
        elif isinstance(step, str):
            logs.drop(step)
        else:
            logs.put(*step)
    tags = Counter(tag.tag for run in logs.values() for tag in run.tags)
    assert kept.headline[0] == headline(tags)
    assert {key[0]: runs for key, _, runs in kept.tags()} == tags
    assert kept.warnings == sum(run.warning_count for run in logs.values())
    shown = [name for name in logs if not logs[name].notes.archived]
    by_start = sorted(shown, key=lambda name: (-(logs[name].started or 0.0), name))
    assert kept.latest == by_start[: overview.LATEST]
