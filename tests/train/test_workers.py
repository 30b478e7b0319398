"""Signals to the whole process group, as a terminal or a scheduler sends them, while workers load data."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("worker_training.py")
SECONDS = 100


def end_of(method: str, shield: str, number: signal.Signals) -> tuple[int, str, str]:
    """Exit status, output and errors of the training after the signal."""
    command = [sys.executable, str(PROGRAM), method, shield]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "started\n"
            os.killpg(process.pid, number)
            out, err = process.communicate(timeout=SECONDS)
        finally:
            process.poll() is None and os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, out, err


@pytest.mark.parametrize(("method", "shield"), [("fork", "none"), ("spawn", "by kymo"), ("forkserver", "by kymo")])
def test_ctrl_c_leaves_the_workers_alive(method: str, shield: str) -> None:
    status, out, err = end_of(method, shield, signal.SIGINT)
    assert (status, out) == (0, "interrupted\n"), err
    assert err == "\nkymo: stopping after this batch. Press Ctrl+C again to stop at once.\n"


def test_a_scheduler_that_ends_every_process_leaves_shielded_workers_alive() -> None:
    status, out, err = end_of("fork", "by kymo", signal.SIGTERM)
    assert (status, out) == (0, "terminated\n"), err


def test_without_a_shield_spawned_workers_die_of_ctrl_c() -> None:
    status, out, _ = end_of("spawn", "none", signal.SIGINT)
    assert (status, out) == (1, "")
