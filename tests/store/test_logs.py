import os
import shutil
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from kymo.store import Logs, UnknownNameError
from kymo.store.changes import Changes
from kymo.store.progress import Progress
from kymo.store.run import Run

MakeEventFile = Callable[..., Any]

Unreadable = Callable[[Path], AbstractContextManager[None]]


def refreshed(*logdirs: Path) -> Logs:
    logs = Logs(logdirs)
    logs.refresh()
    return logs


def test_runs_are_a_mapping_sorted_by_name(logdir: Path):
    with Logs(logdir) as logs:
        assert len(logs) == 0
        assert logs.loading == Progress()
        assert logs.refresh() == Changes(runs=("cnn", "mlp"), added=("cnn", "mlp"))
        assert list(logs) == ["cnn", "mlp"]
        assert "mlp" in logs
        assert "mpl" not in logs
        assert logs.loading is None
        assert logs.warnings == []


def test_an_unknown_run_is_named_with_its_neighbours(logdir: Path):
    logs = refreshed(logdir)
    with pytest.raises(UnknownNameError, match="near names are 'mlp'"):
        logs["mpl"]
    assert logs.get("mpl") is None


def test_nothing_changed(logdir: Path):
    logs = refreshed(logdir)
    version = logs.version
    changes = logs.refresh()
    assert not changes
    assert changes == Changes()
    assert logs.version == version


def test_growth_is_taken_in(logdir: Path, event_file: MakeEventFile):
    logs = refreshed(logdir)
    loss, version = logs["mlp"]["train/loss"], logs.version
    file = event_file(logdir / "mlp")
    file.scalar("train/loss", 0.125, 3)
    assert logs.refresh() == Changes(runs=("mlp",))
    assert len(loss) == 4
    assert logs.version > version


def test_runs_and_files_appear(logdir: Path, event_file: MakeEventFile):
    logs = refreshed(logdir)
    event_file(logdir / "new/fold 1").scalar("x", 1.0, 0)
    event_file(logdir / "mlp", "1").scalar("y", 1.0, 0)
    changes = logs.refresh()
    assert changes.added == ("new/fold 1",)
    assert set(changes.runs) == {"new/fold 1", "mlp"}
    assert list(logs["mlp"]) == ["train/loss", "y"]


def test_a_run_that_is_renamed(logdir: Path):
    logs = refreshed(logdir)
    (logdir / "mlp").rename(logdir / "renamed")
    changes = logs.refresh()
    assert (changes.added, changes.removed) == (("renamed",), ("mlp",))
    assert list(logs) == ["cnn", "renamed"]
    assert len(logs["renamed"]["train/loss"]) == 3


def test_a_run_that_is_deleted(logdir: Path):
    logs = refreshed(logdir)
    kept = logs["mlp"]
    shutil.rmtree(logdir / "mlp")
    assert logs.refresh() == Changes(removed=("mlp",))
    assert "mlp" not in logs
    assert kept["train/loss"].values.tolist() == [1.0, 0.5, 0.25], "who still holds the run keeps its points"


def test_a_log_directory_that_appears_vanishes_and_returns(logdir: Path, tmp_path: Path):
    later = tmp_path / "later"
    logs = refreshed(later)
    assert len(logs) == 0
    assert logs.loading is None
    assert logs.missing == [str(later)]
    shutil.copytree(logdir, later)
    assert logs.refresh().added == ("cnn", "mlp")
    shutil.rmtree(later)
    assert logs.refresh().removed == ("cnn", "mlp")
    shutil.copytree(logdir, later)
    logs.refresh()
    assert len(logs["mlp"]["train/loss"]) == 3


def test_an_outage_does_not_remove_runs(logdir: Path, event_file: MakeEventFile, unreadable: Unreadable):
    logs = Logs(logdir)
    logs.refresh()
    event_file(logdir / "mlp/child").scalar("x", 1.0, 0)
    logs.refresh()
    with unreadable(logdir / "mlp"):
        changes = logs.refresh()
        assert changes.removed == ()
        assert list(logs) == ["cnn", "mlp", "mlp/child"]
        (warning,) = logs.warnings
        assert (warning.rule, warning.file) == ("K501", str(logdir / "mlp"))
    logs.refresh()
    assert logs.warnings == []


