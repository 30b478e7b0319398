"""A GPU that waits for the host, though no data is missing."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.suspicion import Suspicion

_MATTERS = 0.3  # of the time, in which the busiest GPU has nothing to do while a step goes on
_BETWEEN = 30.0  # percent of the steps' time that lies between the passes
_EVIDENCE = ("step", "forward", "backward", "optimizer", "other", "data_wait", "step_time_p50")


def host_bound(recent: Recent) -> Suspicion | None:
    """That a GPU has nothing to do in the body of the loop: the host does not ask for its work fast enough.

    Args:
        recent: What was sampled.
    """
    gpus = recent.gpus()
    body = recent.share("step")
    if not gpus or body is None:
        return None
    idle = max(0.0, body - max(recent[f"{gpu}/utilization"] for gpu in gpus) / 100)
    between = recent.get("pipeline/other")
    if between is not None and between >= _BETWEEN:
        cause = "host_overhead"
        told = f"{between:.0f} % of the steps' time lies between the passes"
        advice = (
            "Look for what the loop does beside the passes: `.item()`, `.cpu()` and `print` wait for the GPU, metrics "
            "computed at each step keep the host. Do them every tenth step; `run.log` takes tensors as they are."
        )
    else:
        cause = "launch_bound"
        told = "the host takes longer to ask for the work than the GPU to do it"
        advice = "Larger batches, `torch.compile` (mode='reduce-overhead'), or a fused optimizer (`fused=True`)."
    finding = Finding(
        cause,
        severity_of(idle),
        f"The GPU has nothing to do for {100 * idle:.0f} % of the time although the data is there: {told}.",
        recent.evidence(*(f"pipeline/{name}" for name in _EVIDENCE), *(f"{gpu}/utilization" for gpu in gpus)),
        0.6,
        advice,
        gain_without(idle),
        "Double the batch size: where a step takes no longer, the host was what held it back.",
    )
    return Suspicion(idle / _MATTERS, finding)
