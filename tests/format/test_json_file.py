import os
from pathlib import Path

import pytest

from kymo.format.json_file import JsonFileError, read_json_object, replace_json_object


@pytest.fixture
def directory(tmp_path: Path) -> int:
    return os.open(tmp_path, os.O_RDONLY)


def test_what_is_written_is_read(tmp_path: Path, directory: int) -> None:
    data = {"text": "é 🌋", "path": os.fsdecode(b"caf\xe9"), "nested": {"list": [1, None]}}
    replace_json_object(directory, "it.json", {"old": True})
    replace_json_object(directory, "it.json", data)
    assert read_json_object(tmp_path / "it.json", 1000, "mine") == data
    assert read_json_object("it.json", 1000, "mine", follow=False, dir_fd=directory) == data
    assert [path.name for path in tmp_path.iterdir()] == ["it.json"]


def test_text_is_written_as_people_read_it(tmp_path: Path, directory: int) -> None:
    replace_json_object(directory, "it.json", {"note": "größer"})
    assert "größer" in (tmp_path / "it.json").read_text(encoding="utf-8")


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, directory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    replace_json_object(directory, "it.json", {"old": True})
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_json_object(directory, "it.json", {"old": False})
    assert read_json_object(tmp_path / "it.json", 1000, "mine") == {"old": True}
    assert [path.name for path in tmp_path.iterdir()] == ["it.json"]


def test_a_link_of_that_name_is_replaced_and_never_written_through(tmp_path: Path, directory: int) -> None:
    (tmp_path / "elsewhere").write_text("{}")
    (tmp_path / "it.json").symlink_to("elsewhere")
    with pytest.raises(JsonFileError, match=r"it.json is a link, which is not followed\."):
        read_json_object(tmp_path / "it.json", 1000, "mine", follow=False)
    assert read_json_object(tmp_path / "it.json", 1000, "mine") == {}
    replace_json_object(directory, "it.json", {"new": True})
    assert not (tmp_path / "it.json").is_symlink()
    assert (tmp_path / "elsewhere").read_text() == "{}"


def test_no_file_stays_open(tmp_path: Path) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    (tmp_path / "directory").mkdir()
    (tmp_path / "broken").write_text("{")
    before = count()
    for name in ("directory", "broken"):
        with pytest.raises(JsonFileError):
            read_json_object(tmp_path / name, 1000, "mine")
    assert count() == before


def test_what_is_read_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "it.json").write_text("{}" + " " * (2 << 20))
    with pytest.raises(JsonFileError, match=r"it.json is over 1 MiB, so it is not mine\."):
        read_json_object(tmp_path / "it.json", 1 << 20, "mine")
