"""How busy the cores are that a process may use, and by whom."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kymo.probe.host.cgroup import Cgroup, usable_cores
from kymo.probe.rates import Rates

if TYPE_CHECKING:
    import psutil


class CpuUse:
    """CPU time in percent of the cores that this process may use.

    Args:
        cgroup: The container, whose limit and use count where it has a limit.
        proc: Where the kernel tells of processes.

    Attributes:
        cores: How many cores the process may keep busy.
    """

    def __init__(self, cgroup: Cgroup, proc: Path = Path("/proc")) -> None:
        self._proc = proc
        self._cgroup = cgroup
        self.cores = usable_cores(cgroup)
        self._rates = Rates()

    def read(self, own: psutil.Process, children: list[psutil.Process], now: float) -> dict[str, float]:
        """`cpu` of all processes, `process_cpu` of one, `workers_cpu` of its children, since the last look.

        `process_core_wait` and `workers_core_wait` are the time in which their main threads could have run and had no
        core, in percent of one thread's time, and of each worker's.

        Args:
            own: The process.
            children: Its children.
            now: Seconds.
        """
        used = {
            "cpu": self._rates.of("all", self._all_seconds(), now),
            "process_cpu": self._rates.of("own", _seconds(own), now),
        }
        # One that came or went since is not counted in this look: its counter is no part of the other sum.
        each = [self._rates.of(f"child {child.pid}", _seconds(child), now) for child in children]
        if children:
            used["workers_cpu"] = sum(rate for rate in each if rate is not None)
        found = {name: 100 * rate / self.cores for name, rate in used.items() if rate is not None}
        for name, processes in (("process_core_wait", [own]), ("workers_core_wait", children)):
            waits = [self._core_wait(process, now) for process in processes]
            known = [wait for wait in waits if wait is not None]
            if known:
                found[name] = 100 * sum(known) / len(known)
        return found

    def _core_wait(self, process: psutil.Process, now: float) -> float | None:
        """The share of the time that a process's main thread waited for a core; None where the system does not tell."""
        try:
            _, waited, _ = (self._proc / str(process.pid) / "schedstat").read_text().split()
            return self._rates.of(f"core wait {process.pid}", int(waited) / 1e9, now)
        except (OSError, ValueError):
            return None

    def _all_seconds(self) -> float:
        import psutil

        limited = self._cgroup.cpu_seconds()
        if limited is not None:
            return limited
        times = psutil.cpu_times(percpu=True)
        allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(len(times))
        # Time that a guest has is in `user` and `nice` already; waiting for a disk is no work.
        return sum(
            each.user + each.nice + each.system + getattr(each, "irq", 0.0) + getattr(each, "softirq", 0.0)
            for core, each in enumerate(times)
            if core in allowed
        )


def _seconds(process: psutil.Process) -> float:
    import psutil

    try:
        times = process.cpu_times()
    except psutil.Error:  # it has ended
        return 0.0
    return float(times.user + times.system)
