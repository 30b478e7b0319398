from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kymo.train.stopping import duration_text, to_seconds


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("90s", 90),
        ("2h30m", 9000),
        ("1.5h", 5400),
        ("1 day 6 hours", 108000),
        ("250ms", 0.25),
        (" 5 MIN ", 300),
        ("01:30:00", 5400),
        ("02:00:00:05", 172805),
        (timedelta(minutes=3), 180),
        (7, 7),
        (0.5, 0.5),
        ("0s", 0),
    ],
)
def test_spans_are_read(given: Any, seconds: float) -> None:
    assert to_seconds(given) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "given", ["", "90", "soon", "2h 2h", "30m 2h", "2x", "18:30", "1:60:00", "h", "-5s", -5, float("nan"), float("inf")]
)
def test_what_is_no_span_is_told_with_the_remedy(given: Any) -> None:
    with pytest.raises(ValueError, match=r'limit .*: pass seconds, a timedelta, or a text such as "90s"'):
        to_seconds(given, "limit")


@pytest.mark.parametrize("given", [None, True, [1]])
def test_a_wrong_type_is_told(given: Any) -> None:
    with pytest.raises(TypeError, match="is no span of time"):
        to_seconds(given)


@given(st.floats(0, 1e7))
def test_what_is_printed_reads_back_to_about_the_same(seconds: float) -> None:
    text = duration_text(seconds)
    assert to_seconds(text) == pytest.approx(seconds, rel=0.06, abs=1e-3)
    assert not {"60 s", "60 min", "24 h"} & {text, *re.findall(r"\S+ \S+$", text)}
