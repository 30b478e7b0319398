"""How batches are made, as those who make them count it: with real loaders, of which shares are compared."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from loading import (
    Burning,
    Compose,
    Failing,
    Files,
    Lists,
    Marking,
    Noise,
    Sleeping,
    Slow,
    Streamed,
    Transformed,
    Twice,
    slow_collate,
)
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset, TensorDataset

import kymo
from kymo.probe.device_sampler import DeviceSampler
from kymo.probe.pipeline.makers import Makers
from kymo.probe.series import description

KNOWS_WAITS = Path("/proc/thread-self/schedstat").exists()


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def made(loader: DataLoader[Any], makers: Makers | None = None) -> tuple[list[Any], dict[str, float]]:
    """The batches of a loop, and what was found of them, without the group's name."""
    makers = Makers() if makers is None else makers
    with makers.timed(loader) as timed:
        batches = list(timed.follow(iter(loader)))
    found = makers.read(0.0)
    assert all(description(tag) for tag in found)
    assert makers.read(1.0) == {}, "it is told once"
    return batches, {tag.removeprefix("pipeline/"): value for tag, value in found.items()}


def whole(found: dict[str, float], *names: str) -> float:
    return sum(found[f"batch_{name}"] for name in names)


@pytest.mark.skipif(not KNOWS_WAITS, reason="the system does not tell how long a thread waits for a core")
@pytest.mark.parametrize("workers", [0, 2])
def test_waiting_and_work_are_told_apart(workers: int) -> None:
    _, waiting = made(DataLoader(Sleeping(16, 0.02), batch_size=4, num_workers=workers))
    _, working = made(DataLoader(Burning(16, 0.01), batch_size=4, num_workers=workers))
    for found in (waiting, working):
        assert whole(found, "cpu", "core_wait", "blocked") == pytest.approx(100)
        assert whole(found, "fetch", "collate") == pytest.approx(100)
        assert found["batch_fetch"] > found["batch_collate"]
    assert waiting["batch_blocked"] > 60 > waiting["batch_cpu"]
    assert working["batch_cpu"] + working["batch_core_wait"] > 60 > working["batch_blocked"]


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_and_samples_are_counted_and_timed(workers: int) -> None:
    loader = DataLoader(Sleeping(count=42), batch_size=4, num_workers=workers)
    makers = Makers()
    makers.read(0.0)
    _, found = made(loader, makers)
    assert found["batch_time_p99"] >= found["batch_time_p95"] >= found["batch_time_p50"] >= 7
    assert found["batch_time_p50"] > found["sample_time_p50"] >= 1.8
    assert found["sample_time_p99"] >= found["sample_time_p50"]
    assert 0 < found["batch_rate"] < 1000
    assert 0 < found["makers_busy"] <= 100


def test_makers_that_wait_for_the_training_are_not_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    loader = DataLoader(Sleeping(count=4, seconds=0.001), batch_size=1)
    makers = Makers()
    with makers.timed(loader) as timed:
        batches = timed.follow(iter(loader))
        for _ in batches:
            sleeper = Sleeping(1, 0.03)
            sleeper[0]
    assert makers.read(0.0)["pipeline/makers_busy"] < 50


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_each_way_of_starting_workers_counts_and_runs_the_users_init(tmp_path: Path, method: str) -> None:
    init = Marking(tmp_path)
    dataset = Transformed(Compose([Slow(), Twice()]), count=8)
    loader = DataLoader(dataset, batch_size=2, num_workers=1, multiprocessing_context=method, worker_init_fn=init)
    batches, found = made(loader)
    assert [batch.tolist() for batch in batches] == [[0, 2], [4, 6], [8, 10], [12, 14]]
    assert found["transform/Slow"] > found["transform/Twice"]
    assert len(list(tmp_path.iterdir())) == 1
    assert loader.worker_init_fn is init


def test_workers_that_persist_go_on_counting_and_others_are_counted_anew() -> None:
    for persistent in (True, False):
        loader = DataLoader(Sleeping(count=16), batch_size=4, num_workers=2, persistent_workers=persistent)
        makers, other = Makers(), Makers()
        for counting in (makers, makers, other):
            _, found = made(loader, counting)
            assert found["batch_time_p50"] >= 7


@pytest.mark.parametrize("workers", [0, 2])
def test_each_transform_has_its_share(workers: int) -> None:
    dataset = Transformed(Compose([Twice(), Slow(), Twice()]))
    transforms = list(dataset.transform.transforms)
    _, found = made(DataLoader(Subset(dataset, range(0, 40, 2)), batch_size=4, num_workers=workers))
    assert whole(found, "fetch", "transform", "collate") == pytest.approx(100)
    assert found["batch_transform"] > found["batch_fetch"] > found["batch_collate"]
    shares = {name: value for name, value in found.items() if name.startswith("transform/")}
    assert list(shares) == ["transform/Twice", "transform/Slow", "transform/Twice_2"]
    assert sum(shares.values()) == pytest.approx(found["batch_transform"])
    assert max(shares, key=lambda name: shares[name]) == "transform/Slow"
    assert dataset.transform.transforms == transforms


