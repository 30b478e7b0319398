"""Very many runs, very many tags, very heavy payloads."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kymo._core import EventWriter
from kymo.store import Logs, discovery

MakeEventFile = Callable[..., Any]

FEW_FILES = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
from kymo.store import Logs
from kymo.store.watch import Watcher
import threading
changed = threading.Event()
with Logs(sys.argv[1], threads=8, index=False) as logs, Watcher(logs, lambda changes: changed.set()):
    while logs.loading is not None and changed.wait(60.0):
        changed.clear()
    print(len(logs), sum(len(run[tag]) for run in logs.values() for tag in run), logs.warnings)
"""
MEMORY = """
import sys
from pathlib import Path
from kymo.store import Logs
def kib(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
before = kib("VmRSS")
with Logs(sys.argv[1], index=False) as logs:
    logs.refresh()
    print(sum(tag.count for tag in logs["."].tags), kib("VmHWM") - before)
"""


def run_python(program: str, directory: Path) -> str:
    command = [sys.executable, "-c", program, str(directory)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout.strip()


def grow(writer: EventWriter, tags: list[str], step: int) -> None:
    for tag in tags:
        writer.add_scalar(tag, float(step), step, 1000.0 + step)
    assert writer.flush()


@pytest.fixture
def many_tags(tmp_path: Path) -> tuple[EventWriter, list[str]]:
    """A run of 12 000 tags, one point each."""
    writer = EventWriter(str(tmp_path / "events.out.tfevents.1"))
    tags = [f"layer{i // 12}/metric_{i % 12}" for i in range(12_000)]
    grow(writer, tags, 0)
    return writer, tags


def test_a_thousand_runs_need_fewer_than_a_hundred_open_files(tmp_path: Path, event_file: MakeEventFile):
    file = event_file(tmp_path / "0000")
    for tag in range(20):
        file.scalar(f"metric_{tag}", 1.0, 0)
    content = file.path.read_bytes()
    for run in range(1, 1000):
        (tmp_path / f"{run:04}").mkdir()
        (tmp_path / f"{run:04}" / file.path.name).write_bytes(content)
    assert run_python(FEW_FILES, tmp_path) == "1000 20000 []"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_images_stay_in_the_file(tmp_path: Path):
    from tensorboard.compat.proto.summary_pb2 import Summary

    writer = EventWriter(str(tmp_path / "events.out.tfevents.1"))
    # The second is longer than what the reader holds at once.
    pixels = [os.urandom(1_000_000), os.urandom(6_000_000)]
    for step in range(60):
        image = Summary.Image(height=1, width=1, colorspace=3, encoded_image_string=pixels[step % 2])
        summary = Summary(value=[Summary.Value(tag="sample", image=image)])
        writer.add_summary(summary.SerializeToString(), step, 1000.0 + step)
        assert writer.flush()
    writer.close()
    try:
        images, growth = map(int, run_python(MEMORY, tmp_path).split())
    finally:
        Path(writer.path).unlink()  # pytest keeps directories
    assert images == 60
    assert growth < 32 << 10, f"210 MB of images cost {growth} KiB"


def test_only_what_grew_is_told_of_twelve_thousand_tags(tmp_path: Path, many_tags: tuple[EventWriter, list[str]]):
    writer, tags = many_tags
    with Logs(tmp_path, index=False) as logs:
        logs.refresh()
        run = logs["."]
        assert list(run) == tags
        listed, infos = run.tags_version, run.tags
        grow(writer, [tags[7]], 1)
        assert run.reader.log.refresh().tags == [tags[7]]
        assert run.tags_version == listed, "the same tags"
        assert (infos[7].count, infos[8].count, run.points) == (2, 1, 12_001), "what they count follows"
        assert run.newest == (tags[7], 1, 1001.0, 1.0)
        grow(writer, ["another"], 2)
        assert run.reader.log.refresh().tags == ["another"]
        assert run.tags_version > listed
        assert list(run) == [*tags, "another"]
    writer.close()


def test_the_newest_point_follows_what_is_superseded_and_what_is_lost(tmp_path: Path, event_file: MakeEventFile):
    file = event_file(tmp_path)
    with Logs(tmp_path, index=False) as logs:
        file.scalars("a", [1.0, 2.0, 3.0])
        file.scalar("b", 0.5, 1)
        logs.refresh()
        run = logs["."]
        assert run.newest == ("a", 2, 1002.0, 3.0)
        file.scalar("b", 0.25, 2)
        logs.refresh()
        assert run.newest == ("a", 2, 1002.0, 3.0), "of one time, that of the first tag"
        file.restart(1, 1003.0)
        logs.refresh()
        assert run.newest == ("a", 0, 1000.0, 1.0), "steps from 1 on are superseded"
        file.scalar("b", float("nan"), 3, wall_time=float("nan"))
        file.scalar("b", 0.1, 4)
        logs.refresh()
        assert run.newest == ("b", 4, 1004.0, pytest.approx(0.1))
        file.path.unlink()
        event_file(tmp_path, "1").scalar("c", 9.0, 0)
        logs.refresh()
        assert run.newest == ("c", 0, 1000.0, 9.0)
        assert list(run) == ["c"]


def test_a_look_at_what_did_not_change_makes_nothing_anew(
    logdir: Path, event_file: MakeEventFile, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(discovery, "_SETTLED_SECONDS", -1.0)
    with Logs(logdir, index=False) as logs:
        logs.refresh()
        before = logs._discovery
        version = logs.version
        assert not logs.discover()
        after = logs._discovery
        assert before is not None
        assert after is not None
        assert all(after.runs[name] is found for name, found in before.runs.items())
        assert logs.version == version
        assert logs.outdated() == []
        event_file(logdir / "mlp").scalar("train/loss", 0.1, 3)
        assert logs.outdated() == [logs["mlp"]]
