"""Runs whose files and directories are copied, replaced, renamed and lost while they are watched."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kymo.store import Logs

MakeEventFile = Callable[..., Any]
FILE = "events.out.tfevents.0"


def refreshed(logdir: Path) -> Logs:
    logs = Logs(logdir)
    logs.refresh()
    return logs


def values(logs: Logs, run: str) -> list[float]:
    return logs[run]["train/loss"].values.tolist()


def untouched(logs: Logs) -> bool:
    """Whether the run beside the one that things happen to is as it was."""
    return values(logs, "cnn") == [1.0, 0.5, 0.25] and logs["cnn"].warnings == []


def test_rsync_copies_into_a_hidden_file_and_renames_it(logdir: Path, tmp_path: Path, event_file: MakeEventFile):
    logs = refreshed(logdir)
    source = event_file(tmp_path / "remote")
    source.scalars("train/loss", [1.0, 0.5, 0.25, 0.125, 0.0625])
    whole = source.path.read_bytes()
    copy = logdir / f"mlp/.{FILE}.Wq3xZ7"
    for size in (0, len(whole) // 2, len(whole)):
        copy.write_bytes(whole[:size])
        logs.refresh()
        assert values(logs, "mlp") == [1.0, 0.5, 0.25]
    copy.rename(logdir / "mlp" / FILE)
    logs.refresh()
    assert values(logs, "mlp") == [1.0, 0.5, 0.25, 0.125, 0.0625]
    assert [warning.rule for warning in logs.warnings] == ["K403"]
    assert untouched(logs)


def test_rsync_copies_in_place(logdir: Path, tmp_path: Path, event_file: MakeEventFile):
    logs = refreshed(logdir)
    source = event_file(tmp_path / "remote", started=3000.0)
    source.scalars("train/loss", [4.0, 3.0, 2.0, 1.0])
    whole = source.path.read_bytes()
    path = logdir / "mlp" / FILE
    # Blocks of the old file are written over one after another, with a look in between.
    for begin in range(0, len(whole), 32):
        with path.open("r+b") as stream:
            stream.seek(begin)
            stream.write(whole[begin : begin + 32])
        os.utime(path, (5000 + begin, 5000 + begin))
        logs.refresh()
        assert untouched(logs)
    assert values(logs, "mlp") == [4.0, 3.0, 2.0, 1.0]
    assert {warning.rule for warning in logs.warnings} <= {"K101", "K102", "K103", "K403"}


def test_a_file_that_is_cut_and_grows_again(logdir: Path, event_file: MakeEventFile):
    logs = refreshed(logdir)
    path = logdir / "mlp" / FILE
    whole = path.read_bytes()
    os.truncate(path, len(whole) - 60)
    logs.refresh()
    assert len(values(logs, "mlp")) < 3
    with path.open("ab") as stream:
        stream.write(whole[-60:])
    logs.refresh()
    assert values(logs, "mlp") == [1.0, 0.5, 0.25]
    assert [warning.rule for warning in logs.warnings] == ["K402"]
    assert untouched(logs)


def test_a_run_directory_that_vanishes_and_comes_back_with_more(logdir: Path, event_file: MakeEventFile):
    logs = refreshed(logdir)
    away = logdir.parent / "away"
    for expected in (4, 5):
        (logdir / "mlp").rename(away)
        assert logs.refresh().removed == ("mlp",)
        assert list(logs) == ["cnn"]
        with (away / FILE).open("ab") as stream:
            stream.write(record(event_file, logdir.parent, expected))
        away.rename(logdir / "mlp")
        assert logs.refresh().added == ("mlp",)
        assert len(values(logs, "mlp")) == expected
        assert logs.warnings == []
        assert untouched(logs)


def record(event_file: MakeEventFile, directory: Path, step: int) -> bytes:
    """The bytes of one more record."""
    file = event_file(directory / "spare", str(step))
    before = file.path.stat().st_size
    file.scalar("train/loss", 0.0, step)
    return file.path.read_bytes()[before:]


def test_a_run_directory_that_is_away_only_between_two_looks(logdir: Path):
    logs = refreshed(logdir)
    copy = logdir.parent / "copy"
    shutil.copytree(logdir / "mlp", copy)
    shutil.rmtree(logdir / "mlp")
    copy.rename(logdir / "mlp")
    logs.refresh()
    assert values(logs, "mlp") == [1.0, 0.5, 0.25]
    assert untouched(logs)


def test_two_runs_that_change_names(logdir: Path, event_file: MakeEventFile):
    event_file(logdir / "rnn").scalars("train/loss", [9.0, 8.0])
    logs = refreshed(logdir)
    (logdir / "mlp").rename(logdir / "spare")
    (logdir / "rnn").rename(logdir / "mlp")
    (logdir / "spare").rename(logdir / "rnn")
    logs.refresh()
    assert values(logs, "mlp") == [9.0, 8.0]
    assert values(logs, "rnn") == [1.0, 0.5, 0.25]
    assert {(warning.run, warning.rule) for warning in logs.warnings} == {("mlp", "K403"), ("rnn", "K403")}
    assert untouched(logs)


def test_a_linked_run_that_is_pointed_elsewhere(logdir: Path, tmp_path: Path, event_file: MakeEventFile):
    for name, value in (("first", 7.0), ("second", 6.0)):
        event_file(tmp_path / "elsewhere" / name).scalars("train/loss", [value])
    link = logdir / "latest"
    link.symlink_to(tmp_path / "elsewhere/first")
    logs = refreshed(logdir)
    assert values(logs, "latest") == [7.0]
    spare = logdir / "spare"
    spare.symlink_to(tmp_path / "elsewhere/second")
    spare.rename(link)
    logs.refresh()
    assert values(logs, "latest") == [6.0]
    link.unlink()
    link.symlink_to(link)
    assert logs.refresh().removed == ("latest",)
    assert untouched(logs)


def test_a_log_directory_in_whose_place_a_file_stands_for_a_while(logdir: Path):
    logs = refreshed(logdir)
    away = logdir.parent / "away"
    logdir.rename(away)
    logdir.write_bytes(b"")
    logs.refresh()
    assert [(warning.rule, warning.file) for warning in logs.warnings] == [("K501", str(logdir))]
    logdir.unlink()
    away.rename(logdir)
    logs.refresh()
    assert values(logs, "mlp") == [1.0, 0.5, 0.25]
    assert logs.warnings == []
