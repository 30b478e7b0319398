"""How much memory is taken, of what a process may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kymo.probe.host.cgroup import Cgroup

if TYPE_CHECKING:
    import psutil


class MemoryUse:
    """Memory of all processes that share a limit, of one, and of its children.

    Args:
        cgroup: The container, whose limit and use count where it has a limit.
    """

    def __init__(self, cgroup: Cgroup) -> None:
        self._cgroup = cgroup
        self._limit = cgroup.memory_limit()

    def read(self, own: psutil.Process, children: list[psutil.Process]) -> dict[str, float]:
        """`memory` in percent; `memory_used`, `process_memory` and `workers_memory` in bytes.

        What a child shares with its parent counts for both.

        Args:
            own: The process.
            children: Its children.
        """
        import psutil

        machine = psutil.virtual_memory()
        limit, used = self._limit, self._cgroup.memory_used()
        if limit is None or used is None or limit > machine.total:
            limit, used = machine.total, machine.total - machine.available
        found = {
            "memory": 100 * used / limit,
            "memory_used": float(used),
            "process_memory": float(own.memory_info().rss),
        }
        if children:
            found["workers_memory"] = float(sum(map(_resident, children)))
        return found


def _resident(process: psutil.Process) -> int:
    import psutil

    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended
        return 0
