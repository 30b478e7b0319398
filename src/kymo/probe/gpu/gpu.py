"""One GPU, and all that it tells of itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

from kymo.probe.gpu.answers import Answers
from kymo.probe.gpu.gpm import Gpm

# Bits of the reasons for which a clock is held down. Idleness and what the user has set are none.
_REASONS = {
    0x04: "power_cap",
    0x08: "hardware_slowdown",
    0x10: "sync_boost",
    0x20: "thermal_software",
    0x40: "thermal_hardware",
    0x80: "power_brake",
}


@dataclass(frozen=True, slots=True)
class GpuReading:
    """What a GPU tells at one look; None is what it cannot tell.

    Attributes:
        utilization: Percent of the time in which it had a kernel to run.
        memory_used: Bytes, of all processes and of the driver.
        memory_total: Bytes.
        temperature: °C.
        power: Watts; most cards tell a mean over a second.
        power_limit: Watts.
        clock_sm: MHz.
        clock_memory: MHz.
        energy: Joules, since the driver was loaded.
        throttled: What holds its clock down.
        sm_active: Percent of its multiprocessors, a mean since the last look; so are those that follow.
        sm_occupancy: Percent of the warps that could be resident.
        tensor_active: Percent of the time in which tensor cores were at work.
        memory_bandwidth: Percent of the memory's bandwidth.
        pcie_received: Bytes per second, over 20 ms; asked for slowly only, as are those that follow.
        pcie_sent: Bytes per second, over 20 ms.
        process_memory: Bytes that this process has on it; in a container, a driver may not know it by its number.
        process_utilization: Percent of the time in which kernels of this process ran, since the last slow look.
    """

    utilization: float | None = None
    memory_used: float | None = None
    memory_total: float | None = None
    temperature: float | None = None
    power: float | None = None
    power_limit: float | None = None
    clock_sm: float | None = None
    clock_memory: float | None = None
    energy: float | None = None
    throttled: tuple[str, ...] | None = None
    sm_active: float | None = None
    sm_occupancy: float | None = None
    tensor_active: float | None = None
    memory_bandwidth: float | None = None
    pcie_received: float | None = None
    pcie_sent: float | None = None
    process_memory: float | None = None
    process_utilization: float | None = None


class GpuProcess(NamedTuple):
    """A process that uses a GPU.

    Attributes:
        pid: Its number, as the driver knows it: in a container it may be another.
        memory: Bytes that it has on the GPU; None where that is not told.
        kind: What it uses it for.
    """

    pid: int
    memory: int | None
    kind: Literal["compute", "graphics"]


class Gpu:
    """A card, or an instance of one that was divided (MIG).

    Args:
        handle: The device, as the library knows it.
        index: Its number, by the places on the bus; of an instance, its card's.
        card: The card of an instance, which tells what the instance has no sensor of its own for.

    Attributes:
        index: Its number.
        name: What it is called.
        uuid: What it is known by everywhere; "" where that is not told.
        pci_bus_id: Its place on the bus, as in "00000000:17:00.0"; of an instance, its card's; "" where it is not told.
    """

    def __init__(self, handle: Any, index: int, card: Any = None) -> None:
        import pynvml

        self.index = index
        self._handle = handle
        self._card = handle if card is None else card
        self._is_instance = card is not None  # which has memory and processes of its own, and shares the rest
        self._answers = Answers(f"GPU {index}")
        self.name = str(self._answers.of("name", lambda: pynvml.nvmlDeviceGetName(handle)) or f"GPU {index}")
        self.uuid = str(self._answers.of("uuid", lambda: pynvml.nvmlDeviceGetUUID(handle)) or "")
        self.pci_bus_id = str(self._answers.of("bus", lambda: pynvml.nvmlDeviceGetPciInfo(self._card).busId) or "")
        self._gpm = Gpm(self._card, self._answers, handle if self._is_instance else None)
        self._seen = 0  # microseconds: the newest sample of what processes use

    def read(self, *, slowly: bool = False) -> GpuReading:
        """What it tells.

        Args:
            slowly: Whether to ask also for what takes the driver milliseconds to tell.

        Raises:
            NvmlError: The driver has died, or the card is lost.
        """
        import pynvml

        ask, card = self._answers.of, self._card
        memory = ask("memory", lambda: pynvml.nvmlDeviceGetMemoryInfo(self._handle))
        told: dict[str, Any] = {
            "memory_used": None if memory is None else float(memory.used),
            "memory_total": None if memory is None else float(memory.total),
            "temperature": ask("temperature", lambda: float(pynvml.nvmlDeviceGetTemperature(card, 0))),
            "power": ask("power", lambda: pynvml.nvmlDeviceGetPowerUsage(card) / 1000),
            "power_limit": ask("power limit", lambda: pynvml.nvmlDeviceGetEnforcedPowerLimit(card) / 1000),
            "clock_sm": ask("sm clock", lambda: float(pynvml.nvmlDeviceGetClockInfo(card, pynvml.NVML_CLOCK_SM))),
            "clock_memory": ask("mem clock", lambda: float(pynvml.nvmlDeviceGetClockInfo(card, pynvml.NVML_CLOCK_MEM))),
            "throttled": self._throttled(),
            **self._gpm.read(),
        }
        if not self._is_instance:
            told["utilization"] = ask(
                "utilization", lambda: float(pynvml.nvmlDeviceGetUtilizationRates(self._handle).gpu)
            )
            told["energy"] = ask("energy", lambda: pynvml.nvmlDeviceGetTotalEnergyConsumption(card) / 1000)
        if slowly:
            told |= self._slowly()
        return GpuReading(**told)

    def processes(self) -> list[GpuProcess]:
        """Who uses it, as far as the driver tells.

        Raises:
            NvmlError: The driver has died, or the card is lost.
        """
        import pynvml

        computing = self._answers.first(
            "compute",
            lambda: pynvml.nvmlDeviceGetComputeRunningProcesses_v3(self._handle),
            lambda: pynvml.nvmlDeviceGetComputeRunningProcesses_v2(self._handle),
        )
        drawing = self._answers.first(
            "graphics",
            lambda: pynvml.nvmlDeviceGetGraphicsRunningProcesses_v3(self._handle),
            lambda: pynvml.nvmlDeviceGetGraphicsRunningProcesses_v2(self._handle),
        )
        found = {each.pid: GpuProcess(each.pid, each.usedGpuMemory, "graphics") for each in drawing or []}
        found |= {each.pid: GpuProcess(each.pid, each.usedGpuMemory, "compute") for each in computing or []}
        return sorted(found.values())

    def close(self) -> None:
        """Gives back what was reserved in the library."""
        self._gpm.close()

    def _throttled(self) -> tuple[str, ...] | None:
        import pynvml

        bits = self._answers.first(
            "reasons",
            lambda: int(pynvml.nvmlDeviceGetCurrentClocksEventReasons(self._card)),
            lambda: int(pynvml.nvmlDeviceGetCurrentClocksThrottleReasons(self._card)),
        )
        return None if bits is None else tuple(name for bit, name in _REASONS.items() if bits & bit)

    def _slowly(self) -> dict[str, float | None]:
        import pynvml

        own = os.getpid()
        told: dict[str, float | None] = {}
        if not self._is_instance:
            for name, counter in (
                ("pcie_received", pynvml.NVML_PCIE_UTIL_RX_BYTES),
                ("pcie_sent", pynvml.NVML_PCIE_UTIL_TX_BYTES),
            ):
                kilobytes = self._answers.of(name, partial(pynvml.nvmlDeviceGetPcieThroughput, self._card, counter))
                told[name] = None if kilobytes is None else kilobytes * 1000.0
        ours = [each.memory for each in self.processes() if each.pid == own and each.memory is not None]
        told["process_memory"] = float(ours[0]) if ours else None
        told["process_utilization"] = self._answers.of("process utilization", partial(self._utilization_of, own))
        return told

    def _utilization_of(self, pid: int) -> float | None:
        """The mean of the samples of a process since the last look; None where there are none."""
        import pynvml

        samples = pynvml.nvmlDeviceGetProcessUtilization(self._handle, self._seen)
        # Some drivers give samples that were never written, whose numbers are anything.
        own = [sample for sample in samples if sample.pid == pid and sample.smUtil <= 100]
        self._seen = max((sample.timeStamp for sample in own), default=self._seen)
        return sum(float(sample.smUtil) for sample in own) / len(own) if own else None
