"""Where the time of a step goes, on a clock that only the training moves."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from stepped_clock import MS, Clock
from torch.utils.data import DataLoader, Dataset

import kymo
from kymo.probe.device_sampler import DeviceSampler
from kymo.probe.pipeline.step_phases import StepPhases
from kymo.probe.pipeline.step_timer import StepTimer
from kymo.probe.pipeline.supply import batches_ready, workers_of
from kymo.probe.pipeline.thread_time import ThreadTime
from kymo.probe.pipeline.timed_step import ModelTimes, TimedStep
from kymo.probe.series import description


def loader(clock: Clock, waits: list[float]) -> Iterator[int]:
    for number, wait in enumerate(waits):
        clock.pass_by(wait)
        yield number


def test_each_phase_of_a_step_has_its_time_and_together_they_have_all_of_it(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeviceSampler, "start", lambda _: None)
    with kymo.Run(tmp_path, progress=False) as run:
        phases = run._session.phases
        log = run._session.numbers.log
        monkeypatch.setattr(run._session.numbers, "log", lambda *one, **two: (clock.pass_by(2), log(*one, **two)))
        end_batch = run._session.end_batch
        monkeypatch.setattr(run._session, "end_batch", lambda: (clock.pass_by(0.5), end_batch()))
        monkeypatch.setattr("kymo.train.run.to_device", lambda batch, _: (clock.pass_by(1), batch)[1])
        for _ in run.epochs(1):
            for batch in run.batches(loader(clock, [90, 4, 8]), device="cpu"):
                clock.pass_by(10)
                run.log({"train/loss": 1.0})
                clock.pass_by(5 * batch)
            began = clock.now
    assert list(phases.steps) == [
        TimedStep(4 * MS, MS, 15 * MS, 2 * MS + MS // 2),
        TimedStep(8 * MS, MS, 20 * MS, 2 * MS + MS // 2),
    ]
    first_step = 1 + 90 + 1 + 10 + 2 + 0.5
    assert sum(step.whole for step in phases.steps) == began - first_step * MS
    assert phases.first == 90 * MS


def test_what_is_told_of_them_adds_up_and_is_told_once() -> None:
    phases = StepPhases()
    phases.first = 250 * MS
    phases.fetched += [(100, 30, 10), (100, 10, 30)]
    phases.workers = 2
    phases.steps += [TimedStep(MS * wait, MS, 6 * MS, 0, ready=wait % 2) for wait in range(101)]
    found = phases.read(0.0)
    shares = [found[f"pipeline/{name}"] for name in ("data_wait", "copy", "step", "logging")]
    assert sum(shares) == pytest.approx(100)
    assert shares[0] == pytest.approx(100 * 50 / 57)
    assert [found[f"pipeline/data_wait_{key}"] for key in ("p50", "p95", "p99")] == [50, 95, 99]
    assert found["pipeline/step_time_p50"] == 57
    assert found["pipeline/first_batch"] == 250
    assert (found["pipeline/data_wait_cpu"], found["pipeline/data_wait_core"], found["pipeline/workers"]) == (20, 20, 2)
    assert all(description(tag) for tag in found)
    assert found["pipeline/batches_ready"] == pytest.approx(50 / 101)
    assert found["pipeline/queue_empty"] == pytest.approx(100 * 51 / 101)
    assert phases.read(1.0) == {}


def test_steps_that_nobody_looks_at_are_kept_for_a_while_only() -> None:
    phases = StepPhases()
    phases.steps += [TimedStep(number * MS, 0, 0, 0) for number in range(100_000)]
    found = phases.read(0.0)
    assert found["pipeline/data_wait_p50"] == pytest.approx(95_000, rel=0.001)
    assert "pipeline/batches_ready" not in found


def test_of_short_steps_some_are_timed_and_their_shares_are_those_of_all(clock: Clock) -> None:
    phases = StepPhases(every=0.02)
    with StepTimer(phases, iter([])) as timer:
        for number in range(20_000):
            if number % 4 == 0:
                clock.pass_by(4)  # four workers, which are ready together
            if is_timed := timer.is_on:
                timer.came()
                timer.given()
            clock.pass_by(1)
            if is_timed:
                timer.done()
            timer.over()
    assert 20_000 / 40 < len(phases.steps) < 20_000 / 5
    assert phases.read(0.0)["pipeline/data_wait"] == pytest.approx(50, rel=0.2)


@pytest.mark.parametrize(("milliseconds", "count"), [(20, 100), (5, 12)])
def test_what_the_thread_does_is_measured_in_each_wait_of_long_steps(
    clock: Clock, milliseconds: float, count: int
) -> None:
    phases = StepPhases(every=0)
    with StepTimer(phases, iter([])) as timer:
        for number in range(101):
            clock.pass_by(milliseconds if number % 2 else 0.0)  # every other batch is there
            timer.came()
            timer.given()
            clock.pass_by(milliseconds)
            timer.done()
            timer.over()
    assert len(phases.fetched) == count
    assert {wall for wall, _, _ in phases.fetched} <= {0, milliseconds * MS}


def test_a_pause_is_told_apart_and_so_is_the_step_that_it_is_in(clock: Clock) -> None:
    phases = StepPhases(every=0)
    with StepTimer(phases, iter([])) as timer:
        for number in range(4):
            timer.came()
            timer.given()
            if number == 2:
                with phases.pause("validation"):
                    clock.pass_by(500)
            clock.pass_by(10)
            timer.done()
            timer.over()
    found = phases.read(0.0)
    assert (found["pipeline/validation"], found["pipeline/step_time_p99"]) == (500, 10)
    assert description("pipeline/validation")
    assert not phases.steps


def test_parts_of_the_body_are_told_where_the_model_is_known() -> None:
    phases = StepPhases()
    phases.steps += [TimedStep(10 * MS, 0, 80 * MS, 10 * MS, ModelTimes(20 * MS, 40 * MS, 5 * MS))]
    found = phases.read(0.0)
    parts = [found[f"pipeline/{name}"] for name in ("forward", "backward", "optimizer", "other")]
    assert parts == [20, 40, 5, 15]
    assert sum(parts) == found["pipeline/step"]
    assert all(description(tag) for tag in found)


class Numbers(Dataset[Any]):
    def __len__(self) -> int:
        return 12

    def __getitem__(self, index: int) -> Any:
        return torch.tensor(float(index))


@pytest.mark.parametrize("pinned", [False, True])
def test_how_far_a_loader_is_ahead_is_seen(pinned: bool) -> None:
    if pinned and not torch.cuda.is_available():
        pytest.skip("pinning memory needs a GPU")
    batches = iter(DataLoader(Numbers(), batch_size=1, num_workers=2, prefetch_factor=2, pin_memory=pinned))
    ends = time.monotonic() + 60
    while (ready := batches_ready(batches)) != 4 and time.monotonic() < ends:
        time.sleep(0.01)
    assert ready == 4, "two batches of each worker"
    next(batches)
    assert len(list(batches)) == 11
    assert batches_ready(batches) == 0


def test_what_has_no_workers_is_not_asked() -> None:
    assert batches_ready(iter(DataLoader(Numbers()))) is None
    assert batches_ready(iter([1])) is None
    assert batches_ready(None) is None
    assert workers_of(iter(DataLoader(Numbers()))) == 0
    assert workers_of(iter([1])) is None


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_gives_the_same_batches_and_weights_with_and_without(tmp_path: Path, workers: int) -> None:
    def trained(probes: bool) -> tuple[list[float], torch.Tensor]:
        torch.manual_seed(3)
        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        seen = []
        with kymo.Run(tmp_path / f"{probes}", progress=False, probes=probes) as run:
            run.watch(model, optimizer)
            for _ in run.epochs(2):
                for batch in run.batches(DataLoader(Numbers(), batch_size=3, shuffle=True, num_workers=workers)):
                    seen += batch.tolist()
                    loss = model(batch[:, None]).square().mean()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    run.log({"train/loss": loss})
        return seen, torch.cat([model.weight.flatten(), model.bias, torch.rand(3)])

    (seen, weights), (others, other_weights) = trained(True), trained(False)
    assert seen == others
    assert torch.equal(weights, other_weights)


def test_what_a_thread_does_is_told_apart() -> None:
    thread = ThreadTime()
    before = thread.read()
    while thread.read()[0] - before[0] < 20 * MS:
        sum(range(1000))
    worked = thread.read()
    time.sleep(0.05)
    slept = thread.read()
    assert slept[0] - worked[0] < 20 * MS, "sleeping is no work"
    thread.close()
    thread.close()


def test_a_loop_that_is_left_keeps_no_file_of_the_kernel_open(tmp_path: Path) -> None:
    def open_files() -> int:
        return sum("schedstat" in os.path.realpath(file) for file in Path("/proc/self/fd").iterdir())

    with kymo.Run(tmp_path, progress=False, probes=False) as run:
        for epoch in run.epochs(4):
            for _ in run.batches(range(3)):
                assert open_files() == 1
                if epoch % 2:
                    break
            assert open_files() == 0
