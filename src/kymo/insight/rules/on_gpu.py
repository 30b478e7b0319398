"""What a run tells of its steps on the GPU."""

from __future__ import annotations

from dataclasses import dataclass

from kymo.insight.recent import Recent

_BEHIND = 0.1  # of a step: a GPU that is so far behind when it ends has work while the next batch comes
_PASSES = ("forward", "backward", "optimizer")

EVIDENCE = (
    "pipeline/gpu_lag",
    "pipeline/gpu_lag_peak",
    "pipeline/gpu_wait",
    "pipeline/gpu_wait_share",
    "pipeline/gpu_copy",
    *(f"pipeline/gpu_{name}" for name in _PASSES),
    "pipeline/step_time_p50",
)


@dataclass(frozen=True)
class OnGpu:
    """How far a GPU is behind the host, and what it does in a step.

    Attributes:
        lag: How far it is behind when a step is over, in steps.
        peak: How far it is behind at most within a step, in steps.
        passes: The share of a step that its passes take there, with copies, from 0 to 1; None where no model is known,
            and nothing tells how far the GPU is behind within a step.
    """

    lag: float
    peak: float
    passes: float | None

    @classmethod
    def of(cls, recent: Recent) -> OnGpu | None:
        """What is known; None where nothing is, as of a training on the CPU."""
        lag, peak = recent.get("pipeline/gpu_lag"), recent.get("pipeline/gpu_lag_peak")
        step = recent.get("pipeline/step_time_p50")
        if lag is None or peak is None or not step:
            return None
        passes = None
        if recent.get("pipeline/gpu_forward") is not None:
            parts = ("gpu_copy", *(f"gpu_{name}" for name in _PASSES))
            passes = min(1.0, sum(recent.get(f"pipeline/{part}") or 0.0 for part in parts) / 100)
        return cls(lag / step, peak / step, passes)

    @property
    def is_behind(self) -> bool:
        """Whether it has work left whenever a step is over, so that it never waits for the host."""
        return self.lag >= _BEHIND

    @property
    def is_awaited(self) -> bool:
        """Whether the host waits for it in each step: it is ahead of the GPU within a step, and not at its end."""
        return not self.is_behind and self.passes is not None and self.peak - self.lag >= _BEHIND

    @property
    def is_ahead(self) -> bool:
        """Whether it is through with what it was asked for before the host asks for more, all the time."""
        return self.passes is not None and self.peak < _BEHIND