def test_an_event_file_replaced_by_a_directory(logdir: Path):
    logs = refreshed(logdir)
    file = logdir / "mlp/events.out.tfevents.0"
    file.unlink()
    file.mkdir()
    assert logs.refresh().removed == ("mlp",)
    assert list(logs) == ["cnn"]


def test_damage_in_one_run_leaves_the_others_alone(logdir: Path, event_file: MakeEventFile):
    file = event_file(logdir / "mlp")
    file.scalars("train/loss", [0.125, 0.0625], start=3)
    content = bytearray(file.path.read_bytes())
    content[60] ^= 0xFF
    file.path.write_bytes(content)
    logs = refreshed(logdir)
    assert len(logs["cnn"]["train/loss"]) == 3
    assert len(logs["mlp"]["train/loss"]) == 4
    (warning,) = logs.warnings
    assert (warning.run, warning.file) == ("mlp", str(file.path))
    assert warning.offset is not None
    assert warning.cause.endswith(".")


def test_a_run_that_cannot_be_read_on_stops_no_other(logdir: Path, event_file: MakeEventFile):
    class Failing:
        def __init__(self, log: Any) -> None:
            self.log = log

        def __getattr__(self, name: str) -> Any:
            return getattr(self.log, name)

        def refresh(self, budget: int) -> Any:
            raise MemoryError("std::bad_alloc")

    logs = refreshed(logdir)
    reader = logs["mlp"].reader
    whole, reader.log = reader.log, Failing(reader.log)
    for name in ("mlp", "cnn"):
        event_file(logdir / name, "1").scalar("train/loss", 0.125, 3)
    logs.refresh()
    (warning,) = logs.warnings
    assert (warning.run, warning.file, warning.offset, warning.rule) == ("mlp", str(logdir / "mlp"), None, "K505")
    assert "std::bad_alloc" in warning.cause
    assert len(logs["cnn"]["train/loss"]) == 4
    assert len(logs["mlp"]["train/loss"]) == 3
    reader.log = whole
    logs.refresh()
    assert logs.warnings == []
    assert len(logs["mlp"]["train/loss"]) == 4


def test_a_restart_supersedes_what_it_repeats(tmp_path: Path, event_file: MakeEventFile):
    event_file(tmp_path, "0").scalars("loss", [1.0, 0.9, 0.8, 0.7])
    again = event_file(tmp_path, "1", started=2000.0)
    again.restart(2, 2000.0)
    for step in (2, 3):
        again.scalar("loss", 0.5, step, wall_time=2000.0 + step)
    run = refreshed(tmp_path)["."]
    loss = run["loss"]
    assert len(loss) == 6
    assert sorted(loss.steps[~loss.superseded].tolist()) == [0, 1, 2, 3]
    assert loss.superseded_count == 2
    assert [session.status for session in run.sessions] == ["START"]


def test_several_log_directories(logdir: Path, tmp_path: Path, event_file: MakeEventFile):
    event_file(tmp_path / "old/mlp").scalar("x", 1.0, 0)
    logs = refreshed(logdir, tmp_path / "old", logdir)
    assert logs.logdirs == (logdir, tmp_path / "old")
    assert list(logs) == ["old/mlp", "runs/cnn", "runs/mlp"]


def test_the_home_directory_is_known(logdir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(logdir.parent))
    logs = Logs("~/runs")
    logs.refresh()
    assert list(logs) == ["cnn", "mlp"]


@pytest.mark.parametrize("logdirs", [[], "", ["runs", ""]])
def test_no_log_directory(logdirs: str | list[str]):
    with pytest.raises(ValueError, match=r"directory"):
        Logs(logdirs)


