"""Tuning real loaders."""

import multiprocessing
import os
import random
import time
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, Sampler

import kymo
from kymo.train.tuning.loaders import like
from kymo.train.tuning.measuring import HangingLoaderError, measured
from kymo.train.tuning.setting import Setting


class Sleeping(Dataset[Any]):
    """A sample takes a while, in which nothing is computed."""

    def __init__(self, seconds: float = 0.005, count: int = 64) -> None:
        self._seconds, self._count = seconds, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> torch.Tensor:
        time.sleep(self._seconds)
        return torch.full((4,), float(index))


class Failing(Sleeping):
    """Fails in workers, or everywhere."""

    def __init__(self, *, in_workers_only: bool) -> None:
        super().__init__()
        self._in_workers_only = in_workers_only

    def __getitem__(self, index: int) -> torch.Tensor:
        if torch.utils.data.get_worker_info() is not None or not self._in_workers_only:
            raise OSError("the share is gone")
        return super().__getitem__(index)


class Counting(IterableDataset[Any]):
    def __iter__(self) -> Any:
        return iter(range(10))


def test_workers_are_advised_where_samples_are_waited_for() -> None:
    loader = DataLoader(Sleeping(), batch_size=4, shuffle=True)
    tuning = kymo.tune(loader, seconds=3.0, progress=False)
    assert tuning.best["num_workers"] >= 1
    assert tuning.gain > 1
    assert "→" in str(tuning)
    assert f"num_workers={tuning.best['num_workers']}" in str(tuning)
    assert loader.num_workers == 0
    made = tuning.loader()
    assert made.num_workers == tuning.best["num_workers"]
    assert sorted(float(row[0]) for batch in made for row in batch) == [float(index) for index in range(64)]
    made._iterator._shutdown_workers()
    assert multiprocessing.active_children() == []


def test_nothing_random_has_been_drawn() -> None:
    def drawn() -> list[Any]:
        return [torch.rand(1).item(), random.random(), np.random.rand(), [list(map(float, b[:, 0])) for b in loader]]

    generator = torch.Generator()
    loader = DataLoader(Sleeping(0.0, 8), batch_size=2, shuffle=True, generator=generator)
    found = []
    for is_tuned in (False, True):
        torch.manual_seed(1), random.seed(1), np.random.seed(1), generator.manual_seed(1)
        if is_tuned:
            kymo.tune(loader, seconds=0.3, progress=False)
        found.append(drawn())
    assert found[0] == found[1]


def test_what_fails_is_told_with_its_cause_and_leaves_no_worker() -> None:
    with pytest.raises(
        RuntimeError, match=r"the loader fails as it is set \(num_workers=0\): the share is gone"
    ) as info:
        kymo.tune(DataLoader(Failing(in_workers_only=False)), seconds=0.3, progress=False)
    assert isinstance(info.value.__cause__, OSError)
    tuning = kymo.tune(DataLoader(Failing(in_workers_only=True)), seconds=0.3, progress=False)
    assert tuning.best["num_workers"] == 0
    assert any("the share is gone" in trial.problem for trial in tuning.trials)
    assert multiprocessing.active_children() == []


def test_a_dataset_that_raises_what_python_raises_for_bad_input_is_told_alike() -> None:
    with pytest.raises(RuntimeError, match="the loader fails as it is set"):
        kymo.tune(DataLoader(Sleeping(), collate_fn=int), seconds=0.3, progress=False)  # type: ignore[arg-type] # wrong


