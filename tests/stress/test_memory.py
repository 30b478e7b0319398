"""Logging takes no memory that grows. `benches/outages.py` does the same with ten million calls."""

import subprocess
import sys
import textwrap
from pathlib import Path

import kymo

CALLS = 1_000_000


def test_a_million_calls_take_constant_memory(tmp_path: Path) -> None:
    """A flush in each round bounds what a busy machine may have wait; eight bytes an event would be 5 MiB and more."""
    program = f"""
        import os
        from kymo import SummaryWriter
        def resident():
            return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        writer = SummaryWriter({str(tmp_path / "run")!r})
        for start in range(0, {CALLS}, {CALLS} // 20):
            for step in range(start, start + {CALLS} // 20):
                writer.add_scalar("loss", 0.5, step)
            assert writer.flush()
            print(resident())
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=True)
    memory = [int(line) for line in done.stdout.split()]
    assert memory[-1] - memory[3] < 5 << 20, memory
    (run,) = kymo.open(tmp_path / "run").values()
    assert len(run["loss"]) == CALLS
