from __future__ import annotations

import os
import pwd
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from ticking import Ticking
from waiting import until

from kymo import Progress, StopFile
from kymo.train.stopping import far_watch, stop_file

ME = pwd.getpwuid(os.geteuid()).pw_name


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "STOP"


@pytest.fixture
def stop(path: Path) -> Iterator[StopFile]:
    with StopFile(path) as stop:
        yield stop


@pytest.mark.parametrize(
    ("content", "after"),
    [("", "batch"), ("batch", "batch"), ("epoch\n", "epoch"), (" Epoch ", "epoch"), ("\n", "batch")],
)
def test_the_word_in_it_says_after_what(stop: StopFile, path: Path, content: str, after: str) -> None:
    assert stop.requested() is None
    path.write_text(content)
    request = stop.requested()
    assert request is not None
    assert (request.after, request.by, request.at) == (after, ME, path.stat().st_mtime)
    assert path.exists()
    assert stop.acknowledge() == request
    assert not path.exists() and stop.requested() is None and stop.acknowledge() is None


def test_after_the_batch_it_fires_at_once_and_says_who(stop: StopFile, path: Path) -> None:
    assert stop.after_batch() is None and stop.closeness() is None
    path.touch()
    written = path.stat().st_mtime
    fired = stop.after_batch(Progress(epoch=2, step=70))
    assert fired is not None
    assert (fired.reason, fired.text) == ("stop_file", f"{ME} asked to stop after the batch.")
    assert fired.evidence == {"by": ME, "at": written, "after": "batch", "epochs": 2, "steps": 70}
    assert not path.exists() and stop.after_batch() is None


def test_after_the_epoch_it_waits_for_the_epoch_and_its_validation(stop: StopFile, path: Path) -> None:
    path.write_text("epoch")
    assert stop.after_batch() is None and stop.before_validation() is None
    closeness = stop.closeness()
    assert closeness == (1.0, f"{ME} asks to stop after this epoch")
    assert path.exists()
    fired = stop.after_epoch()
    assert fired is not None and fired.text == f"{ME} asked to stop after the epoch." and not path.exists()


def test_a_request_may_be_changed_and_taken_back(stop: StopFile, path: Path) -> None:
    path.write_text("epoch")
    assert stop.after_batch() is None
    path.unlink()
    assert stop.after_epoch() is None and stop.closeness() is None
    path.write_text("epoch")
    assert stop.after_batch() is None
    replacement = path.with_name("replacement")
    replacement.write_text("batch")
    replacement.replace(path)
    assert stop.after_batch() is not None


def test_a_file_that_is_made_first_and_filled_then_is_read_when_it_is_full(
    stop: StopFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.touch()
    monkeypatch.setattr(stop_file.time, "sleep", lambda _: path.write_text("epoch"))
    request = stop.requested()
    assert request is not None and request.after == "epoch"


def test_an_empty_file_that_is_old_is_not_waited_for(
    stop: StopFile, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop_file.time, "sleep", lambda _: pytest.fail("waited"))
    path.touch()
    os.utime(path, (1e9, 1e9))
    assert stop.requested() is not None


def test_junk_stops_after_the_batch_and_is_told_once(
    stop: StopFile, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_bytes(b"please \xff" + b"x" * 1_000_000)
    for _ in range(2):
        request = stop.requested()
        assert request is not None and request.after == "batch" and request.content is not None
        assert request.content.startswith("please \\xff") and len(request.content) < 80
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "which is not understood" in caplog.text and 'write "batch" or "epoch"' in caplog.text


@pytest.mark.parametrize("kind", ["pipe", "directory"])
def test_what_is_no_file_stops_after_the_batch(stop: StopFile, path: Path, kind: str) -> None:
    os.mkfifo(path) if kind == "pipe" else path.mkdir()
    request = stop.requested()
    assert request is not None and request.after == "batch"


def test_one_left_over_is_removed_with_a_notice(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.touch()
    with StopFile(path) as stop:
        assert not path.exists() and stop.requested() is None
    assert f"{path} is left over from before this run" in caplog.text


def test_one_that_is_put_between_two_trainings_is_left_over(stop: StopFile, path: Path) -> None:
    stop.close()
    path.touch()
    with stop:
        assert stop.requested() is None and not path.exists()
        path.touch()
        assert stop.requested() is not None


def test_one_that_was_put_while_the_run_was_starting_counts(path: Path) -> None:
    path.touch()
    os.utime(path, (2000.0, 2000.0))
    with StopFile(path, started=1999.0) as stop:
        assert stop.requested() is not None
    path.touch()
    os.utime(path, (1998.0, 1998.0))
    with StopFile(path, started=1999.0) as stop:
        assert stop.requested() is None and not path.exists()


def test_the_first_question_starts(path: Path) -> None:
    path.touch()
    stop = StopFile(path)
    assert stop.requested() is None and not path.exists()


def test_one_that_cannot_be_removed_is_honoured_told_once_and_asks_no_more(
    stop: StopFile, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(stop_file.os, "unlink", refuse)
    path.touch()
    assert stop.after_batch() is not None
    assert path.exists() and stop.after_batch() is None and stop.after_epoch() is None
    assert caplog.text.count("cannot be removed (Permission denied)") == 1
    os.utime(path, (3000.0, 3000.0))
    assert stop.after_batch() is not None, "written anew, it is another request"


def test_a_directory_that_is_not_there_is_no_request(tmp_path: Path) -> None:
    with StopFile(tmp_path / "gone" / "STOP") as stop:
        assert stop.requested() is None


def test_the_path_is_that_of_the_start_whatever_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stop = StopFile("STOP")
    stop.start()
    monkeypatch.chdir("/")
    (tmp_path / "STOP").touch()
    assert stop.requested() is not None


class Slow(Ticking):
    """A clock by which each look takes a millisecond."""

    def __call__(self) -> float:
        self.pass_by(0.001)
        return self.at


def watchers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "kymo-stop-file"]


def test_where_looking_is_slow_a_thread_looks(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far_watch, "INTERVAL", 0.01)
    with StopFile(path, clock=Slow()) as stop:
        for _ in range(3):
            assert not watchers() and stop.requested() is None
        assert len(watchers()) == 1 and watchers()[0].daemon
        monkeypatch.setattr(stop_file.os, "access", lambda *_: pytest.fail("looked from the training thread"))
        path.write_text("epoch")
        until(lambda: stop.requested() is not None)
        assert stop.after_batch() is None
        assert stop.after_epoch() is not None
        assert stop.after_epoch() is None, "although the thread may not have looked again"
    until(lambda: not watchers())


def test_on_a_network_mount_a_thread_looks_from_the_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_file, "needs_polling", lambda *_: True)
    with StopFile(path):
        assert len(watchers()) == 1
    until(lambda: not watchers())
    with StopFile(path, far=False):
        assert not watchers()


def test_the_thread_ends_with_the_object(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far_watch, "INTERVAL", 0.01)
    stop = StopFile(path, far=True)
    stop.start()
    path.touch()
    until(stop.requested)
    del stop
    until(lambda: not watchers())