def test_transforms_are_found_wherever_a_dataset_has_them() -> None:
    class Standard:
        def __init__(self, transform: Any) -> None:
            self.transform = transform

        def __call__(self, sample: Any) -> Any:
            return self.transform(sample)

    both = Compose([Twice(), Slow()])
    first, second = Transformed(both, count=8), Transformed(Standard(both), count=8)
    alone = Transformed(Noise(), count=8)
    _, found = made(DataLoader(ConcatDataset([first, Subset(second, range(8)), alone]), batch_size=6))
    shares = {name: value for name, value in found.items() if name.startswith("transform/")}
    assert list(shares) == ["transform/Twice", "transform/Slow", "transform/Noise"]
    assert all(shares.values())


def test_slow_collating_is_told_apart() -> None:
    _, found = made(DataLoader(Sleeping(count=8, seconds=0.001), batch_size=2, collate_fn=slow_collate))
    assert found["batch_collate"] > found["batch_fetch"]
    assert "batch_transform" not in found, "none are known"


@pytest.mark.parametrize("workers", [0, 2])
def test_iterable_datasets_are_timed_and_end_as_they_do(workers: int) -> None:
    expected = [batch.tolist() for batch in DataLoader(Streamed(), batch_size=6, num_workers=workers)]
    batches, found = made(DataLoader(Streamed(), batch_size=6, num_workers=workers))
    assert [batch.tolist() for batch in batches] == expected
    assert found["batch_transform"] > found["batch_fetch"]
    assert found["sample_time_p50"] >= 2.5
    batches, _ = made(DataLoader(Streamed(), batch_size=6, num_workers=workers, drop_last=True))
    assert all(len(batch) == 6 for batch in batches)


def test_what_gives_a_batch_of_samples_at_once_is_still_asked_for_it() -> None:
    for dataset in (Lists(), Subset(Lists(), range(40))):
        batches, found = made(DataLoader(dataset, batch_size=4))
        assert batches[0].tolist() == [1000, 1001, 1002, 1003]
        assert found["sample_time_p50"] >= 1.8
    (batch, *_), found = made(DataLoader(Sleeping(), batch_size=None))
    assert batch == 0
    assert found["sample_time_p50"] >= 1.8


@pytest.mark.skipif(not Path("/proc/thread-self/io").exists(), reason="the system does not tell what a thread reads")
@pytest.mark.parametrize("workers", [0, 2])
def test_what_is_read_is_told_to_the_byte(tmp_path: Path, workers: int) -> None:
    path = tmp_path / "sample"
    path.write_bytes(bytes(50_000))
    _, found = made(DataLoader(Files(path), batch_size=4, num_workers=workers))
    assert found["batch_read"] == pytest.approx(4 * 50_000, rel=0.01)
    assert found["batch_read_disk"] >= 0
    assert found["batch_major_faults"] >= 0
    _, found = made(DataLoader(Sleeping(), batch_size=4, num_workers=0))
    assert found["batch_read"] < 50_000


