"""The thread that logs what devices do."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import until

import kymo
from kymo.probe.sensor import Sensor
from kymo.probe.series import GPU, HOST, PIPELINE, THROTTLED, description, gpu_tag, host_tag, pipeline_tag

SOON = 0.01


class Fake:
    """A sensor that counts its looks."""

    def __init__(self, fails_at: int | None = None, tag: str = "host/cpu") -> None:
        self.looks = 0
        self.closed = False
        self._fails_at, self._tag = fails_at, tag

    def read(self, now: float) -> dict[str, float]:
        self.looks += 1
        if self.looks == self._fails_at:
            raise RuntimeError("the driver is gone")
        return {self._tag: float(self.looks)} if self.looks > 1 else {}

    def close(self) -> None:
        self.closed = True


def values(directory: Path, tag: str) -> list[float]:
    (run,) = kymo.open(directory).values()
    return list(run[tag].values) if tag in run else []


def test_samples_are_logged_at_the_step_of_the_training_with_what_they_are(tmp_path: Path) -> None:
    step, fake = [7], Fake()
    with (
        kymo.SummaryWriter(tmp_path) as writer,
        kymo.DeviceSampler(writer, every=SOON, step=lambda: step[0], sensors=lambda: [fake]),
    ):
        until(lambda: fake.looks > 3)
        step[0] = 9
        looks = fake.looks
        until(lambda: fake.looks > looks + 3)
    (run,) = kymo.open(tmp_path).values()
    series = run["host/cpu"]
    assert list(series.values) == [2.0 + number for number in range(len(series))]
    assert set(series.steps) == {7, 9}
    assert series.description == HOST["cpu"]
    assert fake.closed


def test_without_a_step_samples_are_counted(tmp_path: Path) -> None:
    fake = Fake()
    with kymo.SummaryWriter(tmp_path) as writer, kymo.DeviceSampler(writer, every=SOON, sensors=lambda: [fake]):
        until(lambda: fake.looks > 4)
    (run,) = kymo.open(tmp_path).values()
    assert list(run["host/cpu"].steps) == list(range(1, len(run["host/cpu"]) + 1))


def test_a_sensor_that_fails_is_told_once_and_the_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fails, other = Fake(fails_at=3, tag="device/gpu0/power"), Fake()
    with kymo.SummaryWriter(tmp_path) as writer:
        sampler = kymo.DeviceSampler(writer, every=SOON, sensors=lambda: [fails, other])
        with sampler:
            until(lambda: other.looks > 6)
    assert fails.looks == 3
    assert fails.closed
    assert [record.getMessage() for record in caplog.records] == ["A sensor is no longer read: the driver is gone"]
    assert values(tmp_path, "device/gpu0/power") == [2.0]
    assert len(values(tmp_path, "host/cpu")) >= 5


def test_sensors_that_cannot_be_made_end_the_sampling_with_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Iterator[Sensor]:
        yield Fake()
        raise OSError("no such device")

    with kymo.SummaryWriter(tmp_path) as writer, kymo.DeviceSampler(writer, every=SOON, sensors=broken):
        until(lambda: bool(caplog.records))
    assert [record.getMessage() for record in caplog.records] == ["Devices are no longer sampled: no such device"]


def test_it_ends_at_once_and_may_begin_again(tmp_path: Path) -> None:
    fake = Fake()
    with kymo.SummaryWriter(tmp_path) as writer:
        sampler = kymo.DeviceSampler(writer, every=3600.0, sensors=lambda: [fake])
        sampler.close()
        for looks in (1, 2):
            sampler.start()
            sampler.start()
            until(lambda looks=looks: fake.looks == looks)
            sampler.close()
            sampler.close()
            assert not any(thread.name == "kymo-devices" for thread in threading.enumerate())


@pytest.mark.parametrize("every", [0, -1, float("nan")])
def test_a_pace_that_is_none_is_refused(tmp_path: Path, every: float) -> None:
    with (
        kymo.SummaryWriter(tmp_path) as writer,
        pytest.raises(ValueError, match=r"is not above 0: give the seconds between two samples\."),
    ):
        kymo.DeviceSampler(writer, every=every)


def test_a_run_logs_the_host_unless_told_not_to(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    for name, probes in (("with", True), ("without", False)):
        with kymo.Run(tmp_path / name, progress=False, probes=probes) as run:
            for _ in run.epochs(1):
                for _ in run.batches(range(3)):
                    if probes and run.step == 1:
                        until(lambda name=name: values(tmp_path / name, "host/process_cpu") != [])
                    run.log({"train/loss": 1.0})
    found = {name: set(run) for name, run in kymo.open(tmp_path).items()}
    assert {tag for tag in found["without"] if tag.startswith(("host/", "device/", "pipeline/"))} == set()
    assert {"host/cpu", "host/memory", "train/loss"} <= found["with"]
    (series,) = (kymo.open(tmp_path)["with"]["host/memory"],)
    assert series.steps[0] == 1
    assert caplog.records == []


def test_each_series_says_what_it_is_in_what_unit() -> None:
    for tag in (*map(host_tag, HOST), *map(pipeline_tag, PIPELINE), *(gpu_tag(3, name) for name in GPU)):
        assert description(tag).endswith("."), tag
    assert description("device/gpu0/throttled_power_cap") == THROTTLED["power_cap"]
    assert description("train/loss") == ""
