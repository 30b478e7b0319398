"""Which settings are tried and which is best, by rates that are made up; no clock but the test's is looked at."""

from collections.abc import Callable
from typing import Any

import pytest

from kymo.train.tuning.limits import Limits
from kymo.train.tuning.search import Search
from kymo.train.tuning.setting import Setting
from kymo.train.tuning.trial import Round

Rate = Callable[[Setting], float | Round]


class Machine:
    """Measures by made-up rates, and its clock goes on by what was measured."""

    def __init__(self, rate: Rate) -> None:
        self.now = 0.0
        self.measured: list[Setting] = []
        self._rate = rate

    def measure(self, setting: Setting, seconds: float) -> Round:
        self.now += seconds
        self.measured.append(setting)
        found = self._rate(setting)
        return found if isinstance(found, Round) else Round(found)


def searched(rate: Rate, limits: Limits, *, present: Setting | None = None, **options: Any) -> tuple[Search, Machine]:
    machine = Machine(rate)
    search = Search(machine.measure, present or Setting(0), limits, 60.0, lambda: machine.now, **options)
    for _ in search.run():
        pass
    return search, machine


def test_the_fastest_number_of_workers_is_found() -> None:
    search, machine = searched(lambda setting: 10.0 + setting.num_workers, Limits(cores=6))
    assert search.best.setting.num_workers == 6
    assert {setting.num_workers for setting in machine.measured} == {0, 1, 2, 4, 6}
    assert machine.now <= 60.0 + 1e-9


def test_fewer_workers_are_better_where_they_are_as_fast() -> None:
    search, _ = searched(lambda setting: 100.0 if setting.num_workers >= 2 else 40.0, Limits(cores=16))
    assert search.best.setting == Setting(2)


def test_a_difference_within_the_noise_decides_nothing() -> None:
    chance = iter([95.0, 60.0, 105.0, 99.0, 106.0, 94.0] * 20)
    search, _ = searched(lambda setting: next(chance) if setting.num_workers else 98.0, Limits(cores=2))
    assert search.best.setting.num_workers == 0


def test_making_more_ahead_is_tried_and_taken_where_it_helps() -> None:
    search, _ = searched(lambda setting: setting.batches_ahead + 1.0, Limits(cores=2))
    assert search.best.setting == Setting(2, prefetch_factor=8)


def test_pinned_memory_is_tried_where_there_is_a_gpu() -> None:
    def rate(setting: Setting) -> float:
        return 100.0 + 50.0 * setting.pin_memory

    assert searched(rate, Limits(cores=2), can_pin=True)[0].best.setting.pin_memory
    assert not any(setting.pin_memory for setting in searched(rate, Limits(cores=2))[1].measured)


def test_workers_that_wait_may_be_more_than_there_are_cores() -> None:
    def waiting(setting: Setting) -> Round:
        return Round(1.0 + setting.num_workers, at_work=0.1)

    assert searched(waiting, Limits(cores=4))[0].best.setting.num_workers == 8
    enough, machine = searched(waiting, Limits(cores=4), enough=5.0)
    assert max(setting.num_workers for setting in machine.measured) == 4  # they wait for the training
    assert enough.best.setting.num_workers == 4
    busy, _ = searched(lambda setting: 1.0 + setting.num_workers, Limits(cores=4))
    assert busy.best.setting.num_workers == 4


def test_what_there_is_no_room_for_is_left_out_and_says_so() -> None:
    def large(setting: Setting) -> Round:
        return Round(1.0 + setting.num_workers, memory=1e9 * setting.num_workers, batch_bytes=10_000_000)

    search, machine = searched(large, Limits(cores=8, memory=3e9))
    assert max(setting.num_workers for setting in machine.measured) == 2
    assert "need about 4 GB of memory, and 3 GB are free" in next(
        trial.problem for trial in search.trials if trial.setting.num_workers == 4
    )
    shared, machine = searched(large, Limits(cores=8, shared=64e6))
    assert max(setting.batches_ahead for setting in machine.measured) * 10e6 <= 0.8 * 64e6
    assert any("enlarge /dev/shm" in trial.problem for trial in shared.trials)


def test_a_setting_that_fails_is_a_row_and_the_present_one_must_not() -> None:
    def failing(setting: Setting) -> float:
        if setting.num_workers == 2:
            raise OSError("no more files")
        return 1.0 + setting.num_workers

    search, machine = searched(failing, Limits(cores=4))
    assert search.best.setting.num_workers == 4
    assert [trial.problem for trial in search.trials if trial.setting.num_workers == 2] == ["OSError: no more files"]
    assert sum(setting.num_workers == 2 for setting in machine.measured) == 1
    with pytest.raises(OSError, match="no more files"):
        searched(failing, Limits(cores=4), present=Setting(2))


def test_what_comes_of_a_worker_is_told_in_a_line() -> None:
    def failing(setting: Setting) -> float:
        if setting.num_workers:
            raise OSError(
                "Caught OSError in DataLoader worker process 0.\nTraceback:\n  File\nOSError: no more files\n"
            )
        return 1.0

    search, _ = searched(failing, Limits(cores=1))
    assert [trial.problem for trial in search.trials] == ["", "OSError: no more files"]


def test_it_ends_in_time_however_long_a_batch_takes() -> None:
    machine = Machine(lambda _: 1.0)

    def slow(setting: Setting, seconds: float) -> Round:
        machine.now += 25.0
        return machine.measure(setting, 0.0)

    search = Search(slow, Setting(0), Limits(cores=64), 60.0, lambda: machine.now)
    assert len(list(search.run())) == 3  # one of them for nobody
    assert machine.now < 60.0 + 25.0


def test_the_present_setting_is_measured_whatever_it_is() -> None:
    odd = Setting(3, prefetch_factor=7)
    search, machine = searched(lambda setting: 10.0 - setting.num_workers, Limits(cores=4), present=odd)
    assert machine.measured[0] == odd
    assert search.present.setting == odd


def test_a_batch_that_takes_all_of_the_time_is_measured_once() -> None:
    machine = Machine(lambda _: 1.0)

    def slow(setting: Setting, seconds: float) -> Round:
        machine.now += 100.0
        return machine.measure(setting, 0.0)

    search = Search(slow, Setting(0), Limits(cores=4), 60.0, lambda: machine.now)
    assert len(list(search.run())) == 1
    assert machine.now == 100.0
    assert search.best is search.present