@pytest.mark.parametrize("workers", [0, 1])
def test_a_sample_that_fails_fails_as_it_does_and_leaves_no_trace(workers: int) -> None:
    dataset = Failing(count=8)
    makers = Makers()
    loader = DataLoader(dataset, batch_size=2, num_workers=workers)
    with pytest.raises(KeyError, match="no such sample"), makers.timed(loader) as timed:
        source = timed.follow(iter(loader))
        for _ in range(4):
            next(source)
    assert makers.read(0.0)["pipeline/batch_time_p50"] > 0
    if workers:
        for worker in source._workers:
            worker.terminate()  # torch waits for them for seconds where a batch has failed
    else:
        assert source._dataset_fetcher.dataset is dataset
        assert "Timed" not in type(source._dataset_fetcher.collate_fn).__name__


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize(
    "broken", ["close_look.CloseLook.begin", "close_look.CloseLook.end", "thread_use.ThreadUse.read"]
)
def test_a_probe_that_fails_falls_silent(workers: int, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise OSError("a probe fails")

    monkeypatch.setattr(f"kymo.probe.pipeline.{broken}", fail)
    makers = Makers()
    loader = DataLoader(Sleeping(count=8, seconds=0), batch_size=2, num_workers=workers)
    with makers.timed(loader) as timed:
        assert [batch.tolist() for batch in timed.follow(iter(loader))] == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert makers.read(0.0) == {}


def test_what_is_no_data_loader_or_not_to_be_timed_is_left_as_it_is() -> None:
    for makers, loader in ((Makers(), [1, 2]), (Makers(is_on=False), DataLoader(Sleeping(2), num_workers=1))):
        with makers.timed(loader) as timed:
            assert getattr(loader, "worker_init_fn", None) is None
            assert len(list(timed.follow(iter(loader)))) == 2
        assert makers.read(0.0) == {}


def test_what_torch_no_longer_calls_as_it_did_is_left_as_it_is() -> None:
    class Loader:
        num_workers, worker_init_fn, multiprocessing_context, dataset = 0, None, None, Sleeping(2)

        def __iter__(self) -> Iterator[int]:
            return iter([1, 2])

    for loader in (Loader(), DataLoader(Sleeping(2), collate_fn=len)):
        makers = Makers()
        with makers.timed(loader) as timed:
            source = iter(loader)
            if isinstance(loader, DataLoader):
                source._dataset_fetcher = Other(source._dataset_fetcher)
            assert len(list(timed.follow(source))) == 2
        assert makers.read(0.0).keys() <= {"pipeline/makers_busy"}


class Other:
    """A fetcher of no known kind."""

    __slots__ = ("fetch",)

    def __init__(self, fetcher: Any) -> None:
        self.fetch = fetcher.fetch


@pytest.mark.filterwarnings("ignore:Got pickle error")
def test_a_loader_that_cannot_be_started_gets_its_init_back() -> None:
    class Odd(Dataset[Any]):
        def __len__(self) -> int:
            return 3

        def __getitem__(self, index: int) -> Any:
            return index

    loader = DataLoader(Odd(), num_workers=1, multiprocessing_context="spawn")
    makers = Makers()
    with pytest.raises((AttributeError, pickle.PicklingError)), makers.timed(loader) as timed:
        assert loader.worker_init_fn is not None
        timed.follow(iter(loader))
    assert loader.worker_init_fn is None


def test_of_short_batches_some_are_looked_at_closely_and_all_are_counted() -> None:
    loader = DataLoader(TensorDataset(torch.arange(6000.0)), batch_size=2)
    makers = Makers()
    with makers.timed(loader) as timed:
        source = timed.follow(iter(loader))
        (loop,) = makers._loops
        assert len(list(source)) == 3000
        (row,) = loop._counters.read()
    from kymo.probe.pipeline import batch_counters as places

    assert row[places.BATCHES] == sum(row[places.BATCH_TIMES : places.SAMPLE_TIMES]) == 3000
    assert 2 <= sum(row[places.SAMPLE_TIMES :]) < 1000


class Drawn(Dataset[Any]):
    def __init__(self) -> None:
        self.transform = Compose([Noise(), Twice(), Noise()])

    def __len__(self) -> int:
        return 24

    def __getitem__(self, index: int) -> Any:
        return self.transform(torch.tensor(float(index)))


@pytest.mark.parametrize(("workers", "persistent"), [(0, False), (2, False), (2, True)])
def test_a_run_gets_the_same_batches_and_random_numbers_with_and_without(
    tmp_path: Path, workers: int, persistent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[dict[str, float]] = []
    monkeypatch.setattr(DeviceSampler, "start", lambda _: None)

    def trained(probes: bool) -> list[float]:
        torch.manual_seed(3)
        seen: list[float] = []
        loader = DataLoader(Drawn(), batch_size=4, shuffle=True, num_workers=workers, persistent_workers=persistent)
        with kymo.Run(tmp_path / f"{probes}", progress=False, probes=probes) as run:
            for _ in run.epochs(2):
                for batch in run.batches(loader):
                    seen += batch.tolist()
                    seen.append(torch.rand(()).item())
            found.append(run._session.makers.read(0.0))
        loader._iterator = None  # ends workers that persist
        return seen

    assert trained(True) == trained(False)
    assert found[0]["pipeline/transform/Noise"] > 0
    assert found[1] == {}


def test_a_run_logs_how_its_batches_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = DeviceSampler.start
    monkeypatch.setattr(DeviceSampler, "start", lambda self: (setattr(self, "_every", 0.05), start(self))[1])
    with kymo.Run(tmp_path, progress=False) as run:
        loader = DataLoader(Transformed(Compose([Slow()]), count=10_000), batch_size=4, num_workers=1)
        for _ in run.epochs(1):
            for _ in itertools.takewhile(lambda _: not logged(tmp_path), run.batches(loader)):
                pass
    (log,) = kymo.open(tmp_path).values()
    assert log["pipeline/transform/Slow"].description.startswith("The part of the time")
    assert log["pipeline/batch_time_p50"].values[0] > 10


def logged(path: Path) -> bool:
    return "pipeline/transform/Slow" in next(iter(kymo.open(path).values()), {})
