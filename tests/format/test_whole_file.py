"""Files that are replaced as a whole."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from kymo.format.whole_file import replace_file, sync_directory


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


def test_a_writer_that_fails_leaves_the_old_file_and_nothing_else(directory: int, tmp_path: Path) -> None:
    replace_file(directory, "a", lambda stream: stream.write(b"old"))

    def failing(stream: BinaryIO) -> None:
        stream.write(b"half of what is n")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        replace_file(directory, "a", failing)
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("a", b"old")]


def test_what_is_being_written_is_seen_by_nobody(directory: int, tmp_path: Path) -> None:
    replace_file(directory, "a", lambda stream: stream.write(b"old"))

    def looking(stream: BinaryIO) -> None:
        stream.write(b"new")
        stream.flush()
        assert (tmp_path / "a").read_bytes() == b"old"

    replace_file(directory, "a", looking)
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_directory_that_cannot_be_synchronised_is_no_failure(directory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(_: int) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(os, "fsync", refusing)
    sync_directory(directory)
