"""What a GPU does in the steps of a training, on a GPU and a clock that the tests play."""

from pathlib import Path
from typing import Any

import pytest
import torch
from played_device import PlayedEvent
from played_training import Training
from stepped_clock import MS, Clock

import kymo
from kymo.probe.device_sampler import DeviceSampler
from kymo.probe.pipeline.device_step import CopiedBytes, DeviceStep
from kymo.probe.pipeline.device_timer import DeviceTimer, device_timer
from kymo.probe.pipeline.step_phases import StepPhases
from kymo.probe.pipeline.step_timer import StepTimer


@pytest.fixture
def training(clock: Clock) -> Training:
    return Training(clock)


def test_of_a_wait_what_the_gpu_is_not_busy_with_earlier_work_counts(training: Training) -> None:
    found = training.steps(50, lambda: training.asks(2, 10), wait=30)
    assert found["data_wait_p50"] == 30
    assert found["gpu_wait"] == pytest.approx(20)
    assert found["gpu_wait_share"] == pytest.approx(100 * 20 / 32)
    assert found["gpu_lag"] == pytest.approx(10)
    hidden = Training(training.clock).steps(50, lambda: training.asks(2, 10), wait=7)
    assert hidden["gpu_wait"] == pytest.approx(7)


def test_a_wait_behind_queued_work_costs_nothing(training: Training) -> None:
    found = training.steps(50, lambda: training.asks(2, 20), wait=7)
    assert found["data_wait"] > 30
    assert found["gpu_wait"] == pytest.approx(0, abs=0.5)
    assert found["gpu_lag"] > 40


@pytest.mark.parametrize("pace", [0.99, 1.0, 1.01])
def test_a_lag_is_what_it_is_though_the_clocks_drift_apart(training: Training, pace: float) -> None:
    """The host's clock and the GPU's differ by a hundredth, which makes many steps in a training as long as this."""
    training.streams.pace = pace
    training.steps(500, lambda: training.asks(2, 20), wait=7)
    truth = training.lags[-100]
    told = training.steps(500, lambda: training.asks(2, 20), wait=7)["gpu_lag"]
    assert told == pytest.approx(truth, abs=14), "the host looks again after 13 ms, when its queue has room"


def test_a_host_that_waits_in_each_step_is_far_ahead_in_it_and_not_at_its_end(training: Training) -> None:
    def body() -> None:
        training.forward(2, 20)
        training.synchronizes()

    found = training.steps(50, body, wait=1)
    assert found["gpu_lag"] == pytest.approx(0)
    assert found["gpu_lag_peak"] == pytest.approx(20)
    assert found["gpu_wait"] == pytest.approx(1)


def test_a_gpu_that_waits_for_each_kernel_is_never_behind(training: Training) -> None:
    def body() -> None:
        for _ in range(20):
            training.asks(1, 0.1)

    found = training.steps(50, body)
    assert found["gpu_lag_peak"] <= 0.11


def test_copies_are_told_by_what_they_keep_and_how_fast_they_are(training: Training) -> None:
    gpu = training.phases.gpu
    assert gpu is not None

    def copy() -> None:
        gpu.copies(lambda: CopiedBytes(total=4_000_000, pinned=1_000_000, floats=3_000_000))
        training.streams.main.works(4)

    found = training.steps(50, lambda: training.asks(2, 14), copy=copy)
    # With a full queue, what the host takes for a step is what the GPU takes for it.
    assert found["gpu_copy"] == pytest.approx(100 * 4 / 18, rel=0.1)
    assert found["copy_bytes"] == 4_000_000
    assert (found["copy_pinned"], found["copy_floats"]) == (25, 75)
    assert found["copy_rate"] == pytest.approx(1e9)


def test_copies_on_a_stream_of_their_own_keep_nothing(training: Training) -> None:
    gpu, streams = training.phases.gpu, training.streams
    assert gpu is not None

    def copy() -> None:
        gpu.copies(lambda: CopiedBytes(total=4_000_000, pinned=4_000_000, floats=0))
        gpu.start("transfer", streams.side)
        streams.side.works(4)
        gpu.stop("transfer", streams.side)
        arrived = streams.event()
        arrived.record(streams.side)
        streams.main.wait_event(arrived)

    found = training.steps(50, lambda: training.asks(2, 14), copy=copy)
    assert found["gpu_copy"] == pytest.approx(0, abs=2.5), "but for the first ones, which nothing is computed beside"
    assert found["copy_rate"] == pytest.approx(1e9)


