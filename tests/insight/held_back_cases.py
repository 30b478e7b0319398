"""Trainings that are held back on purpose, and what must be found of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import kymo
from kymo.insight.diagnosis import diagnosed
from kymo.insight.finding import Finding

_SCRIPT = Path(__file__).with_name("held_back.py")
_CORES = len(os.sched_getaffinity(0))


class Case(NamedTuple):
    """A training.

    Attributes:
        name: What is done to it.
        cause: What must be found first.
        given: What its steps and samples take, in seconds; see held_back.py.
        is_plain: Nothing that else goes on on the machine can hide it.
    """

    name: str
    cause: str
    given: dict[str, Any]
    is_plain: bool = False

    @property
    def gain(self) -> float | None:
        """How many times as fast it is without its bottleneck, where that follows from what it was given."""
        step, wait = self.given["step"], self.given.get("decode", 0.0) + self.given.get("fetch", 0.0)
        if self.given.get("workers", 0) > 1 or self.cause in ("healthy", "logging"):
            return None
        # One worker makes a batch while the last one is trained on.
        return max(step, wait) / step if self.given.get("workers") else (step + wait) / step

    def findings(self, directory: Path, seconds: float = 9.0) -> list[Finding]:
        """Trains, and says what is found out about it."""
        command = [sys.executable, str(_SCRIPT), str(directory), str(seconds), json.dumps(self.given)]
        subprocess.run(command, check=True, timeout=100, capture_output=True)
        (run,) = kymo.open(directory).values()
        return diagnosed(run)


CASES = (
    Case("healthy, with workers", "healthy", {"workers": 1, "step": 0.02, "decode": 0.002}),
    Case("healthy, without", "healthy", {"step": 0.02, "decode": 0.0003}),
    Case("makes its batches itself, 5 %", "no_workers", {"step": 0.02, "decode": 0.0015}),
    Case("makes its batches itself, 20 %", "no_workers", {"step": 0.02, "decode": 0.005}),
    Case("makes its batches itself, 67 %", "no_workers", {"step": 0.01, "decode": 0.02}, is_plain=True),
    Case("waits for a service itself, 20 %", "blocked", {"step": 0.02, "fetch": 0.005}),
    Case("waits for a service itself, 67 %", "blocked", {"step": 0.01, "fetch": 0.02}, is_plain=True),
    Case("one worker is too slow, 20 %", "too_few_workers", {"workers": 1, "step": 0.016, "decode": 0.02}),
    Case("one worker is too slow, 75 %", "too_few_workers", {"workers": 1, "step": 0.005, "decode": 0.02}),
    Case("one worker waits for it, 20 %", "blocked", {"workers": 1, "step": 0.016, "fetch": 0.02}),
    Case("one worker waits for it, 75 %", "blocked", {"workers": 1, "step": 0.005, "fetch": 0.02}, is_plain=True),
    Case("workers crowd the cores", "cpu_bound", {"workers": 2 * _CORES, "step": 0.002, "decode": 0.02}, is_plain=True),
    Case("logs ten thousand numbers a step", "logging", {"workers": 1, "step": 0.02, "log": 10_000}),
    Case("logs thirty thousand numbers a step", "logging", {"workers": 1, "step": 0.02, "log": 30_000}),
)
