from __future__ import annotations

import json
import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kymo import Fired, Outcome
from kymo.train.stopping import EXIT_CODES, Best, Reason

numbers = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False), st.text())
fired = st.recursive(
    st.builds(Fired, st.sampled_from(list(EXIT_CODES)), st.text(), st.dictionaries(st.text(), numbers), st.text()),
    lambda inner: st.builds(Fired.beside, inner, st.lists(inner, max_size=2).map(tuple)),
    max_leaves=4,
)
best = st.builds(
    Best, st.text(), st.floats(allow_nan=False), st.none() | st.integers(), st.none(), st.none() | st.text()
)


@given(fired=fired, best=st.none() | best, resume=st.none() | st.text())
def test_an_outcome_survives_strict_json(fired: Fired, best: Best | None, resume: str | None) -> None:
    outcome = Outcome.of(fired, best=best, resume=resume)
    text = json.dumps(outcome.to_json(), allow_nan=False)
    again = Outcome.from_json(json.loads(text))
    assert json.dumps(again.to_json(), allow_nan=False) == text
    assert (again.reason, again.text, again.best, again.resume) == (fired.reason, fired.text, best, resume)
    if all(not isinstance(value, float) or math.isfinite(value) for value in fired.evidence.values()):
        assert dict(again.evidence) == dict(fired.evidence)


def test_every_reason_has_an_exit_code() -> None:
    assert set(get_args(Reason)) == set(EXIT_CODES)
    assert {reason for reason, code in EXIT_CODES.items() if code} == {"interrupted", "terminated", "diverged", "error"}
    assert (EXIT_CODES["interrupted"], EXIT_CODES["terminated"]) == (130, 143)


def test_an_unknown_reason_is_refused() -> None:
    data = Outcome("completed", "Done.").to_json() | {"reason": "bored"}
    with pytest.raises(
        ValueError, match=r"'bored' .str. is no reason to stop: the reasons are completed, early_stopping"
    ):
        Outcome.from_json(data)


def test_it_reads_as_sentences() -> None:
    outcome = Outcome.of(
        Fired("max_time", "The 2 h for training are used up."),
        best=Best("val/accuracy", 0.9125, epoch=7, step=7000, path="runs/mlp/bestmodel.pth"),
        resume="kymo.Run(..., resume=True)",
    )
    assert str(outcome) == (
        "The 2 h for training are used up. The best val/accuracy is 0.9125 at epoch 7, step 7000, in "
        "runs/mlp/bestmodel.pth. To go on: kymo.Run(..., resume=True)"
    )


def test_an_error_is_told_with_its_kind() -> None:
    outcome = Outcome.of_error(RuntimeError(""))
    assert (outcome.reason, outcome.text, outcome.exit_code) == ("error", "RuntimeError", 1)
    assert Outcome.of_error(KeyboardInterrupt()).reason == "interrupted"
