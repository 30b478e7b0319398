"""What the machine does that a process runs on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kymo.probe.host.cgroup import Cgroup
from kymo.probe.host.cpu_use import CpuUse
from kymo.probe.host.memory_use import MemoryUse
from kymo.probe.host.pressure import Pressure
from kymo.probe.host.traffic import Traffic
from kymo.probe.series import host_tag

if TYPE_CHECKING:
    import psutil

# What changes slowly, or takes a look at every process of the machine, is asked this often.
_SLOW_SECONDS = 5.0


class Host:
    """Reads CPU, memory, swap, disks, network, pressure and load, of this process and of what it shares with others.

    In a container, its limits are what counts. Where a sensor is missing, its numbers are left out.

    Args:
        proc: Where the kernel tells of processes.
        cgroups: Where the control groups are mounted.

    Example:
        >>> host = Host()
        >>> _ = host.read(now=0.0)
        >>> 0 <= host.read(now=1.0)["host/memory"] <= 100
        True
    """

    def __init__(self, proc: Path = Path("/proc"), cgroups: Path = Path("/sys/fs/cgroup")) -> None:
        import psutil

        cgroup = Cgroup(proc, cgroups)
        self._own = psutil.Process()
        self._children: list[psutil.Process] = []
        self._slowly_at = float("-inf")
        self._cpu, self._memory, self._traffic = CpuUse(cgroup, proc), MemoryUse(cgroup), Traffic()
        self._pressure = Pressure(cgroup, proc)

    def read(self, now: float) -> dict[str, float]:
        """Numbers by their series, in the units of `kymo.probe.series`; rates are those since the last look.

        Args:
            now: Seconds, of a clock that only goes forward.
        """
        found: dict[str, float] = {}
        if now - self._slowly_at >= _SLOW_SECONDS:
            self._slowly_at = now
            self._children = self._found_children()
            found |= _attempted(_swap_used)
        for sensor in (
            lambda: self._cpu.read(self._own, self._children, now),
            lambda: self._memory.read(self._own, self._children),
            lambda: self._traffic.read(self._own, self._children, now),
            lambda: {f"pressure_{name}": value for name, value in self._pressure.read(now).items()},
            lambda: {"load": os.getloadavg()[0], "cores": self._cpu.cores},
        ):
            found |= _attempted(sensor)
        return {host_tag(name): value for name, value in found.items()}

    def close(self) -> None:
        """There is nothing to let go of."""

    def _found_children(self) -> list[psutil.Process]:
        import psutil

        try:
            return self._own.children(recursive=True)
        except (psutil.Error, OSError):
            return []


def _swap_used() -> dict[str, float]:
    import psutil

    swap = psutil.swap_memory()
    return {"swap_used": float(swap.used)} if swap.total else {}


def _attempted(sensor: Callable[[], dict[str, float]]) -> dict[str, float]:
    """What a sensor tells; nothing where the system does not let it."""
    import psutil

    try:
        return sensor()
    except (psutil.Error, OSError, AttributeError, NotImplementedError, ValueError):
        return {}
