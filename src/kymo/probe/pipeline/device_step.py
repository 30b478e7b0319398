"""What one step of a training was on its GPU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_MILLISECOND = 1_000_000
_SECOND = 1_000_000_000


class CopiedBytes(NamedTuple):
    """What of a batch is copied from the host, in bytes.

    Attributes:
        total: All of it.
        pinned: In memory that the GPU copies from by itself.
        floats: Floating-point numbers of 32 or 64 bits.
    """

    total: int
    pinned: int
    floats: int


class DeviceStep(NamedTuple):
    """What a step was on the GPU, in nanoseconds; of an interval, from what was before it to its last kernel.

    Attributes:
        whole: All of the step, as the host sees it.
        wait: It had nothing to do, since the batch was waited for.
        copy: It could not compute, since the batch was copied.
        lag: How far it was behind the host when the step was over.
        peak: How far it was behind the host at most, at the ends of the passes and of the step.
        model: Forward pass, backward pass and optimizer; None where no model is known.
        copied: What was copied; None where that is not known.
        transfer: What copying took, beside what was computed or not.
        transferred: Bytes that were copied in that time.
    """

    whole: int
    wait: int
    copy: int
    lag: int
    peak: int
    model: tuple[int, int, int] | None = None
    copied: CopiedBytes | None = None
    transfer: int = 0
    transferred: int = 0


def device_figures(steps: Sequence[DeviceStep]) -> dict[str, float]:
    """Numbers by their names in `pipeline/…`, of one step at least.

    Example:
        >>> step = DeviceStep(whole=10_000_000, wait=2_000_000, copy=1_000_000, lag=0, peak=3_000_000)
        >>> found = device_figures([step])
        >>> found["gpu_wait"], found["gpu_wait_share"], found["gpu_copy"], found["gpu_lag_peak"]
        (2.0, 20.0, 10.0, 3.0)
    """
    count, total = len(steps), max(1, sum(step.whole for step in steps))
    wait = sum(step.wait for step in steps)
    found = {
        "gpu_wait": wait / count / _MILLISECOND,
        "gpu_wait_share": 100 * wait / total,
        "gpu_copy": 100 * sum(step.copy for step in steps) / total,
        "gpu_lag": sum(step.lag for step in steps) / count / _MILLISECOND,
        "gpu_lag_peak": sum(step.peak for step in steps) / count / _MILLISECOND,
    }
    models = [step.model for step in steps if step.model is not None]
    if len(models) == count:
        for name, times in zip(("forward", "backward", "optimizer"), zip(*models, strict=True), strict=True):
            found[f"gpu_{name}"] = 100 * sum(times) / total
    copied = [step.copied for step in steps if step.copied is not None and step.copied.total]
    if copied:
        whole = sum(each.total for each in copied)
        found["copy_bytes"] = whole / len(copied)
        found["copy_pinned"] = 100 * sum(each.pinned for each in copied) / whole
        found["copy_floats"] = 100 * sum(each.floats for each in copied) / whole
    took = sum(step.transfer for step in steps)
    if took:
        found["copy_rate"] = sum(step.transferred for step in steps) / took * _SECOND
    return found
