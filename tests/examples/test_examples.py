"""Every example runs, and what it logged is there to be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import kymo

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_digits_learns_and_logs(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "digits.py"), "3", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert result.returncode == 0, result.stderr
    run = kymo.open(tmp_path)["."]
    assert len(run["train/loss"]) == 3 * 22
    assert run["train/loss"].steps.tolist() == list(range(1, 67))
    assert run["val/accuracy"].values[-1] > 0.8
    assert run["epoch"].values.tolist() == [1.0, 2.0, 3.0]
