"""A peer that fails or hangs ends neither the bench nor outlives it."""

import os
import sys
import time
from pathlib import Path

import pytest


def command(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_the_last_line_is_the_outcome():
    from apart import measured_apart

    assert measured_apart(command("print('noise'); print('{\"seconds\": 1.5}')"), 60) == {"seconds": 1.5}


def test_a_failure_is_told_in_its_own_words():
    from apart import Failure, measured_apart

    assert measured_apart(command("raise ValueError('no disk')"), 60) == Failure("exit code 1: ValueError: no disk")


def test_a_failure_of_what_must_be_measured_is_raised():
    from apart import measured_apart

    with pytest.raises(RuntimeError, match="no disk"):
        measured_apart(command("raise ValueError('no disk')"), 60, must=True)


def test_what_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path):
    from apart import Failure, measured_apart

    child = tmp_path / "child"
    program = ["sh", "-c", 'sleep 600 & echo $! > "$0"; wait', child]
    assert measured_apart(program, 4) == Failure("stopped after 4 s")
    pid = int(child.read_text())
    deadline = time.monotonic() + 60
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_peak_memory_is_the_process_own_and_not_its_parents():
    from apart import measured_apart

    ballast = bytearray(b"x" * (200 << 20))
    path = str(Path(__file__).resolve().parents[2] / "benches")
    program = f"import sys; sys.path.insert(0, {path!r}); from apart import peak_mib; print(peak_mib())"
    assert 1 < float(str(measured_apart(command(program), 60))) < 150 < len(ballast) / 2**20
