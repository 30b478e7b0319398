from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ticking import Ticking

from kymo import Deadline, MaxTime, Progress

BERLIN = ZoneInfo("Europe/Berlin")


def train_epoch(limit: Any, clock: Ticking, batches: int, batch: float, validation: float = 0.0) -> str | None:
    """Asks at every moment of an epoch; gives the moment at which it stops."""
    if limit.before_epoch():
        return "before_epoch"
    for _ in range(batches):
        clock.pass_by(batch)
        if limit.after_batch():
            return "after_batch"
    if validation:
        if limit.before_validation():
            return "before_validation"
        clock.pass_by(validation)
        if limit.after_validation():
            return "after_validation"
    return "after_epoch" if limit.after_epoch() else None


def test_the_first_epoch_is_stopped_after_the_batch_in_which_the_time_is_up() -> None:
    clock = Ticking()
    limit = MaxTime("1m", clock=clock)
    assert train_epoch(limit, clock, batches=10, batch=9) == "after_batch"
    assert limit.elapsed == 63
    fired = limit.after_batch(Progress(epoch=0, step=7))
    assert fired is not None
    assert (fired.reason, fired.text) == ("max_time", "The 1 min for training are used up.")
    assert fired.evidence == {"seconds_left": -3, "reserve": 0, "epochs": 0, "steps": 7}


def test_an_epoch_that_would_not_end_in_time_is_not_begun() -> None:
    clock = Ticking()
    limit = MaxTime(150, clock=clock)
    assert [train_epoch(limit, clock, 4, 10) for _ in range(4)] == [None, None, None, "before_epoch"]
    fired = limit.before_epoch(Progress(epoch=3))
    assert fired is not None
    assert fired.text == "The next epoch would take about 40 s, and 30 s of 2 min 30 s are left."
    assert fired.evidence == {"seconds_left": 30, "reserve": 0, "epochs": 3, "seconds_expected": 40}


def test_the_first_slow_epoch_is_not_expected_again() -> None:
    clock = Ticking()
    limit = MaxTime(200, clock=clock)
    train_epoch(limit, clock, 1, 100)
    train_epoch(limit, clock, 1, 20)
    assert [train_epoch(limit, clock, 1, 20) for _ in range(5)] == [None] * 3 + ["after_batch", "before_epoch"]


def test_a_validation_that_would_not_end_in_time_is_not_begun() -> None:
    clock = Ticking()
    limit = MaxTime(210, clock=clock)
    assert train_epoch(limit, clock, 10, 5, validation=50) is None
    assert train_epoch(limit, clock, 10, 3, validation=50) is None
    assert train_epoch(limit, clock, 1, 1) == "before_epoch"
    unwise = MaxTime(210, clock=clock, predict=False)
    unwise.start()
    assert [train_epoch(unwise, clock, 10, 5, validation=50) for _ in range(3)] == [None, None, "after_batch"]


def test_validation_alone_is_predicted() -> None:
    clock = Ticking()
    limit = MaxTime(100, clock=clock)
    limit.start()
    assert limit.before_validation() is None
    clock.pass_by(30)
    limit.after_validation()
    clock.pass_by(41)
    assert limit.after_batch() is None
    fired = limit.before_validation()
    assert fired is not None and fired.text.startswith("The next validation would take about 30 s, and 29 s")


def test_a_reserve_is_kept() -> None:
    clock = Ticking()
    limit = MaxTime("10m", reserve="2m", clock=clock)
    limit.start()
    clock.pass_by(8 * 60)
    fired = limit.after_batch()
    assert fired is not None
    assert fired.text == "The 10 min for training are used up, with 2 min kept in reserve."
    with pytest.raises(ValueError, match=r"MaxTime of 60 .int. leaves no time to train beside a reserve of 2 min"):
        MaxTime(60, reserve=120)


def test_what_lies_between_two_processes_costs_nothing_and_what_lay_before_counts() -> None:
    clock = Ticking()
    first = MaxTime("1h", clock=clock)
    clock.pass_by(1000)  # before the training
    first.start()
    clock.pass_by(40 * 60)
    state = first.state_dict()
    clock.pass_by(1e6)
    second = MaxTime("1h", clock=clock)
    second.load_state_dict(state)
    clock.pass_by(1e6)  # before the training goes on
    assert second.after_batch() is None
    assert second.closeness() == (pytest.approx(2 / 3), "40 min of 1 h")
    clock.pass_by(20 * 60)
    assert second.after_batch() is not None


