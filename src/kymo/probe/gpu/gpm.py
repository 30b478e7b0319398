"""How much of a GPU is at work, by its own counters."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import Any

from kymo.probe.gpu.answers import Answers

# The library's number of each metric: nvmlGpmMetricId_t, percentages all.
_METRICS = {"sm_active": 2, "sm_occupancy": 3, "tensor_active": 5, "memory_bandwidth": 10}
# Counters that were read closer together than this give no sound mean, says NVML.
_SPAN_SECONDS = 0.1


class Gpm:
    """The metrics of NVML's GPU performance monitoring, which Hopper and later cards have: means between two looks.

    Args:
        card: The card, as the library knows it.
        answers: How it is asked.
        instance: The instance of a divided card whose metrics are read, rather than the card's.
    """

    def __init__(self, card: Any, answers: Answers, instance: Any = None) -> None:
        self._card = card
        self._answers = answers
        self._instance = instance
        self._sample: Any = None
        self._spare: Any = None
        self._at = float("-inf")
        self._told: dict[str, float] = {}

    def read(self) -> dict[str, float]:
        """Percent, by name, since the last look; nothing at the first one.

        A look within 100 ms of the last one gives the same again.

        Raises:
            NvmlError: The driver has died, or the card is lost.
        """
        if time.monotonic() - self._at >= _SPAN_SECONDS:
            self._told = self._answers.of("gpm", self._look) or {}
        return self._told

    def close(self) -> None:
        """Gives the samples' memory back."""
        import pynvml

        for sample in filter(None, (self._sample, self._spare)):
            with suppress(pynvml.NVMLError):  # a driver that has died has nothing to give back to
                pynvml.nvmlGpmSampleFree(sample)
        self._sample = self._spare = None
        self._at, self._told = float("-inf"), {}

    def _look(self) -> dict[str, float]:
        import pynvml

        if self._sample is None and not pynvml.nvmlGpmQueryDeviceSupport(self._card).isSupportedDevice:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        self._spare = self._spare or pynvml.nvmlGpmSampleAlloc()
        self._fill(self._spare)
        self._sample, self._spare, self._at = self._spare, self._sample, time.monotonic()
        return {} if self._spare is None else _means(self._spare, self._sample)

    def _fill(self, sample: Any) -> None:
        import pynvml

        if self._instance is None:
            pynvml.nvmlGpmSampleGet(self._card, sample)
        else:
            pynvml.nvmlGpmMigSampleGet(self._card, pynvml.nvmlDeviceGetGpuInstanceId(self._instance), sample)


def _means(before: Any, after: Any) -> dict[str, float]:
    """The metrics between two samples, less those that the card cannot tell."""
    import pynvml

    asked = pynvml.c_nvmlGpmMetricsGet_t()
    asked.version = pynvml.NVML_GPM_METRICS_GET_VERSION
    asked.numMetrics = len(_METRICS)
    asked.sample1, asked.sample2 = before, after
    for place, number in enumerate(_METRICS.values()):
        asked.metrics[place].metricId = number
    pynvml.nvmlGpmMetricsGet(asked)
    told = zip(_METRICS, asked.metrics, strict=False)
    return {
        name: float(metric.value)
        for name, metric in told
        if metric.nvmlReturn == pynvml.NVML_SUCCESS and math.isfinite(metric.value)
    }
