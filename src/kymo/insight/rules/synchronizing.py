"""A training that waits for its GPU in each step."""

from __future__ import annotations

from kymo.insight.finding import Finding, gain_without, severity_of
from kymo.insight.recent import Recent
from kymo.insight.rules.on_gpu import EVIDENCE, OnGpu
from kymo.insight.suspicion import Suspicion

_MATTERS = 0.05  # of the time
_PHASES = {
    "forward": ("the forward pass", "Look for `.item()`, `if tensor`, `nonzero` and masks as indices in the model."),
    "backward": ("the backward pass", "Look for hooks on gradients that read numbers."),
    "optimizer": (
        "the optimizer's step",
        "A GradScaler reads a number in each step, but not with a fused optimizer (`fused=True`).",
    ),
    "other": (
        "what the loop does beside the passes",
        "Look for `.item()`, `.cpu()`, `float(loss)` and `print` there; do them every tenth step.",
    ),
    "logging": ("logging", "Log tensors as they are: `run.log` does not wait for them."),
}


def synchronizing(recent: Recent) -> Suspicion | None:
    """That the host, which is ahead of the GPU within a step, waits for it before the step is over.

    The GPU then has nothing to do until the next step is under way: at most what its passes leave of a step is lost,
    and at most what the host is ahead.

    Args:
        recent: What was sampled.
    """
    gpu, step = OnGpu.of(recent), recent.get("pipeline/step_time_p50")
    body = recent.share("step")
    if gpu is None or gpu.passes is None or step is None or body is None or not gpu.is_awaited:
        return None
    stepping = body / (recent["pipeline/step"] / 100) if recent["pipeline/step"] else 1.0
    lost = stepping * min(gpu.peak - gpu.lag, 1 - gpu.passes)
    known = recent.evidence(*(f"pipeline/{name}" for name in _PHASES))
    where, advice = "one phase", "Look for `.item()`, `.cpu()`, `float(loss)` and `print`; do them every tenth step."
    if known:
        where, advice = _PHASES[max(known, key=known.__getitem__).removeprefix("pipeline/")]
    ahead = step * gpu.peak
    finding = Finding(
        "synchronizing",
        severity_of(lost),
        f"Each step waits for the GPU: the host is {ahead:.2g} ms ahead of it and then is not, most of all in {where}. "
        f"The GPU has nothing to do for {100 * lost:.0f} % of the time until the next step is under way.",
        recent.evidence(*EVIDENCE) | known,
        0.8,
        advice,
        gain_without(lost),
        "Train some steps under `torch.cuda.set_sync_debug_mode('warn')`, which names the lines that wait.",
    )
    return Suspicion(lost / _MATTERS, finding)
