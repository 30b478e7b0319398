"""What is made of a run's series, minute by minute."""

from collections.abc import Callable
from pathlib import Path

import pytest

import kymo
from kymo.insight.diagnosis import diagnosed
from kymo.insight.finding import Finding

SLOW = {"pipeline/data_wait": 60.0, "pipeline/data_wait_cpu": 90.0, "pipeline/workers": 0.0, "pipeline/step": 38.0}
WELL = SLOW | {"pipeline/data_wait": 1.0, "pipeline/step": 97.0}


def write(directory: Path, seconds: int, at: Callable[[int], dict[str, float]]) -> list[Finding]:
    """One sample each second, and what is found out of them; a sample of nothing is left out."""
    with kymo.SummaryWriter(directory) as writer:
        for second in range(seconds):
            sample = at(second)
            if "pipeline/step" in sample or "pipeline/data_wait" in sample:
                sample = {"pipeline/step_time_p50": 10.0} | sample
            for tag, value in sample.items():
                writer.add_scalar(tag, value, second, 1000.0 + second)
    (run,) = kymo.open(directory).values()
    return diagnosed(run)


def causes(findings: list[Finding]) -> list[str]:
    return [finding.cause for finding in findings]


def test_what_matters_most_comes_first(tmp_path: Path) -> None:
    both = SLOW | {"pipeline/data_wait": 20.0, "pipeline/logging": 40.0}
    assert causes(write(tmp_path, 20, lambda _: both)) == ["logging", "no_workers"]


def test_that_nothing_holds_it_back_is_a_finding_too(tmp_path: Path) -> None:
    (healthy,) = write(tmp_path, 20, lambda _: WELL)
    assert (healthy.cause, healthy.severity, healthy.since) == ("healthy", "good", 1002.0)
    assert healthy.text == "Nothing holds it back: 97 % of the time is the training itself."


def test_too_little_is_not_judged_by(tmp_path: Path) -> None:
    assert causes(write(tmp_path / "short", 4, lambda _: SLOW)) == ["unknown"]
    with kymo.SummaryWriter(tmp_path / "bare") as writer:
        for second in range(20):
            writer.add_scalar("pipeline/step_time_p50", 10.0, second, 1000.0 + second)
    (run,) = kymo.open(tmp_path / "bare").values()
    (unknown,) = diagnosed(run)
    assert unknown.cause == "unknown"
    assert "not what they consist of" in unknown.text


def test_what_a_minute_ago_was_mended_is_not_told(tmp_path: Path) -> None:
    assert causes(write(tmp_path, 200, lambda second: WELL if second > 100 else SLOW)) == ["healthy"]


def test_it_is_told_since_when(tmp_path: Path) -> None:
    (finding,) = write(tmp_path, 300, lambda second: SLOW if second >= 150 else WELL)
    assert finding.cause == "no_workers"
    assert finding.since is not None
    assert 1150 <= finding.since <= 1160
    (always,) = write(tmp_path / "always", 300, lambda _: SLOW)
    assert always.since == 1002.0


def test_rare_long_waits_count_by_their_time(tmp_path: Path) -> None:
    """Nine samples of ten have no wait; each tenth stands for 8 s of waiting."""
    with kymo.SummaryWriter(tmp_path) as writer:
        now = 1000.0
        for sample in range(60):
            is_slow = sample % 10 == 9
            now += 8.0 if is_slow else 1.0
            numbers = {**WELL, "pipeline/step_time_p50": 10.0, "pipeline/step_time_p99": 7000.0 if is_slow else 12.0}
            if is_slow:
                numbers |= {"pipeline/data_wait": 99.0, "pipeline/step": 1.0}
            for tag, value in numbers.items():
                writer.add_scalar(tag, value, sample, now)
    (run,) = kymo.open(tmp_path).values()
    (finding,) = diagnosed(run)
    assert finding.cause == "no_workers"
    assert finding.gain == pytest.approx(17 / 9, rel=0.15)


def test_a_finding_near_its_limit_does_not_come_and_go(tmp_path: Path) -> None:
    """The wait is first above its limit of 5 %, then a little below it, and at last far below."""
    waits = {0: 6.0, 100: 4.2, 300: 2.0}

    def at(second: int) -> dict[str, float]:
        return WELL | {"pipeline/data_wait": next(wait for since, wait in reversed(waits.items()) if second >= since)}

    assert causes(write(tmp_path / "near", 290, at)) == ["no_workers"]
    assert causes(write(tmp_path / "far", 400, at)) == ["healthy"]
    assert causes(write(tmp_path / "never", 200, lambda _: WELL | {"pipeline/data_wait": 4.2})) == ["healthy"]


def test_a_pause_is_no_part_of_the_steps(tmp_path: Path) -> None:
    """Ten seconds of steps, and ten of validation."""

    def at(second: int) -> dict[str, float]:
        if second % 20 < 10:
            return WELL
        return {"pipeline/validation": 10_000.0} if second % 20 == 19 else {}

    (finding,) = write(tmp_path, 205, at)
    assert finding.cause == "validation"
    assert finding.gain == pytest.approx(2.0, rel=0.1)


def test_a_clock_that_is_held_down_for_a_quarter_of_the_time_is_seen(tmp_path: Path) -> None:
    def at(second: int) -> dict[str, float]:
        hot = {"device/gpu0/utilization": 90.0, "device/gpu0/throttled_thermal_software": float(second % 4 == 0)}
        return WELL | hot

    assert causes(write(tmp_path, 100, at)) == ["throttled"]


def test_memory_that_grows_is_told_with_when_it_ends(tmp_path: Path) -> None:
    def growing(rate: float) -> Callable[[int], dict[str, float]]:
        def at(second: int) -> dict[str, float]:
            used = 2e9 + rate * second
            return WELL | {"host/process_memory": used, "host/memory_used": used, "host/memory": 100 * used / 16e9}

        return at

    (finding,) = write(tmp_path / "grows", 1000, growing(1e6))
    assert (finding.cause, finding.severity) == ("memory_growth", "warning")
    assert "3436 MiB an hour; there is none left in about 3 h 37 min" in finding.text
    assert causes(write(tmp_path / "steady", 1000, growing(1e3))) == ["healthy"]


def test_a_plain_log_is_judged_as_far_as_it_goes(tmp_path: Path) -> None:
    def seconds_of(paces: list[float]) -> Path:
        directory = tmp_path / str(len(list(tmp_path.iterdir())))
        with kymo.SummaryWriter(directory) as writer:
            now = 1000.0
            for step, pace in enumerate(paces):
                now += pace
                writer.add_scalar("loss", 1 / (1 + step), step, now)
        return directory

    def findings(paces: list[float]) -> list[str]:
        (run,) = kymo.open(seconds_of(paces)).values()
        return causes(diagnosed(run))

    assert findings([0.1] * 300) == ["unknown"]
    assert findings([0.1] * 10) == ["unknown"]
    assert findings([0.0] * 300) == ["unknown"]
    assert findings(([0.1] * 50 + [10.0]) * 6) == ["pauses"]
    assert findings([0.1] * 240 + [0.2] * 60) == ["slower"]
    idle = {"device/gpu0/utilization": 20.0}
    assert causes(write(tmp_path / "idle", 30, lambda _: idle)) == ["gpu_idle"]
