"""Trainings that are held back on purpose, and what must be found of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import kymo
from kymo.insight.diagnosis import diagnosed
from kymo.insight.finding import Finding

_SCRIPT = Path(__file__).with_name("held_back.py")
_CORES = len(os.sched_getaffinity(0))
_WARM_UP_SECONDS = 2.0


class Case(NamedTuple):
    """A training.

    Attributes:
        name: What is done to it.
        cause: What must be found first.
        given: What its steps and samples take, in seconds; see held_back.py.
        is_plain: Nothing that else goes on on the machine can hide it.
        is_held_out: No rule was written with it in mind.
        seconds: How long to train.
        named: What the finding must name.
    """

    name: str
    cause: str
    given: dict[str, Any]
    is_plain: bool = False
    is_held_out: bool = False
    seconds: float = 9.0
    named: str = ""

    def is_right(self, findings: list[Finding]) -> bool:
        """Whether what holds it back was found first."""
        return findings[0].cause == self.cause and self.named in findings[0].text

    def findings(self, directory: Path) -> list[Finding]:
        """Trains, and says what is found out about it."""
        self._train(directory, self.seconds, self.given)
        (run,) = kymo.open(directory).values()
        return diagnosed(run)

    def gain(self, directory: Path, seconds: float = 6.0) -> float:
        """How many times as fast it is without its bottleneck: with batches that are there before, and little to log.

        Args:
            directory: Where the training has been recorded; the other one is recorded below it.
            seconds: How long to train.
        """
        mended = directory / "mended"
        self._train(mended, seconds, {**self.given, "is_ready": True, "log": 1, "validation": 0.0})
        return _steps_per_second(mended) / _steps_per_second(directory)

    @staticmethod
    def _train(directory: Path, seconds: float, given: dict[str, Any]) -> None:
        command = [sys.executable, str(_SCRIPT), str(directory), str(seconds), json.dumps(given)]
        subprocess.run(command, check=True, timeout=100, capture_output=True)


def _steps_per_second(directory: Path) -> float:
    times = kymo.open(directory)["."]["train/metric_0"].wall_times
    times = times[int(np.searchsorted(times, times[0] + _WARM_UP_SECONDS)) :]
    return float((len(times) - 1) / (times[-1] - times[0]))


CASES = (
    Case("healthy, with workers", "healthy", {"workers": 1, "step": 0.02, "decode": 0.002}),
    Case("healthy, without", "healthy", {"step": 0.02, "decode": 0.0003}),
    Case("makes its batches itself, 5 %", "no_workers", {"step": 0.02, "decode": 0.0015}),
    Case("makes its batches itself, 20 %", "no_workers", {"step": 0.02, "decode": 0.005}),
    Case("makes its batches itself, 67 %", "no_workers", {"step": 0.01, "decode": 0.02}, is_plain=True),
    Case("waits for a service itself, 20 %", "blocked", {"step": 0.02, "fetch": 0.005}),
    Case("waits for a service itself, 67 %", "blocked", {"step": 0.01, "fetch": 0.02}, is_plain=True),
    Case("waits for a service itself, 50 %", "blocked", {"step": 0.015, "fetch": 0.015}),
    Case("one worker is too slow, 20 %", "too_few_workers", {"workers": 1, "step": 0.016, "decode": 0.02}),
    Case("one worker is too slow, 45 %", "too_few_workers", {"workers": 1, "step": 0.011, "decode": 0.02}),
    Case("one worker is too slow, 75 %", "too_few_workers", {"workers": 1, "step": 0.005, "decode": 0.02}),
    Case("one worker waits for it, 20 %", "blocked", {"workers": 1, "step": 0.016, "fetch": 0.02}),
    Case("one worker waits for it, 45 %", "blocked", {"workers": 1, "step": 0.011, "fetch": 0.02}),
    Case("one worker waits for it, 75 %", "blocked", {"workers": 1, "step": 0.005, "fetch": 0.02}, is_plain=True),
    Case("workers crowd the cores", "cpu_bound", {"workers": 2 * _CORES, "step": 0.002, "decode": 0.02}, is_plain=True),
    Case("as many workers as cores, 60 %", "cpu_bound", {"workers": _CORES, "step": 0.005, "decode": 0.02}),
    Case("as many workers as cores, 25 %", "cpu_bound", {"workers": _CORES, "step": 0.012, "decode": 0.02}),
    Case(
        "a transform is too slow, 20 %",
        "too_few_workers",
        {"workers": 1, "step": 0.016, "rotate": 0.018, "decode": 0.002},
        named="the transform Rotate",
    ),
    Case(
        "a transform is too slow, 45 %",
        "too_few_workers",
        {"workers": 1, "step": 0.011, "rotate": 0.018, "decode": 0.002},
        named="the transform Rotate",
    ),
    Case(
        "a transform is too slow, 75 %",
        "too_few_workers",
        {"workers": 1, "step": 0.005, "rotate": 0.02, "decode": 0.002},
        named="the transform Rotate",
    ),
    Case("collating is too slow, 20 %", "collate", {"workers": 1, "step": 0.016, "collate": 0.02}),
    Case("collating is too slow, 45 %", "collate", {"workers": 1, "step": 0.011, "collate": 0.02}),
    Case("collating is too slow, 75 %", "collate", {"workers": 1, "step": 0.005, "collate": 0.02}),
    Case("logs ten thousand numbers a step", "logging", {"workers": 1, "step": 0.02, "log": 10_000}),
    Case("logs thirty thousand numbers a step", "logging", {"workers": 1, "step": 0.02, "log": 30_000}),
    Case("logs a hundred thousand numbers a step", "logging", {"workers": 1, "step": 0.02, "log": 100_000}),
    Case(
        "validates for a fifth of the time",
        "validation",
        {"step": 0.01, "samples": 100, "validation": 0.25},
        seconds=20.0,
    ),
    Case(
        "validates for three quarters of the time",
        "validation",
        {"step": 0.01, "samples": 100, "validation": 3.0},
        seconds=25.0,
    ),
    Case(
        "validates for half of the time",
        "validation",
        {"step": 0.01, "samples": 100, "validation": 1.0},
        seconds=20.0,
    ),
    Case(
        "starts its workers for each epoch, 20 %",
        "epoch_starts",
        {"workers": 1, "step": 0.02, "samples": 60, "start": 0.3},
        seconds=15.0,
    ),
    Case(
        "starts its workers for each epoch, 35 %",
        "epoch_starts",
        {"workers": 1, "step": 0.02, "samples": 60, "start": 0.65},
        seconds=20.0,
    ),
    Case(
        "starts its workers for each epoch, 50 %",
        "epoch_starts",
        {"workers": 1, "step": 0.02, "samples": 60, "start": 1.2},
        seconds=20.0,
    ),
    Case("takes over what lies ready", "hand_over", {"workers": 1, "step": 0.005}),
    Case("takes over what lies ready, steps of 3 ms", "hand_over", {"workers": 1, "step": 0.003}),
    Case("takes over what lies ready, steps of 1.5 ms", "hand_over", {"workers": 1, "step": 0.0015}),
    # What no rule was written for.
    Case(
        "a generator makes the batches",
        "no_workers",
        {"step": 0.01, "decode": 0.02, "source": "generator"},
        is_held_out=True,
    ),
    Case(
        "an iterable dataset is too slow for one worker",
        "too_few_workers",
        {"workers": 1, "step": 0.005, "decode": 0.02, "source": "iterable"},
        is_held_out=True,
    ),
    Case(
        "two workers take turns at a lock",
        "blocked",
        {"workers": 2, "step": 0.005, "fetch": 0.02, "locked": True},
        is_held_out=True,
    ),
    Case(
        "one sample in a hundred takes two seconds",
        "slow_samples",
        {"workers": 1, "step": 0.01, "fetch": 0.001, "slow": 2.0},
        is_held_out=True,
        seconds=20.0,
    ),
    Case(
        "one sample in a hundred takes one second",
        "slow_samples",
        {"workers": 1, "step": 0.01, "fetch": 0.001, "slow": 1.0},
        is_held_out=True,
        seconds=20.0,
    ),
    Case(
        "one sample in a hundred takes half a second",
        "slow_samples",
        {"workers": 1, "step": 0.01, "fetch": 0.001, "slow": 0.5},
        is_held_out=True,
        seconds=20.0,
    ),
    Case(
        "a worker half at work, half waiting, is in time",
        "healthy",
        {"workers": 1, "step": 0.03, "decode": 0.008, "fetch": 0.008},
        is_held_out=True,
    ),
)
