"""What was read is kept for the next start: where, for how long, and what happens when it cannot be."""

import logging
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import kymo
from kymo._core import EventWriter
from kymo.store.index_cache import IndexCache, index_cache
from kymo.store.logs import Logs

ROWS = 20_000


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A log directory with one run that is worth an index."""
    root = tmp_path / "runs"
    write(root / "mlp", range(ROWS))
    return root


def write(run: Path, steps: range, name: str = "0") -> Path:
    run.mkdir(parents=True, exist_ok=True)
    path = run / f"events.out.tfevents.{name}"
    writer = EventWriter(str(path))
    for step in steps:
        writer.add_scalar("loss", 1.0 / (step + 1), step, 1000.0 + step)
    assert writer.close()
    return path


def spoil(file: Path) -> None:
    """Other bytes under the same status: who shows the old content has not read the file."""
    status = file.stat()
    with file.open("r+b") as stream:
        stream.write(bytes(status.st_size))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def indexes(directory: Path) -> list[Path]:
    return sorted(directory.glob("*"))


def test_a_second_start_does_not_read_the_log_again(large: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with kymo.open(large, index=cache) as logs:
        first = logs["mlp"]["loss"].values.tolist()
    (file,) = indexes(cache)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    spoil(large / "mlp" / "events.out.tfevents.0")
    with kymo.open(large, index=cache) as logs:
        assert logs["mlp"]["loss"].values.tolist() == first
        assert logs.warnings == []


def test_the_users_cache_is_the_default_and_false_is_none(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    before = sorted(large.rglob("*"))
    kymo.open(large, index=False).close()
    assert not (tmp_path / "xdg").exists()
    kymo.open(large).close()
    assert len(indexes(tmp_path / "xdg" / "kymo" / "index")) == 1
    assert sorted(large.rglob("*")) == before
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    kymo.open(large).close()
    assert len(indexes(tmp_path / "home" / ".cache" / "kymo" / "index")) == 1


def test_what_is_read_is_kept_before_the_interpreter_ends(large: Path, tmp_path: Path) -> None:
    program = f"import kymo; kymo.open({str(large)!r}, index={str(tmp_path / 'cache')!r})"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    assert len(indexes(tmp_path / "cache")) == 1


def test_growth_is_kept_when_the_logs_are_closed(large: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with kymo.open(large, index=cache) as logs:
        write(large / "mlp", range(ROWS, 2 * ROWS), "1")
        logs.refresh()
    assert len(indexes(cache)) == 2
    for file in (large / "mlp").iterdir():
        spoil(file)
    with kymo.open(large, index=cache) as logs:
        assert logs["mlp"]["loss"].steps.tolist() == list(range(2 * ROWS))


def test_two_log_directories_share_a_cache(large: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other / "mlp", range(5, 5 + ROWS))
    for _ in range(2):
        for root, first in ((large, 0), (other, 5)):
            with kymo.open(root, index=tmp_path / "cache") as logs:
                assert logs["mlp"]["loss"].steps[0] == first
    assert len(indexes(tmp_path / "cache")) == 2


def test_a_cache_that_cannot_be_written_is_told_once(
    large: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    write(large / "cnn", range(ROWS))
    with caplog.at_level(logging.WARNING, "kymo"), kymo.open(large, index=blocked / "cache") as logs:
        assert len(logs["mlp"]["loss"]) == len(logs["cnn"]["loss"]) == ROWS
    (told,) = caplog.messages
    assert str(blocked / "cache") in told
    assert "Not a directory" in told


def test_a_run_that_vanishes_while_it_is_kept_harms_nobody(large: Path, tmp_path: Path) -> None:
    with Logs(large, index=tmp_path / "cache") as logs:
        logs.refresh()
        (large / "mlp" / "events.out.tfevents.0").unlink()
        logs.refresh()
        assert list(logs) == []


def test_unused_indexes_go_after_a_while(tmp_path: Path) -> None:
    at = [1_000_000.0]
    cache = IndexCache(tmp_path / "cache", max_age=100.0, clock=lambda: at[0])
    cache.prune()  # nothing there yet
    cache.prepare()
    used, unused = cache.path_for("/logs/used"), cache.path_for("/logs/unused")
    left, fresh = f"{used}.1.1.tmp", f"{used}.1.2.tmp"
    for path, age in ((used, 90.0), (unused, 101.0), (left, 4000.0), (fresh, 5.0)):
        Path(path).write_bytes(b"index")
        os.utime(path, (at[0] - age, at[0] - age))
    (tmp_path / "cache" / "notes.txt").write_text("somebody else's")
    os.utime(tmp_path / "cache" / "notes.txt", (0, 0))
    cache.prune([used, cache.path_for("/logs/small")])
    assert {path.name for path in indexes(tmp_path / "cache")} == {Path(used).name, Path(fresh).name, "notes.txt"}
    at[0] += 99.0
    cache.prune([])
    assert Path(used).exists()


def test_the_cache_does_not_outgrow_its_bound(tmp_path: Path) -> None:
    cache = IndexCache(tmp_path / "cache", max_bytes=250, clock=lambda: 1000.0)
    cache.prepare()
    paths = [Path(cache.path_for(f"/logs/{number}")) for number in range(4)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes(100))
        os.utime(path, (900.0 + number, 900.0 + number))
    cache.prune([str(paths[0])])
    assert [path.exists() for path in paths] == [True, False, False, True]


def test_where_the_cache_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert index_cache(False) is None
    monkeypatch.setenv("HOME", str(tmp_path))
    for given in ("~/here", tmp_path / "here"):
        cache = index_cache(given)
        assert cache is not None
        assert cache.directory == tmp_path / "here"
    with pytest.raises(ValueError, match="index='' is empty text"):
        kymo.open(tmp_path, index="")


def test_without_a_thread_to_save_in_reading_goes_on(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "kymo-index":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with caplog.at_level(logging.WARNING, "kymo"), Logs(large, index=tmp_path / "cache") as logs:
        logs.refresh()
        assert logs["mlp"].points == ROWS
    assert [record.getMessage() for record in caplog.records] == [
        f"What was read of the logs cannot be kept in {tmp_path / 'cache'} (can't start new thread), "
        "so the next start reads it again."
    ]
