"""When a training will have ended."""

import pytest
from ticking import Ticking

import kymo
from kymo.train.pace import Pace
from kymo.train.place import Place


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


def test_nothing_is_known_before_the_first_batch(clock: Ticking):
    pace = Pace(clock)
    assert pace.left(Place(planned=10), []) is None
    pace.begin_epoch(Place(planned=10))
    assert pace.left(Place(planned=10, batches=100), []) is None


def test_the_first_epoch_is_known_by_its_batches(clock: Ticking):
    pace = Pace(clock)
    pace.begin_epoch(Place(planned=10))
    clock.pass_by(6)
    assert pace.left(Place(planned=10, step=10, batch=10, batches=100), []) == (pytest.approx(594), "epochs")


def test_the_first_epoch_counts_only_until_there_is_a_second(clock: Ticking):
    pace = Pace(clock)
    for epoch, seconds in enumerate((100, 10, 12)):
        pace.begin_epoch(Place(epoch, planned=5))
        clock.pass_by(seconds)
        pace.end_epoch()
    assert pace.left(Place(3, planned=5), []) == (pytest.approx(22), "epochs")


def test_an_epoch_that_a_run_is_resumed_in_counts_for_what_was_left_of_it(clock: Ticking):
    pace = Pace(clock)
    pace.begin_epoch(Place(3, step=375, batch=75, batches=100, planned=5))
    clock.pass_by(5)
    pace.end_epoch()
    assert pace.left(Place(4, step=400, planned=5), []) == (pytest.approx(20), "epochs")


def test_a_pause_is_left_out(clock: Ticking):
    pace = Pace(clock)
    pace.begin_epoch(Place(planned=3))
    clock.pass_by(1000)
    pace.leave_out(1000)
    clock.pass_by(10)
    pace.end_epoch()
    assert pace.left(Place(1, planned=3), []) == (pytest.approx(20), "epochs")


def test_what_ends_first_counts(clock: Ticking):
    pace = Pace(clock)
    budget = kymo.MaxTime("100s", clock=clock)
    budget.start()
    pace.begin_epoch(Place(planned=10))
    clock.pass_by(20)
    place = Place(planned=10, step=50, batch=50, batches=100)
    assert pace.left(place, [budget]) == (pytest.approx(80), "MaxTime")
    assert pace.left(place, [budget, kymo.MaxSteps(150)]) == (pytest.approx(40), "MaxSteps")
    assert pace.left(place, [budget, kymo.MaxEpochs(1)]) == (pytest.approx(20), "MaxEpochs")
    assert pace.left(place, [kymo.MaxSteps(40)]) == (0.0, "MaxSteps")


def test_what_was_done_before_a_resume_is_known_with_the_loop(clock: Ticking):
    pace = Pace(clock)
    pace.begin_epoch(Place(0, step=900, batch=900, planned=10))
    pace.begin_loop(Place(0, step=900, batch=900, batches=1000, planned=10))
    clock.pass_by(10)
    assert pace.left(Place(0, step=910, batch=910, batches=1000, planned=10), []) == (pytest.approx(9090), "epochs")
    clock.pass_by(90)
    pace.end_epoch()
    assert pace.left(Place(1, step=1000, planned=10), []) == (pytest.approx(9000), "epochs")
