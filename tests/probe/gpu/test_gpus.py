from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import pynvml
import pytest
from played import H100, OLD, Driver

from kymo.probe.gpu.gpu import GpuProcess, GpuReading
from kymo.probe.gpu.nvml import Nvml, NvmlError


def test_a_card_tells_all_it_has_in_the_units_that_are_promised(driver: Driver) -> None:
    driver.plug(H100)
    with Nvml() as nvml:
        (gpu,) = nvml.gpus()
        assert (nvml.driver, gpu.index, gpu.name, gpu.uuid) == ("550.54.15", 0, H100["name"], H100["uuid"])
        assert gpu.pci_bus_id == H100["pci"]
        first = gpu.read()
        assert (first.sm_active, first.pcie_sent, first.process_memory) == (None, None, None)
        time.sleep(0.11)
        assert gpu.read(slowly=True) == GpuReading(
            utilization=97.0,
            memory_used=float(40 << 30),
            memory_total=float(80 << 30),
            temperature=41.0,
            power=312.5,
            power_limit=700.0,
            clock_sm=1980.0,
            clock_memory=2619.0,
            energy=5000.0,
            throttled=("power_cap", "thermal_software"),
            sm_active=88.5,
            sm_occupancy=40.25,
            tensor_active=30.0,
            memory_bandwidth=55.0,
            pcie_received=2e9,
            pcie_sent=150e3,
            process_memory=float(1 << 30),
            process_utilization=70.0,
        )
        assert gpu.read(slowly=True).process_utilization is None, "no sample is newer"
        assert gpu.processes() == sorted(
            [
                GpuProcess(os.getpid(), 1 << 30, "compute"),
                GpuProcess(7, 4096, "compute"),
                GpuProcess(8, 1024, "graphics"),
            ]
        )
        gpu.close()


