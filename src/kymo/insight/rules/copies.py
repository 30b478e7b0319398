"""Batches whose copies to the device take a training's time."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.suspicion import Suspicion

_MATTERS = 0.1  # of the time
_PINNED = 50.0  # percent of what is copied
_FULL_RATE = 5e9  # bytes per second: what the slowest buses that GPUs have give, and memory that is not pinned hardly
_FLOATS = 50.0  # percent of what is copied
_SAVED = 0.75  # of the bytes of floats, once they are sent as bytes

_EVIDENCE = ("copy", "copy_p50", "gpu_copy", "copy_bytes", "copy_rate", "copy_pinned", "copy_floats", "step_time_p50")


def copying(recent: Recent) -> Suspicion | None:
    """That moving batches to their device takes its time, and why.

    Where it is known what copies cost the GPU, that counts: one that goes on while it computes costs nothing.

    Args:
        recent: What was sampled.
    """
    known = recent.share("gpu_copy")
    share = recent.share("copy") if known is None else known
    if share is None:
        return None
    pinned, rate = recent.get("pipeline/copy_pinned"), recent.get("pipeline/copy_rate")
    size, floats = recent.get("pipeline/copy_bytes"), recent.get("pipeline/copy_floats") or 0.0
    text = f"Steps spend {100 * share:.0f} % of the time on moving the batch to its device"
    cause, confidence, saved = "copy", 0.7 if known is None else 0.8, 1.0
    if pinned is not None and pinned < _PINNED:
        cause, confidence = "pageable_copy", 0.9
        text += f": {100 - pinned:.0f} % of it lies in memory that is not pinned, which the host copies once more."
        advice = (
            "Give the DataLoader pin_memory=True, and `run.batches` prefetch=True: copies then go on while the device "
            "computes."
        )
    elif rate is not None and size is not None and rate >= _FULL_RATE and floats >= _FLOATS:
        cause, saved = "oversized_copy", _SAVED * floats / 100
        text += (
            f": {size / 1e6:.3g} MB a step at {rate / 1e9:.2g} GB/s, which is all that the bus gives, and "
            f"{floats:.0f} % of it are floats."
        )
        advice = (
            "Send images as bytes (uint8) and turn them into floats on the device: `x = x.float().div_(255)`. What is "
            "left is hidden by `run.batches(…, prefetch=True)`, as far as the device computes that long."
        )
    elif pinned is not None:
        text += ", which waits for it."
        advice = "Give `run.batches` prefetch=True: copies from pinned memory then go on while the device computes."
    else:
        text += "."
        advice = (
            "Give the DataLoader pin_memory=True, so that copies go on while the device computes, and move images as "
            "bytes (uint8) that the device turns into floats."
        )
    finding = Finding(
        cause,
        severity_of(share),
        text,
        recent.evidence(*(f"pipeline/{name}" for name in _EVIDENCE)),
        confidence,
        advice,
        gain_without(share * saved),
        "Train on batches that are on the device already.",
    )
    return Suspicion(share / _MATTERS, finding)
