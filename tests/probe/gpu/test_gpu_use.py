"""GPUs as series of a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from played import H100, OLD, Driver
from waiting import until

import kymo
from kymo.probe.gpu_use import GpuUse
from kymo.probe.series import description


def test_series_are_by_the_numbers_of_the_process_and_each_says_what_it_is(driver: Driver) -> None:
    driver.plug(OLD, H100)
    use = GpuUse({"CUDA_VISIBLE_DEVICES": "1,0"})
    use.read(0.0)
    found = use.read(1.0)
    assert use.names == [H100["name"], OLD["name"]]
    assert found["device/gpu0/power"] == 312.5
    assert found["device/gpu0/memory"] == 50.0
    assert found["device/gpu1/temperature"] == 60.0
    assert "device/gpu1/power" not in found
    assert all(description(tag) for tag in found)
    use.close()


def test_energy_begins_with_the_run_and_slow_sensors_are_read_now_and_then(driver: Driver) -> None:
    driver.plug(H100)
    use = GpuUse({})
    first = use.read(0.0)
    assert first["device/gpu0/energy"] == 0.0
    assert first["device/gpu0/pcie_received"] == 2e9
    driver.change(0, energy=5_002_500)
    found = use.read(1.0)
    assert found["device/gpu0/energy"] == 2.5
    assert "device/gpu0/pcie_received" not in found
    assert "device/gpu0/process_memory" in use.read(10.0)


def test_what_holds_a_clock_down_has_a_series_from_the_first_time_on(driver: Driver) -> None:
    driver.plug({**H100, "event_reasons": 0x1})
    use = GpuUse({})

    def throttled(at: float) -> dict[str, float]:
        return {tag: value for tag, value in use.read(at).items() if "throttled" in tag}

    assert throttled(0.0) == {}
    driver.change(0, event_reasons=0x40)
    assert throttled(1.0) == {"device/gpu0/throttled_thermal_hardware": 1.0}
    driver.change(0, event_reasons=0x4)
    assert throttled(2.0) == {
        "device/gpu0/throttled_thermal_hardware": 0.0,
        "device/gpu0/throttled_power_cap": 1.0,
    }


def test_a_driver_that_dies_costs_a_run_one_line_and_its_other_series_go_on(
    driver: Driver, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    driver.plug(H100)

    def points(tag: str) -> int:
        (run,) = kymo.open(tmp_path).values()
        return len(run[tag]) if tag in run else 0

    with kymo.SummaryWriter(tmp_path) as writer, kymo.DeviceSampler(writer, every=0.02):
        until(lambda: points("device/gpu0/utilization") > 1)
        driver.change(0, memory_used="!15")
        until(lambda: bool(caplog.records))
        before = points("host/memory")
        until(lambda: points("host/memory") > before + 1)
    (record,) = caplog.records
    assert record.getMessage().startswith("A sensor is no longer read: GPU 0 does not answer any more")
