"""Which runs have changed since when."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kymo.store import Logs, history
from kymo.store.history import History, Since

MakeEventFile = Callable[..., Any]


def test_what_changed_last_is_told_and_nothing_older() -> None:
    told = History()
    told.advance(["a", "b"])
    told.advance(["c"])
    told.advance(["a"])
    told.advance()
    assert told.version == 4
    assert told.since(4) == Since(4, (), ())
    assert told.since(2) == Since(4, ("a",), ())
    assert told.since(1) == Since(4, ("a", "c"), ())
    assert set(told.since(0).changed) == {"a", "b", "c"}  # type: ignore[union-attr] # known to be there


def test_a_run_is_either_changed_or_removed() -> None:
    told = History()
    told.advance(["a", "b"])
    told.advance(removed=["a"])
    assert told.since(0) == Since(2, ("b",), ("a",))
    told.advance(["a"])
    assert told.since(1) == Since(3, ("a",), ())


@pytest.mark.parametrize("version", [-1, 2, 10**20])
def test_a_version_that_was_never_told_is_unknown(version: int) -> None:
    told = History()
    told.advance(["a"])
    assert told.since(version) is None


def test_old_removals_are_forgotten_and_the_versions_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MAX_REMOVED", 2)
    told = History()
    for name in "abcd":
        told.advance([name])
    for name in "abc":
        told.advance(removed=[name])
    assert told.since(4) is None
    assert told.since(5) == Since(7, (), ("c", "b"))


def test_logs_tell_which_runs_have_changed(tmp_path: Path, event_file: MakeEventFile) -> None:
    grows = event_file(tmp_path / "a")
    grows.scalars("loss", [1.0])
    event_file(tmp_path / "b").scalars("loss", [1.0])
    with Logs(tmp_path) as logs:
        logs.refresh()
        first = logs.version
        grows.scalars("loss", [0.5], start=1)
        logs.refresh()
        second = logs.version
        assert logs.since(first) == Since(second, ("a",), ())
        for file in (tmp_path / "b").iterdir():
            file.unlink()
        event_file(tmp_path / "c").scalars("loss", [1.0])
        logs.refresh()
        assert logs.since(second) == Since(logs.version, ("c",), ("b",))