def test_the_budget_can_be_changed_while_it_runs() -> None:
    clock = Ticking()
    limit = MaxTime(10, clock=clock)
    limit.start()
    clock.pass_by(15)
    limit.seconds = 20.0
    assert limit.after_batch() is None


def at(*moment: int, zone: Any = BERLIN, fold: int = 0) -> float:
    return datetime(*moment, tzinfo=zone, fold=fold).timestamp()  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("now", "given", "expected"),
    [
        (at(2026, 11, 26, 12), "18:30", at(2026, 11, 26, 18, 30)),
        (at(2026, 11, 26, 18, 30), "18:30", at(2026, 11, 27, 18, 30)),
        (at(2026, 11, 26, 23, 59), "0:05", at(2026, 11, 27, 0, 5)),
        (at(2026, 12, 31, 23, 59), "00:00:30", at(2027, 1, 1, 0, 0, 30)),
        # Clocks are set forward from 2 to 3 on 29 March, back from 3 to 2 on 25 October.
        (at(2026, 3, 28, 12), "12:00", at(2026, 3, 28, 12) + 23 * 3600),
        (at(2026, 10, 24, 12), "12:00", at(2026, 10, 24, 12) + 25 * 3600),
        (at(2026, 3, 29, 1), "02:30", at(2026, 3, 29, 3, 30)),
        (at(2026, 10, 25, 1), "02:30", at(2026, 10, 25, 2, 30)),
        (at(2026, 10, 25, 2, 45), "02:30", at(2026, 10, 25, 2, 30, fold=1)),
        (at(2026, 10, 25, 2, 45, fold=1), "02:30", at(2026, 10, 26, 2, 30)),
        (at(2026, 1, 1), "2026-11-27T06:00+01:00", at(2026, 11, 27, 6)),
        (at(2026, 1, 1), datetime(2026, 7, 1, 6, tzinfo=UTC), at(2026, 7, 1, 8)),
        (at(2026, 1, 1), datetime(2026, 7, 1, 6, tzinfo=timezone(timedelta(hours=-5))), at(2026, 7, 1, 13)),
    ],
)
def test_a_moment_is_the_next_of_its_name(now: float, given: Any, expected: float) -> None:
    assert Deadline(given, zone=BERLIN, now=lambda: now).at == expected


def test_without_a_zone_it_is_this_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        assert Deadline("02:30", now=lambda: at(2026, 3, 29, 1)).at == at(2026, 3, 29, 3, 30)
        assert Deadline("02:30", now=lambda: at(2026, 10, 25, 2, 45)).at == at(2026, 10, 25, 2, 30, fold=1)
        assert Deadline("18:30", now=lambda: at(2026, 11, 26, 12)).at == at(2026, 11, 26, 18, 30)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("given", [datetime(2026, 11, 26, 18, 30), "2026-11-26 18:30"])
def test_a_date_without_a_zone_is_an_error_with_the_remedy(given: Any) -> None:
    with pytest.raises(ValueError, match=r"has no time zone: its \.astimezone\(\) has this machine's one"):
        Deadline(given)


@pytest.mark.parametrize(("given", "error"), [("25:00", ValueError), ("half past six", ValueError), (18.5, TypeError)])
def test_what_is_no_moment_is_told(given: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match='pass a time such as "18:30", or a datetime with a time zone'):
        Deadline(given)


def test_a_deadline_stops_in_time() -> None:
    clock = Ticking(at(2026, 11, 26, 18))
    deadline = Deadline("18:30", reserve="5m", zone=BERLIN, now=clock, clock=clock)
    assert train_epoch(deadline, clock, 10, 60) is None
    assert deadline.closeness() == (pytest.approx(1 / 3), "20 min until 18:30")
    fired = None
    while fired is None:
        fired = deadline.before_epoch()
        clock.pass_by(600)
        deadline.after_epoch()
    assert clock.at <= at(2026, 11, 26, 18, 30)
    assert (fired.reason, fired.text) == (
        "deadline",
        "The next epoch would take about 10 min, and 5 min until 18:30 are left, with 5 min kept in reserve.",
    )


def test_a_deadline_that_is_over_stops_at_the_first_question() -> None:
    deadline = Deadline(datetime(2026, 1, 1, tzinfo=UTC), zone=UTC, now=lambda: at(2026, 11, 26, 12, zone=UTC))
    fired = deadline.before_epoch()
    assert fired is not None and fired.text == "The deadline at 2026-01-01 00:00 is reached."
    assert deadline.closeness().fraction == 1.0
