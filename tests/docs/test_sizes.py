"""What docs/guides/sizes.md says a point and a run take is so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kymo._core import EventWriter

POINTS = 500_000
RUNS = 500

GROWTH = """
import sys, kymo
import numpy
from kymo.store import Logs
def resident():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) << 10
before = resident()
logs = kymo.open(sys.argv[1], index=sys.argv[2])
print(sum(run.points for run in logs.values()), resident() - before)
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")


def points_and_growth(logdir: Path, index: Path) -> tuple[int, int]:
    """How many points were read, and how many bytes of memory that took."""
    command = [sys.executable, "-c", GROWTH, str(logdir), str(index)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    points, growth = map(int, done.stdout.split())
    return points, growth


def write(file: Path, tags: int, steps: int) -> None:
    file.parent.mkdir(parents=True)
    writer = EventWriter(str(file))
    for step in range(steps):
        for tag in range(tags):
            writer.add_scalar(f"train/metric_{tag}", step / 2, step, 1.7e9 + step)
        if step % 100_000 == 0:
            assert writer.flush()
    assert writer.close()


def test_a_point_takes_50_bytes_in_the_log_and_20_in_memory_and_in_the_index(tmp_path: Path):
    logdir, index = tmp_path / "logs", tmp_path / "index"
    file = logdir / "run" / "events.out.tfevents.1"
    write(file, 1, POINTS)
    assert 45 < file.stat().st_size / POINTS < 55
    for _ in ("without an index", "with one"):
        points, growth = points_and_growth(logdir, index)
        assert points == POINTS
        assert growth / POINTS < 24
        assert 20 <= sum(kept.stat().st_size for kept in index.iterdir()) / POINTS < 21
    file.unlink()  # pytest keeps directories


@pytest.mark.parametrize(("tags", "most"), [(1, 10), (20, 60)])
def test_a_run_takes_about_5_kib_and_2_for_each_tag(tags: int, most: int, tmp_path: Path):
    first = tmp_path / "0" / "events.out.tfevents.1"
    write(first, tags, 1)
    for run in range(1, RUNS):
        (tmp_path / str(run)).mkdir()
        os.link(first, tmp_path / str(run) / first.name)
    points, growth = points_and_growth(tmp_path, tmp_path / "index")
    assert points == RUNS * tags
    assert growth / RUNS < most << 10
