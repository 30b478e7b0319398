"""Names of event files, and directories that cannot be."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kymo.writer.event_path import claim_event_path, event_directory


def test_name_is_tensorboards(tmp_path: Path) -> None:
    path = Path(claim_event_path(str(tmp_path / "a" / "b"), ".suffix"))
    assert path.exists()
    host = re.escape(os.uname().nodename)
    assert re.fullmatch(rf"events\.out\.tfevents\.\d{{10}}\.{host}\.{os.getpid()}\.0\.suffix", path.name)


def test_every_writer_has_a_name_of_its_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: claim_event_path(str(tmp_path), ""), range(100)))
    assert len(set(paths)) == 100


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.touch()
    for directory in (file, file / "run"):
        with pytest.raises(NotADirectoryError, match=r"choose another path.*notes\.txt"):
            claim_event_path(str(directory), "")


def test_an_impossible_name(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="log_dir cannot be made"):
        claim_event_path(str(tmp_path / ("x" * 300)), "")


def test_a_directory_that_cannot_be_made_now_is_no_error() -> None:
    assert claim_event_path("/proc/run", "").startswith("/proc/run/events.out.tfevents.")


def test_directories_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert event_directory("runs/x") == str(tmp_path / "runs" / "x")
    assert event_directory(Path("runs")) == str(tmp_path / "runs")


@pytest.mark.parametrize(
    ("log_dir", "error"),
    [("s3://b/run", ValueError), ("a\0b", ValueError), ("a\udcff", ValueError), (3, TypeError), (b"runs", TypeError)],
)
def test_bad_directories_are_named(log_dir: object, error: type[Exception]) -> None:
    with pytest.raises(error, match="log_dir"):
        event_directory(log_dir)
