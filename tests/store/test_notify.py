import threading
from pathlib import Path

from kymo.store.notify import Kind, Notifier


def test_changes_are_told_with_their_paths(tmp_path: Path):
    watch = Notifier([str(tmp_path)])
    stop = threading.Event()
    (tmp_path / "file").write_text("x")
    assert watch.wait(10.0, stop) == [(Kind.ADDED, f"{tmp_path}/file")]
    with (tmp_path / "file").open("a") as stream:
        stream.write("y")
    assert watch.wait(10.0, stop) == [(Kind.MODIFIED, f"{tmp_path}/file")]
    (tmp_path / "file").unlink()
    assert watch.wait(10.0, stop) == [(Kind.DELETED, f"{tmp_path}/file")]
    assert watch.wait(0.0, stop) == []
    watch.close()


def test_stopping_ends_the_wait(tmp_path: Path):
    watch = Notifier([str(tmp_path)])
    stop = threading.Event()
    stop.set()
    assert watch.wait(100.0, stop) == []
    watch.close()


def test_a_directory_that_has_vanished_costs_the_others_nothing(tmp_path: Path):
    watch = Notifier([str(tmp_path / "absent"), str(tmp_path)])
    (tmp_path / "file").write_text("x")
    assert watch.wait(10.0, threading.Event()) == [(Kind.ADDED, f"{tmp_path}/file")]
    watch.close()