def test_an_old_card_lacks_sensors_and_is_asked_for_them_once(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    driver.plug(OLD)
    with Nvml() as nvml:
        (gpu,) = nvml.gpus()
        reading = gpu.read(slowly=True)
        lacking = {field.name for field in fields(reading) if getattr(reading, field.name) is None}
        assert lacking == {"power", "power_limit", "energy", "pcie_received", "pcie_sent"} | {
            "sm_active", "sm_occupancy", "tensor_active", "memory_bandwidth", "process_memory", "process_utilization"
        }  # fmt: skip
        assert reading.throttled == ("hardware_slowdown",)
        assert gpu.pci_bus_id == ""
        assert gpu.processes() == sorted([GpuProcess(os.getpid(), None, "compute"), GpuProcess(9, 2048, "compute")])
        asked: list[str] = []
        pointer = pynvml._nvmlGetFunctionPointer
        monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer", lambda name: (asked.append(name), pointer(name))[1])
        gpu.read(slowly=True)
        assert sorted(asked) == [
            "nvmlDeviceGetClockInfo",
            "nvmlDeviceGetClockInfo",
            "nvmlDeviceGetComputeRunningProcesses_v2",
            "nvmlDeviceGetCurrentClocksThrottleReasons",
            "nvmlDeviceGetMemoryInfo",
            "nvmlDeviceGetTemperature",
            "nvmlDeviceGetUtilizationRates",
        ]


@pytest.mark.parametrize("error", [pynvml.NVML_ERROR_TIMEOUT, pynvml.NVML_ERROR_UNKNOWN, pynvml.NVML_ERROR_IN_USE])
def test_a_sensor_that_fails_for_once_is_asked_again(driver: Driver, error: int) -> None:
    driver.plug(H100)
    with Nvml() as nvml:
        (gpu,) = nvml.gpus()
        driver.change(0, temperature=f"!{error}")
        assert gpu.read().temperature is None
        driver.change(0, temperature=50)
        assert gpu.read().temperature == 50.0


def test_counters_are_not_read_more_often_than_their_means_are_sound(driver: Driver) -> None:
    driver.plug(H100)
    with Nvml() as nvml:
        (gpu,) = nvml.gpus()
        assert gpu.read().sm_active is None
        assert gpu.read().sm_active is None, "too soon"
        time.sleep(0.11)
        assert gpu.read().sm_active == 88.5
        driver.change(0, gpm2=10.0)
        assert gpu.read().sm_active == 88.5, "the same again"
        time.sleep(0.11)
        assert gpu.read().sm_active == 10.0


def test_counters_that_fail_for_once_cost_no_memory_and_go_on(driver: Driver) -> None:
    driver.plug(H100)
    samples = ctypes.c_int.in_dll(pynvml.nvmlLib, "kymo_fake_samples")
    before = samples.value
    with Nvml() as nvml:
        (gpu,) = nvml.gpus()
        driver.change(0, gpm_sample=f"!{pynvml.NVML_ERROR_TIMEOUT}")
        assert [gpu.read().sm_active for _ in range(3)] == [None] * 3
        driver.change(0, gpm_sample=1, gpm3="!3", gpm5="nan")
        gpu.read()
        time.sleep(0.11)
        reading = gpu.read()
        assert (reading.sm_active, reading.sm_occupancy, reading.tensor_active) == (88.5, None, None)
        assert samples.value - before == 2
        gpu.close()
        gpu.close()
        assert samples.value == before


def test_a_sample_that_was_never_written_is_no_utilization(driver: Driver) -> None:
    driver.plug({**H100, "process_utilization": f"{os.getpid()}:40 {os.getpid()}:4000000"})
    with Nvml() as nvml:
        (gpu,) = nvml.gpus()
        assert gpu.read(slowly=True).process_utilization == 40.0


@pytest.mark.parametrize(
    ("bits", "throttled"),
    [
        (0x1 | 0x2 | 0x100, ()),  # idle, the user's clocks, the display's
        (0x4, ("power_cap",)),
        (0x8 | 0x40, ("hardware_slowdown", "thermal_hardware")),
        (0x10 | 0x20 | 0x80, ("sync_boost", "thermal_software", "power_brake")),
    ],
)
def test_what_holds_a_clock_down_has_a_name(driver: Driver, bits: int, throttled: tuple[str, ...]) -> None:
    driver.plug({**H100, "event_reasons": bits})
    with Nvml() as nvml:
        assert nvml.gpus()[0].read().throttled == throttled


@pytest.mark.parametrize("error", [1, 9, 15, 16, 18])
def test_a_driver_that_dies_and_a_card_that_is_lost_are_told(driver: Driver, error: int) -> None:
    driver.plug(H100, OLD)
    with Nvml() as nvml:
        gpu, other = nvml.gpus()
        gpu.read()
        driver.change(0, memory_used=f"!{error}")
        driver.tell(gpm_free="!1", shutdown="!1")
        with pytest.raises(NvmlError, match=r"^GPU 0 does not answer any more \(.+\): its numbers end here\.$"):
            gpu.read()
        assert other.read().temperature == 60.0
        gpu.close()


def test_a_card_that_cannot_be_opened_is_left_out(driver: Driver) -> None:
    driver.plug(H100, OLD)
    driver.change(0, handle="!4")
    with Nvml() as nvml:
        assert [gpu.index for gpu in nvml.gpus()] == [1]


@pytest.mark.parametrize(
    ("error", "helps"), [(4, "/dev/nvidiactl"), (9, "modprobe nvidia"), (18, "restart"), (999, "nvidia-smi")]
)
def test_a_driver_that_cannot_be_opened_says_what_helps(driver: Driver, error: int, helps: str) -> None:
    driver.tell(init=f"!{error}")
    with pytest.raises(NvmlError, match=rf"^The NVIDIA driver does not answer \(.+\): [^.]*{helps}.*\.$"):
        Nvml()


def test_a_driver_that_does_not_tell_its_gpus_is_told_and_may_be_closed_twice(driver: Driver) -> None:
    driver.tell(init=0, count="!9", driver="!4")
    nvml = Nvml()
    assert nvml.driver == ""
    with pytest.raises(NvmlError, match=r"^The NVIDIA driver does not tell its GPUs"):
        nvml.gpus()
    nvml.close()
    nvml.close()


def test_without_a_driver_the_error_says_what_to_do(tmp_path: Path) -> None:
    # A loader that finds an empty file of that name finds no library, whatever the machine has.
    (tmp_path / "libnvidia-ml.so.1").write_bytes(b"")
    script = """
from kymo.probe.gpu.nvml import Nvml, NvmlError
try:
    Nvml()
except NvmlError as error:
    print(error)
"""
    environ = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("There is no NVIDIA driver here, or none whose library libnvidia-ml.so.1 is found: ")
