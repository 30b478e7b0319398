"""What the tables tell: no promise is missed without a word, and what was killed is judged by what it had logged."""

import pytest


def test_a_missed_promise_needs_a_reason():
    from figures import without_reason

    row = {"claim": "twice as fast as light", "value": 2.0, "budget": 1.0, "kept": False}
    told = without_reason({"light": {"rows": [row]}})
    (line,) = [line for line in told if "light" in line]
    assert line.startswith("missed without a reason in benches/missed.toml: ")
    assert line.endswith('add "twice as fast as light" = "why"')
    assert not [line for line in without_reason({"light": {"rows": [row | {"kept": True}]}}) if "light" in line]


def test_a_bench_without_results_is_told_as_such_in_every_table():
    from documents import TABLES

    tables = {name: table({}) for name, table in TABLES["docs/benchmarks.md"].items() if name != "budgets"}
    assert set(tables) > {
        "writers",
        "outages",
        "many runs",
        "images",
        "paced calls",
        "dashboards",
        "motion",
        "live memory",
    }
    for table in tables.values():
        assert table.startswith("Not measured: run `python benches/run.py ")


def test_what_was_not_measured_is_a_dash_and_says_why():
    from figures import writing_growth

    row = {"library": "torch", "points": 10**6, "told": "not run: more than a minute"}
    keys = ("calls s", "on disk s", "CPU s", "peak MiB", "bytes a point", "points kept")
    table = writing_growth({"growth_writing": {"rows": [row | dict.fromkeys(keys)]}})
    assert table.splitlines()[-1] == "| torch | 1,000,000 | – | – | – | – | – | – | not run: more than a minute |"


@pytest.mark.parametrize(
    ("found", "kept", "newest", "lost"),
    [
        ({"points": 3, "newest": 2, "first_missing": 3}, 3, 1000.0, 0.0),
        ({"points": 1, "newest": 0, "first_missing": 1}, 1, 3000.0, 2000.0),
        ({"points": 2, "newest": 2, "first_missing": 1}, 2, 1000.0, 2000.0),
        ({"points": 0, "newest": -1, "first_missing": 0}, 0, None, 3000.0),
        ({"points": 4, "newest": 3, "first_missing": 4}, 3, 1000.0, 0.0),  # written before its call had returned
    ],
)
def test_a_kill_is_judged_by_what_had_been_logged(found: dict[str, int], kept: int, newest: float | None, lost: float):
    from survives_kill import Kill, judged

    assert judged([7.0, 8.0, 9.0], 10.0, found) == Kill(3, kept, newest, lost)


def test_a_peer_is_not_run_where_a_tenth_foretells_too_much():
    from growth import Rounds, too_much

    slow, fast, large = (
        Rounds([{"seconds": seconds, "peak": peak}], "") for seconds, peak in ((7.0, 1), (1.0, 1), (1.0, 10**9))
    )
    assert too_much("torch", None) == too_much("torch", fast) == too_much("kymo, index", slow) == ""
    assert too_much("torch", slow) == "not run: more than a minute"
    assert too_much("torch", large) == "not run: more than half of the memory"
    assert too_much("torch", Rounds([], "exit code 1")) == "not run: failed with a tenth of the points"
    assert too_much("torch", Rounds([], too_much("torch", slow))) == "not run: more than a minute"


def test_a_round_that_fails_leaves_those_before_it():
    from apart import Failure
    from growth import in_turn

    outcomes = iter([{"seconds": 1.0, "peak": 1}, Failure("exit code 1")])
    (rounds,) = in_turn({"torch": lambda: next(outcomes)}, {}).values()
    assert (len(rounds.done), rounds.told, rounds.median("seconds")) == (1, "exit code 1, in round 2", 1.0)
