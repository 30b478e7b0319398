"""What each rule finds, from samples alone."""

from pathlib import Path

import pytest

import kymo
from kymo.insight.data_wait import data_wait, hand_over
from kymo.insight.diagnosis import diagnosed
from kymo.insight.finding import Finding
from kymo.insight.other_costs import copying, logging_cost
from kymo.insight.recent import Recent
from kymo.insight.throttling import throttling


def recent(**samples: float) -> Recent:
    """By names such as `pipeline__data_wait`."""
    return Recent({tag.replace("__", "/"): value for tag, value in samples.items()}, since=5.0, count=9)


def found(finding: Finding | None) -> Finding:
    assert finding is not None
    return finding


STARVED = {"pipeline__data_wait": 60.0, "pipeline__workers": 2.0, "host__cores": 8.0, "host__workers_cpu": 24.0}


def test_workers_that_are_always_at_work_are_too_few_and_are_told_how_many_would_do() -> None:
    finding = found(data_wait(recent(**STARVED)))
    assert (finding.cause, finding.severity, finding.since) == ("too_few_workers", "critical", 5.0)
    assert "num_workers from 2 to 7" in finding.advice
    assert finding.gain == pytest.approx(2.5)
    assert finding.evidence["pipeline/workers"] == 2.0


def test_no_more_workers_are_advised_than_there_are_cores() -> None:
    assert "from 2 to 4" in found(data_wait(recent(**STARVED | {"host__cores": 4.0, "host__workers_cpu": 48.0}))).advice
    crowded = STARVED | {"host__cores": 2.0, "host__workers_cpu": 90.0}
    assert found(data_wait(recent(**crowded))).cause == "cpu_bound"
    waiting = STARVED | {"host__workers_core_wait": 40.0}
    assert found(data_wait(recent(**waiting))).cause == "cpu_bound"


def test_workers_that_wait_are_told_by_what_for() -> None:
    idle = STARVED | {"host__workers_cpu": 2.0}
    assert found(data_wait(recent(**idle))).cause == "blocked"
    assert found(data_wait(recent(**idle, host__pressure_io=50.0))).cause == "disk"


def test_a_wait_that_a_busy_gpu_hides_is_none() -> None:
    assert data_wait(recent(**STARVED, device__gpu0__utilization=98.0)) is None
    partly = found(data_wait(recent(**STARVED, device__gpu0__utilization=75.0)))
    assert partly.severity == "warning"
    assert partly.gain == pytest.approx(1 / 0.75)


def test_a_wait_without_a_core_is_none_for_data() -> None:
    assert data_wait(recent(**STARVED, pipeline__data_wait_core=95.0)) is None


def test_taking_batches_over_is_no_wait_for_workers() -> None:
    taking = STARVED | {"pipeline__data_wait_cpu": 95.0}
    assert data_wait(recent(**taking)) is None
    assert found(hand_over(recent(**taking))).gain == pytest.approx(1 / (1 - 0.57))
    assert hand_over(recent(**taking | {"pipeline__workers": 0.0})) is None
    assert hand_over(recent(**STARVED)) is None


def test_a_small_wait_is_none() -> None:
    assert data_wait(recent(pipeline__data_wait=4.0, pipeline__workers=0.0)) is None


def test_copies_logging_and_heat() -> None:
    assert copying(recent(pipeline__copy=9.0)) is None
    assert found(copying(recent(pipeline__copy=50.0))).gain == pytest.approx(2.0)
    assert logging_cost(recent(pipeline__logging=4.0)) is None
    assert found(logging_cost(recent(pipeline__logging=20.0))).severity == "warning"
    hot = {"device__gpu1__utilization": 90.0, "device__gpu1__temperature": 95.0}
    assert throttling(recent(**hot, device__gpu1__throttled_power_cap=1.0)) is None
    assert "gpu1 is hot" in found(throttling(recent(**hot, device__gpu1__throttled_thermal_hardware=1.0))).text


def write(directory: Path, seconds: int, shares: dict[str, float]) -> kymo.SummaryWriter:
    writer = kymo.SummaryWriter(directory)
    for second in range(seconds):
        for tag, value in {"pipeline/step_time_p50": 10.0, **shares}.items():
            writer.add_scalar(tag, value, second, 1000.0 + second)
    writer.close()
    return writer


def test_what_matters_most_comes_first_and_nothing_is_a_finding_too(tmp_path: Path) -> None:
    slow = {
        "pipeline/data_wait": 20.0,
        "pipeline/data_wait_cpu": 90.0,
        "pipeline/workers": 0.0,
        "pipeline/logging": 40.0,
    }
    write(tmp_path / "slow", 20, slow)
    write(tmp_path / "well", 20, {"pipeline/step": 97.0, "pipeline/data_wait": 1.0})
    write(tmp_path / "short", 4, slow)
    kymo.SummaryWriter(tmp_path / "plain").add_scalar("loss", 1.0, 1)
    runs = kymo.open(tmp_path)
    assert [finding.cause for finding in diagnosed(runs["slow"])] == ["logging", "no_workers"]
    (healthy,) = diagnosed(runs["well"])
    assert (healthy.cause, healthy.severity) == ("healthy", "good")
    assert healthy.text == "Nothing holds it back: 97 % of the steps' time is the training itself."
    assert [finding.cause for finding in diagnosed(runs["short"])] == ["unknown"]
    assert [finding.cause for finding in diagnosed(runs["plain"])] == ["unknown"]


def test_only_the_last_minute_counts_and_not_what_a_restart_has_replaced(tmp_path: Path) -> None:
    bad = {"pipeline/data_wait": 80.0, "pipeline/data_wait_cpu": 90.0, "pipeline/workers": 0.0}
    with kymo.SummaryWriter(tmp_path) as writer:
        for second in range(200):
            for tag, value in {"pipeline/step_time_p50": 10.0, **bad}.items():
                mended = tag == "pipeline/data_wait" and second > 100
                writer.add_scalar(tag, 1.0 if mended else value, second, 1000.0 + second)
    (run,) = kymo.open(tmp_path).values()
    assert [finding.cause for finding in diagnosed(run)] == ["healthy"]
