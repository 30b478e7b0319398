"""What the machine, or the container, has room for."""

from __future__ import annotations

import math
import shutil
from typing import NamedTuple, Self

from kymo.train.tuning.setting import Setting
from kymo.train.tuning.trial import Trial

_SHARED = "/dev/shm"  # where Linux has the memory that processes share
_FILLED = 0.8  # of what is free, so that the training itself has room


class Limits(NamedTuple):
    """Cores and memory for data-loading workers.

    Attributes:
        cores: How many cores there are.
        memory: Bytes that are free; None where that is not known.
        shared: Bytes of shared memory that are free, through which workers hand over tensors; None where that is not
            known.

    Example:
        >>> from kymo.train.tuning.trial import Round
        >>> limits = Limits(cores=8, memory=1_000_000, shared=1_000)
        >>> limits.problem_of(Setting(4), [Trial(Setting(1), [Round(5.0, batch_bytes=200)])])
        'its batches need up to 1.6 kB of shared memory, and 1 kB are free: enlarge /dev/shm (docker: --shm-size)'
    """

    cores: int
    memory: float | None = None
    shared: float | None = None

    @classmethod
    def of_machine(cls) -> Self:
        """Those of this container, or machine."""
        import psutil

        from kymo.probe.host.cgroup import Cgroup, usable_cores

        cgroup = Cgroup()
        free = float(psutil.virtual_memory().available)
        limit, used = cgroup.memory_limit(), cgroup.memory_used()
        if limit is not None and used is not None:
            free = min(free, limit - used)
        try:
            shared: float | None = shutil.disk_usage(_SHARED).free
        except OSError:
            shared = None
        return cls(max(1, math.floor(usable_cores(cgroup))), free, shared)

    def problem_of(self, setting: Setting, before: list[Trial]) -> str:
        """Why there is no room for a setting, by what others have needed; "" where there is.

        Args:
            setting: The setting.
            before: What was measured so far.
        """
        rounds = [(trial.setting, each) for trial in before for each in trial.rounds]
        batch = max((each.batch_bytes for _, each in rounds), default=0)
        needed = batch * setting.batches_ahead
        if self.shared is not None and needed > _FILLED * self.shared:
            return (
                f"its batches need up to {_size(needed)} of shared memory, and {_size(self.shared)} are free: enlarge "
                f"{_SHARED} (docker: --shm-size)"
            )
        each = max((one.memory / at.num_workers for at, one in rounds if at.num_workers), default=0.0)
        together = each * setting.num_workers
        if self.memory is not None and together > _FILLED * self.memory:
            return f"its workers need about {_size(together)} of memory, and {_size(self.memory)} are free"
        return ""


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"
