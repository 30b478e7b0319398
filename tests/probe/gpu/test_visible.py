from __future__ import annotations

import os
import time

import pytest
from played import H100, OLD, Driver

from kymo.probe.gpu.nvml import Nvml
from kymo.probe.gpu.visible import visible_gpus

THIRD = {**H100, "uuid": "GPU-11119999-cccc"}
INSTANCE = "MIG-33333333-dddd"


@pytest.mark.parametrize(
    ("listed", "seen"),
    [
        (None, [0, 1, 2]),
        ("", []),
        ("-1", []),
        ("2,0", [2, 0]),
        (" 1 , 2 ", [1, 2]),
        ("0,7,1", [0]),
        ("0,-1,1", [0]),
        ("x", []),
        ("1,2,1", []),
        ("1gpu,+2", [1, 2]),
        ("-0", []),
        ("GPU-22222222-bbbb", [1]),
        ("GPU-2", [1]),
        ("GPU-1111", []),
        ("GPU-11119,GPU-11111", [2, 0]),
        ("GPU-nobody,0", []),
        ("GPU-2,0", [1]),
        ("0,GPU-2", [0]),
        ("GPU-2,GPU-22", []),
        ("MIG-nobody,0", []),
        ("00000000:17:00.0", [0]),
    ],
)
def test_a_process_sees_the_gpus_that_it_is_given_in_their_order(
    driver: Driver, listed: str | None, seen: list[int]
) -> None:
    driver.plug(H100, OLD, THIRD)
    environ = {} if listed is None else {"CUDA_VISIBLE_DEVICES": listed}
    with Nvml() as nvml:
        assert [gpu.index for gpu in visible_gpus(nvml.gpus(), environ)] == seen


@pytest.mark.parametrize("listed", ["GPU-1,", "GPU-1,G", "GPU-1,0", "GPU-1,MIG-nobody"])
def test_entries_after_a_uuid_are_uuids(driver: Driver, listed: str) -> None:
    driver.plug(H100)
    with Nvml() as nvml:
        assert len(visible_gpus(nvml.gpus(), {"CUDA_VISIBLE_DEVICES": listed})) == 1


def test_a_card_that_cannot_be_opened_has_no_number(driver: Driver) -> None:
    driver.plug(H100, OLD, THIRD)
    driver.change(0, handle="!4")
    with Nvml() as nvml:
        assert [gpu.index for gpu in visible_gpus(nvml.gpus(), {"CUDA_VISIBLE_DEVICES": "1,2"})] == [2]


def test_an_instance_of_a_divided_card_has_its_own_memory_and_its_cards_heat(driver: Driver) -> None:
    driver.plug(OLD, H100)
    instance = {
        "card": 1,
        "name": "H100 MIG 1g.10gb",
        "uuid": INSTANCE,
        "memory_used": 5 << 30,
        "memory_total": 10 << 30,
        "compute": f"{os.getpid()}:1024",
        "instance": 7,
    }
    driver.change(f"mig.{INSTANCE}", **instance)
    driver.change("1.instance7", gpm_sample=1, gpm2=12.5)
    with Nvml() as nvml:
        (gpu,) = visible_gpus(nvml.gpus(), {"CUDA_VISIBLE_DEVICES": INSTANCE})
        gpu.read()
        time.sleep(0.11)
        reading = gpu.read(slowly=True)
        gpu.close()
        assert (gpu.index, gpu.name, gpu.uuid) == (1, "H100 MIG 1g.10gb", INSTANCE)
        assert gpu.pci_bus_id == H100["pci"]
        assert (reading.memory_used, reading.memory_total) == (5 << 30, 10 << 30)
        assert (reading.temperature, reading.power, reading.clock_sm) == (41.0, 312.5, 1980.0)
        assert reading.throttled == ("power_cap", "thermal_software")
        assert (reading.sm_active, reading.process_memory) == (12.5, 1024.0)
        only_the_cards = (reading.utilization, reading.energy, reading.pcie_sent, reading.pcie_received)
        assert only_the_cards == (None, None, None, None)
