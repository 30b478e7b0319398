"""What is made of trainings on a GPU that the tests play: each held back by one thing, or by none."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from played_training import Training
from stepped_clock import MS, Clock

import kymo
from kymo.insight.diagnosis import _RULES, diagnosed
from kymo.insight.finding import Finding
from kymo.insight.recent import Recent

STEPS = 200
Case = Callable[[Training, float], dict[str, float]]


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> Training:
    clock = Clock()
    clock.now = MS
    monkeypatch.setattr(time, "perf_counter_ns", lambda: clock.now)
    return Training(clock)


def found(numbers: dict[str, float], **others: float) -> dict[str, Finding]:
    """What all rules together find, with what the driver and the loader tell beside."""
    samples = {f"pipeline/{name}": value for name, value in numbers.items()}
    samples |= {tag.replace("__", "/"): value for tag, value in others.items()}
    told = [rule(Recent(samples)) for rule in _RULES]
    return {each.finding.cause: each.finding for each in told if each is not None and each.strength >= 1}


def passes(training: Training, work: float, host: float = 2.0) -> None:
    training.forward(host / 3, work / 3)
    training.backward(2 * host / 3, 2 * work / 3)


def pageable(training: Training, share: float) -> dict[str, float]:
    copy = 20 * share / (1 - share)

    def body() -> None:
        passes(training, 20)

    return training.steps(STEPS, body, copy=lambda: training.copies(3 * copy, 3, pinned=False))


def oversized(training: Training, share: float) -> dict[str, float]:
    copy = 20 * share / (1 - share)
    return training.steps(STEPS, lambda: passes(training, 20), copy=lambda: training.copies(12 * copy, 12))


def bytes_in_turn(training: Training, share: float) -> dict[str, float]:
    copy = 20 * share / (1 - share)

    def copies() -> None:
        training.copies(12 * copy, 12, floats=False)

    return training.steps(STEPS, lambda: passes(training, 20), copy=copies)


def launch_bound(training: Training, share: float) -> dict[str, float]:
    def body() -> None:
        training.forward(7, 7 * (1 - share), kernels=50)
        training.backward(14, 14 * (1 - share), kernels=100)

    return training.steps(STEPS, body)


def synchronizing(training: Training, share: float) -> dict[str, float]:
    """The host waits for the GPU, and then takes a share of the step while the GPU has nothing to do."""

    def body() -> None:
        passes(training, 20, host=0.2)
        training.synchronizes()
        training.clock.pass_by(20 * share / (1 - share))

    return training.steps(STEPS, body)


CASES = {
    "pageable_copy": pageable,
    "oversized_copy": oversized,
    "copy": bytes_in_turn,
    "synchronizing": synchronizing,
}


@pytest.mark.parametrize("share", [0.2, 0.6])
@pytest.mark.parametrize("cause", CASES)
def test_what_holds_it_back_is_told_and_nothing_else(training: Training, cause: str, share: float) -> None:
    # To the driver, a GPU with a kernel now and then looks busy.
    told = found(CASES[cause](training, share), device__gpu0__utilization=97.0)
    assert set(told) == {cause}
    # A host that does not wait for the GPU has as much to do itself; bytes are a quarter of what floats are.
    saved = {"synchronizing": min(share, 1 - share), "oversized_copy": 0.75 * share}.get(cause, share)
    assert told[cause].gain == pytest.approx(1 / (1 - saved), rel=0.05)


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_gpu_that_is_idle_since_it_was_waited_for_is_told_once(training: Training, share: float) -> None:
    told = found(synchronizing(training, share), device__gpu0__utilization=100 * (1 - share))
    assert set(told) == {"synchronizing"}
    assert "beside the passes" in told["synchronizing"].text


@pytest.mark.parametrize("cause", CASES)
def test_what_takes_next_to_nothing_is_not_told(training: Training, cause: str) -> None:
    assert not found(CASES[cause](training, 0.02), device__gpu0__utilization=97.0)


@pytest.mark.parametrize("utilization", [40.0, 97.0])
@pytest.mark.parametrize("share", [0.2, 0.6])
def test_a_gpu_that_is_never_behind_waits_for_the_host_though_it_looks_busy(
    training: Training, share: float, utilization: float
) -> None:
    told = found(launch_bound(training, share), device__gpu0__utilization=utilization)
    assert set(told) == {"launch_bound"}
    assert told["launch_bound"].gain == (None if utilization > 90 else pytest.approx(1 / 0.4))


def test_a_gpu_that_is_behind_is_what_takes_the_time_whatever_its_utilization(training: Training) -> None:
    busy = training.steps(STEPS, lambda: passes(training, 20))
    assert busy["gpu_lag"] > 20
    assert not found(busy, device__gpu0__utilization=97.0)
    assert not found(busy, device__gpu0__utilization=30.0, device__gpu0__sm_active=5.0)


def test_copies_beside_what_is_computed_are_healthy(training: Training) -> None:
    beside = training.steps(STEPS, lambda: passes(training, 20), copy=lambda: training.copies_beside(150, 12))
    assert beside["copy_rate"] == pytest.approx(12e9, rel=0.01)
    assert not found(beside, device__gpu0__utilization=97.0)


def test_copies_beside_that_take_longer_than_the_step_are_too_large(training: Training) -> None:
    told = found(training.steps(STEPS, lambda: passes(training, 5), copy=lambda: training.copies_beside(240, 12)))
    assert set(told) == {"oversized_copy"}


def test_a_wait_that_the_gpu_has_work_for_is_none_though_it_looks_idle(training: Training) -> None:
    waited = {"host__cores": 8.0, "pipeline__workers": 2.0, "host__workers_cpu": 24.0}
    hidden = training.steps(STEPS, lambda: passes(training, 20), wait=9)
    assert hidden["data_wait"] > 40
    assert not found(hidden, device__gpu0__utilization=60.0, **waited)


def test_the_gain_of_faster_loading_is_what_the_gpu_waits(training: Training) -> None:
    waited = {"host__cores": 8.0, "pipeline__workers": 2.0, "host__workers_cpu": 24.0}
    starved = training.steps(STEPS, lambda: passes(training, 10), wait=30)
    told = found(starved, device__gpu0__utilization=97.0, **waited)
    assert set(told) == {"too_few_workers"}
    # A step of 32 ms, in which the GPU has work for about 10.
    assert told["too_few_workers"].gain == pytest.approx(32 / 11, rel=0.1)
    assert told["too_few_workers"].confidence == 0.9


def test_of_a_log_it_is_told_as_of_its_samples(training: Training, tmp_path: Path) -> None:
    def told(name: str, numbers: dict[str, float]) -> list[Finding]:
        with kymo.SummaryWriter(tmp_path / name) as writer:
            for second in range(20):
                for tag, value in numbers.items():
                    writer.add_scalar(f"pipeline/{tag}", value, second, 1000.0 + second)
        return diagnosed(kymo.open(tmp_path)[name])

    (waits,) = told("waits", synchronizing(training, 0.4))
    assert (waits.cause, waits.severity) == ("synchronizing", "critical")
    (busy,) = told("busy", training.steps(STEPS, lambda: passes(training, 20)))
    assert busy.text.startswith("Nothing holds it back: the GPU is busy")
    assert busy.evidence["pipeline/gpu_lag"] > 20


def test_without_a_model_a_loop_that_waits_is_not_taken_for_one_whose_host_is_slow(training: Training) -> None:
    def body() -> None:
        training.asks(2, 20)
        training.synchronizes()

    training.phases.model = None
    told = training.steps(STEPS, body)
    assert "gpu_forward" not in told
    assert not found(told, device__gpu0__utilization=97.0)