@pytest.mark.parametrize("at", [1, 40])
def test_an_interrupt_leaves_no_worker_and_nothing_drawn(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted at the first batch, and at a later one."""
    import kymo.train.tuning.measuring as measuring

    calls = iter(range(1, 10_000))

    def train(*_: Any) -> None:
        if next(calls) == at:
            raise KeyboardInterrupt

    monkeypatch.setattr(measuring, "_train", train)
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    with pytest.raises(KeyboardInterrupt):
        kymo.tune(DataLoader(Sleeping(0.001), batch_size=4, shuffle=True, num_workers=1), seconds=2.0, progress=False)
    assert multiprocessing.active_children() == []
    assert torch.equal(torch.rand(1), expected)


def test_a_function_may_make_the_loaders() -> None:
    made = []

    def make(**given: Any) -> DataLoader[Any]:
        made.append(given)
        return DataLoader(Sleeping(0.0), batch_size=8, **given)

    tuning = kymo.tune(make, seconds=0.4, progress=False)
    assert made[0] == {"num_workers": 0, "pin_memory": False}
    assert tuning.best in made
    assert isinstance(tuning.loader(), DataLoader)


def test_a_loader_that_is_made_again_gives_the_same_batches() -> None:
    numbers = Sleeping(0.0, 10)
    for loader in (
        DataLoader(numbers, batch_size=3),
        DataLoader(numbers, batch_size=3, drop_last=True),
        DataLoader(numbers, batch_size=None),
        DataLoader(numbers, batch_sampler=[[1, 2], [5]]),
        DataLoader(numbers, batch_size=2, sampler=[3, 1, 4]),
        DataLoader(numbers, batch_size=2, collate_fn=len),
        DataLoader(Counting(), batch_size=4, drop_last=True),
        DataLoader(Counting(), batch_size=None),
    ):
        again = like(loader, Setting(0))
        assert (again.batch_size, again.drop_last) == (loader.batch_size, loader.drop_last)
        assert [str(batch) for batch in again] == [str(batch) for batch in loader]


@pytest.mark.parametrize(
    ("loader", "options", "said"),
    [
        (DataLoader(Sleeping()), {"seconds": 0}, "seconds=0 is not above 0"),
        (DataLoader(Sleeping()), {"step_seconds": -1}, "step_seconds=-1 is below 0"),
        (DataLoader(Sleeping(count=0)), {}, "the loader gives no batch"),
    ],
)
def test_bad_input_says_what_to_give(loader: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        kymo.tune(loader, progress=False, **options)


def test_what_is_no_loader_is_refused() -> None:
    with pytest.raises(TypeError, match=r"\[1, 2\] is no DataLoader"):
        kymo.tune([1, 2])


@pytest.mark.parametrize("workers", [0, 1])
def test_a_loader_counts_as_no_faster_than_its_training(workers: int) -> None:
    loader = like(DataLoader(Sleeping(0.0), batch_size=4), Setting(workers))
    found = measured(loader, 0.3, step_seconds=0.02)
    assert 0 < found.batches_per_second <= 50
    assert found.batch_bytes == 4 * 4 * 4
    assert (found.memory > 0) == (workers > 0)
    assert multiprocessing.active_children() == []


class Drawing(Sampler[int]):
    """Draws from generators of its own, and counts its epochs."""

    def __init__(self) -> None:
        self.numbers, self.legacy, self.own = np.random.default_rng(1), np.random.RandomState(2), random.Random(3)
        self.drawn_from, self.epoch = torch.Generator().manual_seed(4), 0

    def __len__(self) -> int:
        return 8

    def __iter__(self) -> Any:
        self.epoch += 1
        for _ in range(8):
            drawn = int(self.numbers.integers(64)) + int(self.legacy.randint(64)) + self.own.randrange(64)
            yield (drawn + self.epoch + int(torch.randint(64, (1,), generator=self.drawn_from))) % 64


@pytest.mark.parametrize("is_function", [False, True])
def test_a_sampler_goes_on_with_its_own_generators_as_if_nothing_was_tried(is_function: bool) -> None:
    expected = list(Drawing())
    sampler = Drawing()

    def make(**given: Any) -> DataLoader[Any]:
        return DataLoader(Sleeping(0.0), batch_size=2, sampler=sampler, **given)

    kymo.tune(make if is_function else make(), seconds=0.3, progress=False)
    assert sampler.epoch == 0
    assert list(sampler) == expected


class Stuck(Sleeping):
    """Never comes to an end in a worker, or ends that."""

    def __init__(self, *, dies: bool = False) -> None:
        super().__init__(0.0)
        self._dies = dies

    def __getitem__(self, index: int) -> torch.Tensor:
        if torch.utils.data.get_worker_info() is not None:
            if self._dies:
                os._exit(3)
            time.sleep(1000)
        return super().__getitem__(index)


def test_a_worker_that_hangs_is_given_up_and_ended() -> None:
    loader = like(DataLoader(Stuck(), batch_size=4), Setting(2))
    with pytest.raises(HangingLoaderError, match="gave no batch for 1 s"):
        measured(loader, 0.2, 0.0, patience=1.0)
    assert multiprocessing.active_children() == []


def test_a_worker_that_dies_is_a_problem_of_its_setting() -> None:
    tuning = kymo.tune(DataLoader(Stuck(dies=True), batch_size=4), seconds=0.3, progress=False)
    assert tuning.best["num_workers"] == 0
    assert any("exited unexpectedly" in trial.problem for trial in tuning.trials)
    assert multiprocessing.active_children() == []


def test_one_batch_is_enough_once_the_time_is_over() -> None:
    asked: list[int] = []

    class Told(Sleeping):
        def __getitem__(self, index: int) -> torch.Tensor:
            asked.append(index)
            return super().__getitem__(index)

    measured(DataLoader(Told(0.001)), 0.0, 0.0, until=time.monotonic())
    assert asked == [0, 1]
