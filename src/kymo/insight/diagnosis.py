"""What holds a run back, all rules together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kymo.insight.finding import SEVERITIES, Finding
from kymo.insight.health.health import health_findings
from kymo.insight.hysteresis import Hysteresis
from kymo.insight.recent import Recent
from kymo.insight.rules.copies import copying
from kymo.insight.rules.data_wait import data_wait
from kymo.insight.rules.hand_over import hand_over
from kymo.insight.rules.host_bound import host_bound
from kymo.insight.rules.logging_cost import logging_cost
from kymo.insight.rules.memory import memory_growth, memory_pressure
from kymo.insight.rules.on_gpu import OnGpu
from kymo.insight.rules.pauses import checkpoints, epoch_starts, validations
from kymo.insight.rules.plain_log import plain_log
from kymo.insight.rules.synchronizing import synchronizing
from kymo.insight.rules.throttling import power_limited, throttling
from kymo.insight.samples import Samples

if TYPE_CHECKING:
    from kymo.store import Run

_RULES = (
    data_wait,
    hand_over,
    copying,
    logging_cost,
    synchronizing,
    host_bound,
    validations,
    checkpoints,
    epoch_starts,
    throttling,
    power_limited,
    memory_pressure,
)
_SHARES = ("step", "data_wait", "copy", "logging")
_BUSY = 90.0  # percent


def diagnosed(run: Run) -> list[Finding]:
    """What is found out about a run from its series, what matters most first: of its speed, and of its learning.

    It is never empty.

    Args:
        run: The run, while it goes on or afterwards. Most is known of one that `kymo.Run` recorded.
    """
    return sorted([*speed_findings(run), *health_findings(run)], key=_weight, reverse=True)


def speed_findings(run: Run) -> list[Finding]:
    """What is found out about what holds a run back, what matters most first.

    It is never empty: that nothing holds the run back, and that too little is known, are findings, too. The rules look
    at each minute of the steps in turn, so that a finding that comes and goes with chance is told steadily, and says
    since when it holds; of very long runs, at the last 20,000 samples.

    Args:
        run: The run, while it goes on or afterwards. Most is known of one that `kymo.Run` recorded.
    """
    if "pipeline/step_time_p50" not in run:
        return plain_log(run)
    samples = Samples.of(run)
    if not samples.is_enough:
        return [
            Finding(
                "unknown",
                "notice",
                "The run has made steps for a few seconds only, which is too short to judge by.",
                experiment="Look again in some seconds.",
            )
        ]
    states = {rule: Hysteresis() for rule in _RULES}
    began = True
    recent = Recent({})
    for end in samples.ends():
        recent = samples.until(end)
        time = float(samples.times[0 if began else end])
        began = False
        for rule, state in states.items():
            state.look(rule(recent), time)
    found = [state.finding for state in states.values() if state.finding is not None]
    if (growth := memory_growth(samples)) is not None:
        found.append(growth)
    return sorted(found, key=_weight, reverse=True) or [_nothing(recent, float(samples.times[0]))]


def _weight(finding: Finding) -> tuple[int, float]:
    return SEVERITIES.index(finding.severity), finding.gain or 1.0


def _nothing(recent: Recent, since: float) -> Finding:
    """That nothing was found; where the parts of a step are not known, nothing could be."""
    evidence = recent.evidence(*(f"pipeline/{phase}" for phase in _SHARES), "pipeline/step_time_p50")
    on_gpu = OnGpu.of(recent)
    evidence |= recent.evidence(
        "pipeline/gpu_lag", "pipeline/gpu_wait", *(f"{gpu}/utilization" for gpu in recent.gpus())
    )
    step, wait = recent.share("step"), recent.share("data_wait")
    if step is None or wait is None:
        return Finding(
            "unknown",
            "notice",
            "The run tells how long its steps are, but not what they consist of.",
            evidence,
            advice="Train in the loops of a kymo.Run: `for batch in run.batches(loader)`.",
            since=since,
        )
    is_busy = any(recent[f"{gpu}/utilization"] >= _BUSY for gpu in recent.gpus())
    if is_busy or (on_gpu is not None and on_gpu.is_behind):
        text = f"Nothing holds it back: the GPU is busy, and steps wait {100 * wait:.0f} % of the time for data."
    else:
        text = f"Nothing holds it back: {100 * step:.0f} % of the time is the training itself."
    return Finding("healthy", "good", text, evidence, 0.9, since=since)
