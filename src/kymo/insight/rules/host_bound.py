"""A GPU that waits for the host, though no data is missing."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.rules.on_gpu import EVIDENCE, OnGpu
from kymo.insight.suspicion import Suspicion

_MATTERS = 0.3  # of the time, in which the busiest GPU has nothing to do while a step goes on
_BODY_MATTERS = 0.6  # of the time, which the host takes to ask for work that the GPU has always done by then
_BETWEEN = 30.0  # percent of the steps' time that lies between the passes
_EVIDENCE = ("step", "forward", "backward", "optimizer", "other", "data_wait", "step_time_p50")


def host_bound(recent: Recent) -> Suspicion | None:
    """That a GPU has nothing to do in the body of the loop: the host does not ask for its work fast enough.

    A GPU that is behind the host has work left, whatever else is told of it. Of one that never is, the driver may say
    that it is busy, as short kernels make it look.

    Args:
        recent: What was sampled.
    """
    gpus, on_gpu = recent.gpus(), OnGpu.of(recent)
    body = recent.share("step")
    if body is None or (on_gpu is not None and (on_gpu.is_behind or on_gpu.is_awaited)):
        return None
    waits = on_gpu is not None and on_gpu.is_ahead
    if not gpus and not waits:
        return None
    idle = max(0.0, body - max(recent[f"{gpu}/utilization"] for gpu in gpus) / 100) if gpus else 0.0
    strength = max(idle / _MATTERS, body / _BODY_MATTERS if waits else 0.0)
    looks_busy = waits and idle < _MATTERS
    told = f"The GPU has nothing to do for {100 * idle:.0f} % of the time although the data is there"
    if looks_busy:
        told = "The GPU is through with its work whenever the host asks for more, though it looks busy"
    between = recent.get("pipeline/other")
    if between is not None and between >= _BETWEEN:
        cause = "host_overhead"
        why = f"{between:.0f} % of the steps' time lies between the passes"
        advice = (
            "Look for what the loop does beside the passes: `.item()`, `.cpu()` and `print` wait for the GPU, metrics "
            "computed at each step keep the host. Do them every tenth step; `run.log` takes tensors as they are."
        )
    else:
        cause = "launch_bound"
        why = "the host takes longer to ask for the work than the GPU to do it"
        advice = "Larger batches, `torch.compile` (mode='reduce-overhead'), or a fused optimizer (`fused=True`)."
    finding = Finding(
        cause,
        "warning" if looks_busy else severity_of(idle),
        f"{told}: {why}.",
        recent.evidence(
            *(f"pipeline/{name}" for name in _EVIDENCE), *EVIDENCE, *(f"{gpu}/utilization" for gpu in gpus)
        ),
        0.8 if waits and not looks_busy else 0.6,
        advice,
        None if looks_busy else gain_without(idle),
        "Double the batch size: where a step takes no longer, the host was what held it back.",
    )
    return Suspicion(strength, finding)