def test_events_are_used_again(training: Training) -> None:
    training.steps(20, lambda: training.asks(2, 20))
    made = training.streams.made
    training.steps(300, lambda: training.asks(2, 20))
    assert training.streams.made <= made + 8


def test_a_gpu_that_never_comes_to_an_end_costs_few_events(training: Training) -> None:
    training.streams.main.works(1e9)
    with StepTimer(training.phases, iter([])) as timer:
        for _ in range(1000):
            training.clock.pass_by(1)
            if timer.is_on:
                timer.came()
                timer.given()
                timer.done()
            timer.over()
    assert training.streams.made < 300
    assert not training.phases.on_gpu
    assert training.streams.waits == 0


def test_a_step_in_which_a_graph_is_captured_is_left_out(training: Training) -> None:
    steps = iter(range(100))

    def body() -> None:
        training.asks(2, 5)
        if next(steps) == 10:
            training.streams.capturing = True
            training.phases.gpu.start("forward")  # type: ignore[union-attr] # set
            training.phases.gpu.stop("forward")  # type: ignore[union-attr]
            training.streams.capturing = False

    training.phases.on_gpu.clear()
    with StepTimer(training.phases, iter([])) as timer:
        for _ in range(40):
            timer.came()
            timer.given()
            body()
            timer.done()
            timer.over()
            training.clock.pass_by(10)
    assert len(training.phases.on_gpu) in (36, 37), "all but the first, the captured one, and the last that goes on"


def test_a_step_with_a_pause_is_left_out(training: Training) -> None:
    def body() -> None:
        training.asks(2, 5)
        if len(training.lags) == 10:
            with training.phases.pause("validation"):
                training.clock.pass_by(500)

    assert training.steps(50, body)["gpu_wait"] == pytest.approx(0, abs=0.1)


def test_a_gpu_that_fails_is_timed_no_more_and_the_loop_goes_on(
    training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> bool:
        raise RuntimeError("an illegal memory access was encountered")

    training.steps(10, lambda: training.asks(2, 5), wait=9)
    monkeypatch.setattr(PlayedEvent, "query", fails)
    found = training.steps(10, lambda: training.asks(2, 5), wait=9)
    assert "gpu_wait" not in found
    assert found["data_wait_p50"] == 9


def test_no_device_but_a_gpu_is_timed(training: Training) -> None:
    assert device_timer("cpu", training.phases.on_gpu) is None
    assert device_timer("no device", training.phases.on_gpu) is None
    phases = StepPhases()
    phases.train_on("cpu")
    assert phases.gpu is None


def test_a_run_tells_what_the_gpu_does_in_its_passes(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(clock)
    monkeypatch.setattr(DeviceSampler, "start", lambda _: None)
    monkeypatch.setattr(
        "kymo.probe.pipeline.step_phases.device_timer", lambda _, steps: DeviceTimer(training.streams, steps)
    )

    class Forward(torch.nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            training.asks(1, 4)
            return super().forward(x)

    class Optimizer(torch.optim.SGD):
        def step(self, closure: Any = None) -> None:
            training.asks(1, 2)

    model = Forward(2, 1)
    optimizer = Optimizer(model.parameters(), lr=0.1)
    model.weight.register_post_accumulate_grad_hook(lambda _: training.asks(1, 8))
    with kymo.Run(tmp_path, progress=False) as run:
        phases = run._session.phases
        phases.every = 0
        run.watch(model, optimizer, weights=False, gradients=False, activations=False, updates=False)
        for _ in run.epochs(1):
            for x in run.batches(torch.ones(60, 8, 2), device="cpu"):
                loss = model(x).sum()
                loss.backward()
                optimizer.step()
                clock.pass_by(1)
        found = phases.read(0.0)
    assert found["pipeline/gpu_forward"] == pytest.approx(100 * 4 / 14, rel=0.15)
    assert found["pipeline/gpu_backward"] == pytest.approx(100 * 8 / 14, rel=0.15)
    assert found["pipeline/gpu_optimizer"] == pytest.approx(100 * 2 / 14, rel=0.15)
    assert found["pipeline/copy_bytes"] == 64
    assert (found["pipeline/copy_pinned"], found["pipeline/copy_floats"]) == (0, 100)
    assert found["pipeline/gpu_lag"] > 20
    assert training.streams.waits == 0


def test_steps_that_nobody_looks_at_are_kept_for_a_while_only() -> None:
    phases = StepPhases()
    phases.on_gpu += [DeviceStep(10 * MS, number * MS, 0, 0, 0) for number in range(20_000)]
    assert phases.read(0.0)["pipeline/gpu_wait"] == pytest.approx(15_000, rel=0.01)
