"""kymo's early stopping beside others' on the same series, and the guide's table of it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import peers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kymo import EarlyStopping

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "stopping.md"
NAN = math.nan


class Case(NamedTuple):
    """A row of the table: a series, and how each library is asked; None where it is left out."""

    name: str
    values: Sequence[float]
    kymo: dict[str, Any]
    keras: dict[str, Any] | None
    lightning: dict[str, Any] | None
    ignite: dict[str, Any] | None


def same(name: str, values: Sequence[float], **options: Any) -> Case:
    return Case(name, values, options, options, options, options)


SLOW = [1.0, 0.96, 0.92, 0.88, 0.84, 0.8]
CASES = [
    same("plain patience", [1.0, 0.5, 0.6, 0.7, 0.8], patience=2),
    same("a change equal to min_delta", [1.0, 0.5, 0.0, 0.0], patience=1, min_delta=0.5),
    same("many small steps, min_delta above each", SLOW, patience=3, min_delta=0.05),
    same("a worse value first, higher is better", [0.5, 0.4, 0.6, 0.6], mode="max", patience=1),
    same("NaN at the third check", [1.0, 0.9, NAN, 0.8, 0.7], patience=3),
    Case(
        "NaN at the third check, taken as no improvement",
        [1.0, 0.9, NAN, NAN, 0.7],
        {"patience": 2, "check_finite": False},
        {"patience": 2},
        {"patience": 2, "check_finite": False},
        {"patience": 2},
    ),
    Case(
        "a target of 0.5, met",
        [0.9, 0.5, 0.4],
        {"patience": 5, "stopping_threshold": 0.5},
        None,
        {"patience": 5, "stopping_threshold": 0.5},
        None,
    ),
    Case(
        "diverged above 2",
        [0.9, 2.0, 2.1],
        {"patience": 5, "divergence_threshold": 2.0},
        None,
        {"patience": 5, "divergence_threshold": 2.0},
        None,
    ),
    Case(
        "two checks of warm-up",
        [0.1, 0.2, 0.9, 0.8, 0.9, 0.9],
        {"patience": 2, "start_from": 3},
        {"patience": 2, "start_from_epoch": 2},
        None,
        None,
    ),
    Case(
        "a relative min_delta, negative scores", [-1.0, -1.05, -1.02], {"patience": 1, "min_delta": "1%"}, *[None] * 3
    ),
    Case(
        "a lucky second value in a falling series",
        [1.0, 0.6, 0.9, 0.8, 0.7, 0.65, 0.62],
        {"patience": 4, "smoothing": 0.9},
        *[{"patience": 4}] * 3,
    ),
]


def kymo_stops(values: Sequence[float], **options: Any) -> int | None:
    stopping = EarlyStopping("metric", **{"mode": "min", **options})
    return next((check for check, value in enumerate(values, start=1) if stopping.update(value)), None)


def row(case: Case) -> list[str]:
    libraries = (("kymo", kymo_stops), ("keras", peers.keras), ("lightning", peers.lightning), ("ignite", peers.ignite))
    cells = [case.name]
    for library, stops in libraries:
        options = getattr(case, library)
        check = stops(case.values, **options) if options is not None else "—"
        cells.append("goes on" if check is None else str(check))
    return cells


def test_the_guides_table_is_what_each_rule_comes_to() -> None:
    table = GUIDE.read_text(encoding="utf-8").split("<!-- peers -->")[1]
    lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.strip().splitlines()[2:]]
    assert [line[:5] for line in lines] == [row(case) for case in CASES]
    assert all(re.search(r"\w", line[5]) for line in lines if len({*line[1:5]} - {"—"}) > 1), "no reason"


@pytest.mark.parametrize("mode", ["min", "max"])
@given(
    values=st.lists(st.integers(-50, 50), max_size=40),
    patience=st.integers(1, 5),
    min_delta=st.integers(0, 5),
)
def test_without_extras_kymo_stops_where_keras_and_lightning_do(
    mode: str, values: list[int], patience: int, min_delta: int
) -> None:
    options: dict[str, Any] = {"mode": mode, "patience": patience, "min_delta": min_delta}
    expected = peers.lightning(values, **options)
    assert kymo_stops(values, **options) == expected == peers.keras(values, **options)
    assert peers.ignite(values, **options, cumulative_delta=True) == expected
