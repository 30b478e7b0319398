"""How a run is doing, by what it says of itself."""

from typing import Any

import pytest

from kymo.store.said import Said
from kymo.store.standing import standing_of
from kymo.store.status import Status

NOW = 1_000_000.0
RUNNING = {"status": "running", "heartbeat": NOW - 1, "told": NOW - 1, "phase": "training", "stalled_after": 120.0}
QUIET = {**RUNNING, "told": NOW - 300}
OUTCOME = {"reason": "stop_file", "text": "ada asked to stop after the batch."}


@pytest.mark.parametrize(
    ("said", "status", "state", "text"),
    [
        (RUNNING, "live", "running", "Training goes on."),
        ({**RUNNING, "phase": "validation"}, "live", "validating", "A validation goes on."),
        ({**QUIET, "phase": "paused"}, "live", "paused", "It stands still until it is asked to go on."),
        (
            {**RUNNING, "stopping": {"text": "The 2 h for training are used up."}},
            "live",
            "stopping",
            "The 2 h for training are used up. It is saving.",
        ),
        (QUIET, "live", "stalled", "No batch has ended for 5 min, though its process is alive."),
        (
            {**QUIET, "phase": "validation"},
            "live",
            "stalled",
            "Its validation has not ended for 5 min, though its process is alive.",
        ),
        ({**QUIET, "stalled_after": 600.0}, "live", "running", "Training goes on."),
        (
            {**RUNNING, "heartbeat": NOW - 7200},
            "stale",
            "crashed",
            "It has said nothing for 2 h: it was killed, or its machine or its disk is gone.",
        ),
        (
            {"status": "early_stopping", "outcome": {"reason": "early_stopping", "text": "Enough."}},
            "finished",
            "finished",
            "Enough.",
        ),
        ({"status": "stop_file", "outcome": OUTCOME}, "finished", "stopped", OUTCOME["text"]),
        (
            {"status": "error", "outcome": {"reason": "error", "text": "KeyError: 'x'"}},
            "finished",
            "failed",
            "KeyError: 'x'",
        ),
        (
            {"status": "diverged", "outcome": {"reason": "diverged", "text": "It is NaN."}},
            "finished",
            "failed",
            "It is NaN.",
        ),
        ({"status": "done"}, "finished", "finished", "It says that it has ended: done."),
        ({}, "live", "running", "Its log grows."),
        ({}, "idle", "idle", "Its log does not grow."),
        ({**RUNNING, "told": "soon", "stalled_after": None, "phase": 7}, "live", "running", "Training goes on."),
    ],
)
def test_standing(said: dict[str, Any], status: Status, state: str, text: str) -> None:
    assert standing_of(Said(said), status, NOW) == (state, text)


@pytest.mark.parametrize(
    "value", [None, True, "3", [3], {"a": 3}, float("nan"), float("inf"), 10**400, -(10**400)], ids=repr
)
def test_what_is_of_a_wrong_kind_is_not_said(value: Any) -> None:
    said = Said({"it": value})
    assert said.number("it") is None
    assert said.count("it") is None
    assert said.objects("it") == []
    assert said.inside("it").names() == (["a"] if value == {"a": 3} else [])
    assert said.texts("it") == []


def test_half_characters_become_whole_ones() -> None:
    said = Said({"name": "\ud83d", "\ud83d": 1, "list": ["\ud83d", 3]})
    assert (said.text("name"), said.names()[1], said.texts("list")) == ("?", "?", ["?"])
