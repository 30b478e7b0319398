import json
import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kymo.store import Logs, watch
from kymo.store.changes import Changes
from kymo.store.notify import NotifyError
from kymo.store.watch import Watcher

MakeEventFile = Callable[..., Any]

Eventually = Callable[[Callable[[], object], str], None]


class Heard:
    """What a watcher has told so far."""

    def __init__(self) -> None:
        self.changes: list[Changes] = []

    def __call__(self, changes: Changes) -> None:
        self.changes.append(changes)

    def of(self, run: str) -> int:
        return sum(run in changes.runs for changes in self.changes)


@contextmanager
def watching(*logdirs: Path, poll: bool | None = None, **more: object) -> Iterator[tuple[Logs, Heard]]:
    heard = Heard()
    with Logs(logdirs, poll=poll) as logs, Watcher(logs, heard, **more):
        yield logs, heard


@pytest.fixture(params=[None, True], ids=["told", "polling"])
def poll(request: pytest.FixtureRequest) -> bool | None:
    return request.param


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the look at everything every few seconds, only what the kernel tells can make a test pass."""
    monkeypatch.setattr(watch, "SAFETY_SECONDS", 3600.0)


def points(logs: Logs, run: str) -> int:
    return logs[run].points if run in logs else -1


def test_what_exists_is_loaded(logdir: Path, poll: bool | None, eventually: Eventually):
    with watching(logdir, poll=poll) as (logs, heard):
        eventually(lambda: points(logs, "mlp") == 3, "both runs are loaded")
        eventually(lambda: heard.of("cnn") and heard.of("mlp"), "both are told")
        eventually(lambda: logs.loading is None, "loading ends")


def test_growth_is_told(logdir: Path, poll: bool | None, event_file: MakeEventFile, eventually: Eventually):
    file = event_file(logdir / "mlp")
    with watching(logdir, poll=poll, interval=0.05) as (logs, heard):
        eventually(lambda: points(logs, "mlp") == 3, "loaded")
        file.scalar("train/loss", 0.1, 3)
        eventually(lambda: points(logs, "mlp") == 4, "4 points")
        untouched = heard.of("cnn")
        for count in range(5, 9):
            before = heard.of("mlp")
            file.scalar("train/loss", 0.1, count)
            eventually(lambda count=count: points(logs, "mlp") == count, f"{count} points")
            eventually(lambda before=before: heard.of("mlp") > before, "told")
        assert heard.of("cnn") == untouched, "a run that does not grow is not told of again"


@pytest.mark.usefixtures("unhurried")
def test_growth_is_told_by_the_kernel_alone(logdir: Path, event_file: MakeEventFile, eventually: Eventually):
    file = event_file(logdir / "mlp")
    with watching(logdir, poll=False) as (logs, _):
        eventually(lambda: logs.loading is None and points(logs, "mlp") == 3, "loaded")
        file.scalar("train/loss", 0.1, 4)
        eventually(lambda: points(logs, "mlp") == 4, "a known file grew")
        event_file(logdir / "mlp", "1").scalar("train/loss", 0.1, 5)
        eventually(lambda: points(logs, "mlp") == 5, "a file appeared")
        deep = event_file(logdir / "sweep/a/b")
        eventually(lambda: "sweep/a/b" in logs, "a run appeared three directories down")
        deep.scalar("x", 1.0, 0)
        eventually(lambda: points(logs, "sweep/a/b") == 1, "and grew")
        (logdir / "sweep").rename(logdir / "moved")
        eventually(lambda: "moved/a/b" in logs and "sweep/a/b" not in logs, "renamed")
        shutil.rmtree(logdir / "moved")
        eventually(lambda: "moved/a/b" not in logs, "deleted")
        (logdir / "mlp/run.json").write_text(json.dumps({"status": "completed"}))
        eventually(lambda: logs["mlp"].status == "finished", "described")


def test_files_truncated_replaced_renamed_and_deleted_while_watched(
    logdir: Path, tmp_path: Path, poll: bool | None, event_file: MakeEventFile, eventually: Eventually
):
    def steps(run: str) -> list[int]:
        series = logs[run].get("train/loss") if run in logs else None
        return [] if series is None else series.steps.tolist()

    file = next((logdir / "mlp").iterdir())
    with watching(logdir, poll=poll, interval=0.05) as (logs, _):
        eventually(lambda: steps("mlp") == [0, 1, 2], "loaded")
        os.truncate(file, file.stat().st_size - 10)
        eventually(lambda: steps("mlp") == [0, 1], "cut within its last record")
        other = event_file(tmp_path / "elsewhere")
        other.scalars("train/loss", [1.0, 0.5, 0.25, 0.1], start=10)
        other.path.replace(file)
        eventually(lambda: steps("mlp") == [10, 11, 12, 13], "replaced by rename, as rsync does")
        (logdir / "mlp").rename(logdir / "renamed")
        eventually(lambda: steps("renamed") == [10, 11, 12, 13] and "mlp" not in logs, "renamed")
        shutil.copytree(logdir / "renamed", logdir / "mlp")
        eventually(lambda: steps("mlp") == [10, 11, 12, 13], "copied back")
        (logdir / "renamed" / file.name).unlink()
        eventually(lambda: "renamed" not in logs, "its only file deleted")
        assert steps("cnn") == [0, 1, 2], "the other run is unharmed"


@pytest.mark.usefixtures("unhurried")
def test_a_link_that_appears_is_watched(
    logdir: Path, tmp_path: Path, event_file: MakeEventFile, eventually: Eventually
):
    file = event_file(tmp_path / "outside/deep")
    with watching(logdir, poll=False) as (logs, _):
        eventually(lambda: "mlp" in logs, "loaded")
        (logdir / "link").symlink_to(tmp_path / "outside")
        eventually(lambda: "link/deep" in logs, "followed")
        file.scalar("x", 1.0, 0)
        eventually(lambda: points(logs, "link/deep") == 1, "what is outside of the tree grows")
        (logdir / "link").unlink()
        eventually(lambda: "link/deep" not in logs, "unlinked")


def test_a_log_directory_that_does_not_exist_yet(
    tmp_path: Path, poll: bool | None, event_file: MakeEventFile, eventually: Eventually
):
    later = tmp_path / "not/yet"
    with watching(later, poll=poll, interval=0.05) as (logs, heard):
        eventually(lambda: heard.changes, "the first look is told")
        assert logs.loading is None
        file = event_file(later / "mlp")
        eventually(lambda: "mlp" in logs, "appeared")
        file.scalar("x", 1.0, 0)
        eventually(lambda: points(logs, "mlp") == 1, "grew")
        shutil.rmtree(later)
        eventually(lambda: not logs, "vanished")
        event_file(later / "mlp").scalar("x", 1.0, 0)
        eventually(lambda: points(logs, "mlp") == 1, "returned")
        event_file(later / "mlp", "1").scalar("x", 2.0, 1)
        eventually(lambda: points(logs, "mlp") == 2, "is watched again")


def test_a_log_directory_that_is_replaced(
    logdir: Path, tmp_path: Path, event_file: MakeEventFile, eventually: Eventually
):
    with watching(logdir) as (logs, _):
        eventually(lambda: "mlp" in logs, "loaded")
        logdir.rename(tmp_path / "old")
        file = event_file(logdir / "fresh")
        eventually(lambda: list(logs) == ["fresh"], "replaced")
        file.scalar("x", 1.0, 0)
        eventually(lambda: points(logs, "fresh") == 1, "grew")


@pytest.mark.usefixtures("unhurried")
def test_a_log_directory_that_is_made_anew_in_its_place(
    logdir: Path, event_file: MakeEventFile, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
):
    # Many file systems give the inode number of what was just deleted to what is made next.
    anchors = Logs.anchors.fget
    assert anchors is not None
    monkeypatch.setattr(Logs, "anchors", property(lambda logs: dict.fromkeys(anchors(logs), (1, 1))))
    with watching(logdir, poll=False) as (logs, _):
        eventually(lambda: "mlp" in logs, "loaded")
        with logs._refreshing:  # nobody looks while it is gone
            shutil.rmtree(logdir)
            file = event_file(logdir / "fresh")
        eventually(lambda: list(logs) == ["fresh"], "made anew")
        # More often than the change of directories makes the watcher look.
        for count in range(1, 6):
            file.scalar("x", 1.0, count)
            eventually(lambda count=count: points(logs, "fresh") == count, f"grew to {count}")


def test_a_log_directory_whose_name_is_not_text(
    tmp_path: Path, event_file: MakeEventFile, eventually: Eventually, caplog: pytest.LogCaptureFixture
):
    logdir = tmp_path / os.fsdecode(b"caf\xe9")
    file = event_file(logdir / "mlp")
    with watching(logdir, interval=0.05) as (logs, _):
        eventually(lambda: points(logs, "mlp") == 0, "loaded")
        file.scalar("x", 1.0, 0)
        eventually(lambda: points(logs, "mlp") == 1, "grew")
    (record,) = caplog.records
    assert "is not UTF-8" in record.getMessage()


def test_two_log_directories(logdir: Path, tmp_path: Path, event_file: MakeEventFile, eventually: Eventually):
    file = event_file(tmp_path / "old/mlp")
    with watching(logdir, tmp_path / "old") as (logs, _):
        eventually(lambda: len(logs) == 3, "loaded")
        file.scalar("x", 1.0, 0)
        eventually(lambda: points(logs, "old/mlp") == 1, "the second grew")


def test_growth_on_a_network_file_system_is_looked_for(
    logdir: Path, tmp_path: Path, event_file: MakeEventFile, eventually: Eventually
):
    table = tmp_path / "mounts"
    table.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {logdir} nfs4 rw 0 0\n")
    heard = Heard()
    with Logs(logdir) as logs:
        watcher = Watcher(logs, heard, mount_table=table)
        with watcher:
            eventually(lambda: points(logs, "mlp") == 3, "loaded")
            assert watcher.polling
        table.write_text("/dev/sda / ext4 rw 0 0\n")
        with watcher:
            eventually(lambda: not watcher.polling, "a local one is not")


def test_where_the_kernel_refuses_everything_is_looked_at(
    logdir: Path,
    event_file: MakeEventFile,
    eventually: Eventually,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    def refuse(paths: list[str]) -> object:
        raise NotifyError("OS file watch limit reached")

    monkeypatch.setattr(watch, "Notifier", refuse)
    file = event_file(logdir / "mlp")
    with watching(logdir, interval=0.05) as (logs, _):
        eventually(lambda: points(logs, "mlp") == 3, "loaded")
        file.scalar("train/loss", 0.1, 4)
        eventually(lambda: points(logs, "mlp") == 4, "grew")
    (record,) = caplog.records
    assert "watch limit reached" in record.getMessage()
    assert record.levelno == logging.WARNING


def test_a_watch_that_fails_later(
    logdir: Path, event_file: MakeEventFile, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
):
    class Failing:
        def __init__(self, paths: list[str]) -> None:
            self.paths = paths

        def wait(self, seconds: float, stop: threading.Event) -> list[object]:
            raise NotifyError("lost")

        def close(self) -> None:
            self.paths = []

    monkeypatch.setattr(watch, "Notifier", Failing)
    file = event_file(logdir / "mlp")
    with watching(logdir, interval=0.05) as (logs, _):
        eventually(lambda: points(logs, "mlp") == 3, "loaded")
        file.scalar("train/loss", 0.1, 4)
        eventually(lambda: points(logs, "mlp") == 4, "grew")


def test_a_listener_that_fails_stops_nothing(
    logdir: Path,
    event_file: MakeEventFile,
    eventually: Eventually,
    caplog: pytest.LogCaptureFixture,
):
    def fail(changes: Changes) -> None:
        raise RuntimeError("listener")

    file = event_file(logdir / "mlp")
    with Logs(logdir) as logs, Watcher(logs, fail):
        eventually(lambda: points(logs, "mlp") == 3, "loaded")
        file.scalar("train/loss", 0.1, 4)
        eventually(lambda: points(logs, "mlp") == 4, "grew")
    assert any("Telling of a change" in record.getMessage() for record in caplog.records)


def test_a_status_that_changes_by_time_alone_is_told(tmp_path: Path, event_file: MakeEventFile, eventually: Eventually):
    file = event_file(tmp_path / "mlp")
    os.utime(file.path, (1000, 1000))
    now = [1010.0]
    heard = Heard()
    with Logs(tmp_path, poll=True, clock=lambda: now[0]) as logs, Watcher(logs, heard, interval=0.02):
        eventually(lambda: logs.loading is None and "mlp" in logs and logs["mlp"].status == "live", "loaded")
        before = heard.of("mlp")
        now[0] = 1100.0
        eventually(lambda: heard.of("mlp") > before, "told that it is idle")
        assert logs["mlp"].status == "idle"


def test_a_large_file_does_not_starve_the_others(
    tmp_path: Path, event_file: MakeEventFile, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(watch, "_ROUND_SECONDS", 0.0)
    monkeypatch.setattr(watch, "SLICE_BYTES", 200)
    event_file(tmp_path / "large").scalars("x", [1.0] * 300)
    event_file(tmp_path / "small").scalar("x", 1.0, 0)
    sizes: list[int] = []
    with Logs(tmp_path, threads=1) as logs:
        with Watcher(logs, lambda changes: sizes.append(points(logs, "large")) if "small" in changes.runs else None):
            eventually(lambda: points(logs, "large") == 300, "the large one is read to its end")
        assert points(logs, "small") == 1
    assert min(size for size in sizes) < 300


def test_starting_twice_and_stopping_twice(logdir: Path):
    logs = Logs(logdir)
    watcher = Watcher(logs, lambda _: None)
    watcher.stop()
    watcher.start()
    with pytest.raises(RuntimeError, match="running already"):
        watcher.start()
    watcher.stop()
    watcher.stop()
    watcher.start()
    watcher.stop()


def test_closing_the_logs_ends_the_watching(logdir: Path, eventually: Eventually, caplog: pytest.LogCaptureFixture):
    logs = Logs(logdir)
    watcher = Watcher(logs, lambda _: None, interval=0.02, poll=True)
    watcher.start()
    eventually(lambda: "mlp" in logs, "loaded")
    logs.close()
    eventually(lambda: all(thread.name != "kymo-watch" for thread in threading.enumerate()), "the thread ends")
    watcher.stop()
    assert caplog.records == []


@pytest.mark.parametrize("interval", [0.0, -1.0, float("nan")])
def test_an_interval_that_is_none(logdir: Path, interval: float):
    with pytest.raises(ValueError, match=f"interval={interval}"):
        Watcher(Logs(logdir), lambda _: None, interval=interval)


def test_watching_leaks_nothing(logdir: Path, eventually: Eventually):
    def held() -> tuple[int, int]:
        return entries("/proc/self/fd"), entries("/proc/self/task")

    def cycle() -> None:
        with watching(logdir) as (logs, _):
            eventually(lambda: points(logs, "mlp") == 3, "loaded")

    cycle()
    before = held()
    for _ in range(50):
        cycle()
    eventually(lambda: held() <= before, f"descriptors and threads return to {before}, are {held()}")


def entries(directory: str) -> int:
    return sum(1 for _ in Path(directory).iterdir())


def test_live_runs_are_looked_at_while_a_look_at_everything_is_not_due(
    logdir: Path, monkeypatch: pytest.MonkeyPatch, event_file: MakeEventFile, eventually: Eventually
):
    monkeypatch.setattr(watch, "_LOOK_SHARE", 1e-9)
    monkeypatch.setattr(watch, "_LONGEST_PAUSE", 3600.0)
    with watching(logdir, poll=True, interval=0.05) as (logs, _):
        eventually(lambda: logs.loading is None and points(logs, "mlp") == 3, "loaded")
        eventually(lambda: "mlp" in logs and logs["mlp"].status == "live", "it has just grown")
        event_file(logdir / "mlp").scalar("train/loss", 0.1, 3)
        eventually(lambda: points(logs, "mlp") == 4, "it grew")


def test_a_look_at_everything_is_not_put_off_for_long(
    logdir: Path, monkeypatch: pytest.MonkeyPatch, event_file: MakeEventFile, eventually: Eventually
):
    monkeypatch.setattr(watch, "_LOOK_SHARE", 1e-9)
    monkeypatch.setattr(watch, "_LONGEST_PAUSE", 0.1)
    with watching(logdir, poll=True, interval=0.05) as (logs, _):
        eventually(lambda: points(logs, "mlp") == 3, "loaded")
        event_file(logdir / "new").scalar("train/loss", 0.1, 3)
        eventually(lambda: points(logs, "new") == 1, "a new run is found")
