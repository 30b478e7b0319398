"""What the GPUs do that a process sees."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import fields

from kymo.probe.gpu.gpu import GpuReading
from kymo.probe.gpu.nvml import Nvml
from kymo.probe.gpu.visible import visible_gpus
from kymo.probe.series import GPU, THROTTLED, gpu_tag

# What takes the driver milliseconds to tell is asked this often.
_SLOW_SECONDS = 10.0


class GpuUse:
    """Reads the GPUs that are visible to this process, by the numbers that it knows them by.

    Args:
        environ: The environment that says which are visible.

    Attributes:
        names: What each is called.

    Raises:
        NvmlError: There is no driver, or it does not answer.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._nvml = Nvml()
        self._gpus = visible_gpus(self._nvml.gpus(), environ)
        self._slowly_at = float("-inf")
        self._began: dict[int, float] = {}  # energy
        self._throttled: set[tuple[int, str]] = set()  # that were so once, and are told from then on
        self.names = [gpu.name for gpu in self._gpus]

    def read(self, now: float) -> dict[str, float]:
        """Numbers by their series, in the units of `kymo.probe.series`; those that a card lacks are left out.

        Args:
            now: Seconds, of a clock that only goes forward.

        Raises:
            NvmlError: The driver has died, or a card is lost.
        """
        slowly = now - self._slowly_at >= _SLOW_SECONDS
        if slowly:
            self._slowly_at = now
        found: dict[str, float] = {}
        for number, gpu in enumerate(self._gpus):
            found |= {gpu_tag(number, name): value for name, value in self._told(number, gpu.read(slowly=slowly))}
        return found

    def close(self) -> None:
        """Lets go of the driver."""
        for gpu in self._gpus:
            gpu.close()
        self._nvml.close()

    def _told(self, number: int, reading: GpuReading) -> Iterator[tuple[str, float]]:
        if reading.memory_used is not None and reading.memory_total:
            yield "memory", 100 * reading.memory_used / reading.memory_total
        if reading.energy is not None:
            yield "energy", reading.energy - self._began.setdefault(number, reading.energy)
        for field in fields(reading):
            value = getattr(reading, field.name)
            if field.name in GPU and field.name != "energy" and value is not None:
                yield field.name, value
        self._throttled |= {(number, reason) for reason in reading.throttled or () if reason in THROTTLED}
        for other, reason in sorted(self._throttled):
            if other == number and reading.throttled is not None:
                yield f"throttled_{reason}", float(reason in reading.throttled)