def test_a_name_that_is_not_utf8(logdir: Path):
    source = (logdir / "mlp/events.out.tfevents.0").read_bytes()
    odd = logdir / os.fsdecode(b"caf\xe9")
    odd.mkdir()
    (odd / "events.out.tfevents.0").write_bytes(source)
    logs = refreshed(logdir)
    assert list(logs) == ["caf\\xe9", "cnn", "mlp"]
    assert len(logs["mlp"]["train/loss"]) == 3
    assert len(logs["caf\\xe9"]["train/loss"]) == 3
    assert logs.warnings == []


def test_readers_see_runs_while_a_large_directory_loads(tmp_path: Path, event_file: MakeEventFile):
    for number in range(20):
        event_file(tmp_path / f"run {number:02}").scalars("loss", [1.0] * 20)
    logs = Logs(tmp_path, threads=2)
    logs.discover()
    assert len(logs) == 20
    size = sum(file.stat().st_size for file in tmp_path.rglob("events*"))
    assert logs.loading == Progress(bytes_found=size, files_found=20)
    seen: list[Progress | None] = []
    left: tuple[Run, ...] = tuple(logs.outdated())
    while left:
        _, left = logs.load(left, seconds=1e-9 if seen else 0.0)
        seen.append(logs.loading)
        if len(seen) > 3:
            _, left = logs.load(left)
    assert logs.loading is None
    told = [progress for progress in seen if progress is not None]
    assert len(told) > 1
    assert told == sorted(told)
    assert all(progress.bytes_read == progress.files_read * size // 20 for progress in told)
    assert sum(run.points for run in logs.values()) == 400


def test_progress_of_one_large_file_counts_its_bytes(tmp_path: Path, event_file: MakeEventFile):
    file = event_file(tmp_path / "mlp")
    file.scalars("loss", [1.0] * 200)
    logs = Logs(tmp_path)
    logs.discover()
    size = file.path.stat().st_size
    left: tuple[Run, ...] = tuple(logs.outdated())
    read = []
    while left:
        assert logs.loading is not None
        assert (logs.loading.bytes_found, logs.loading.files_found) == (size, 1)
        read.append(logs.loading.bytes_read)
        _, left = logs.load(left, slice_bytes=size // 10, seconds=0.0)
    assert len(read) >= 5
    assert read == sorted(set(read))
    assert read[-1] < size
    assert logs.loading is None


def test_queries_run_while_another_thread_refreshes(tmp_path: Path, event_file: MakeEventFile):
    files = [event_file(tmp_path / f"run {number}") for number in range(4)]
    logs = refreshed(tmp_path)
    stop = threading.Event()
    failures: list[BaseException] = []

    def query() -> None:
        try:
            while not stop.is_set():
                for run in logs.values():
                    for series in run.values():
                        now = series.snapshot()
                        assert len(now.steps) == len(now.values) == len(now.wall_times) == len(now.superseded)
                    assert run.newest is None or run.newest[0] == "loss"
                assert isinstance(logs.warnings, list)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=query) for _ in range(3)]
    for thread in threads:
        thread.start()
    for step in range(25):
        for file in files:
            file.scalar("loss", float(step), step)
        logs.refresh()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert all(len(run["loss"]) == 25 for run in logs.values())


def test_closed_logs_can_be_used_but_not_refreshed(logdir: Path):
    logs = refreshed(logdir)
    logs.close()
    logs.close()
    assert logs.closed
    assert len(logs["mlp"]["train/loss"]) == 3
    with pytest.raises(ValueError, match="closed"):
        logs.refresh()


def test_opening_and_closing_leaks_nothing(logdir: Path):
    def held() -> tuple[int, int]:
        return entries("/proc/self/fd"), threading.active_count()

    refreshed(logdir).close()
    before = held()
    for _ in range(50):
        with Logs(logdir, index=False) as logs:  # another thread may look through the cache at this moment
            logs.refresh()
            assert entries("/proc/self/fd") == before[0], "no file stays open"
    assert held() == before


def entries(directory: str) -> int:
    return sum(1 for _ in Path(directory).iterdir())
