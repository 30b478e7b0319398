import json
import os
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from kymo.format.json_file import JsonFileError
from kymo.format.notes_file import MAX_NAME, MAX_NOTE, NOTES_FILE, Notes, change_notes_file, read_notes_file


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[int]:
    opened = os.open(tmp_path, os.O_RDONLY)
    yield opened
    os.close(opened)


def write(directory: Path, content: object) -> None:
    (directory / NOTES_FILE).write_text(content if isinstance(content, str) else json.dumps(content))


def test_a_directory_without_one(tmp_path: Path) -> None:
    assert read_notes_file(tmp_path) is None
    assert read_notes_file(tmp_path / "absent") is None


def test_what_is_left_out_is_not_noted(tmp_path: Path) -> None:
    write(tmp_path, {"starred": True})
    assert read_notes_file(tmp_path) == Notes(starred=True)
    write(tmp_path, {})
    assert read_notes_file(tmp_path) == Notes()


def test_only_what_changes_is_changed(tmp_path: Path, directory: int) -> None:
    assert change_notes_file(directory, {"name": "Best", "starred": True}) == Notes("Best", starred=True)
    noted = Notes("Best", "warm-up helped", True)
    assert change_notes_file(directory, {"note": "warm-up helped"}) == read_notes_file(tmp_path) == noted
    assert json.loads((tmp_path / NOTES_FILE).read_text()) == asdict(noted)
    before = (tmp_path / NOTES_FILE).stat()
    assert change_notes_file(directory, {"starred": True}) == noted
    assert os.path.samestat(before, (tmp_path / NOTES_FILE).stat()), "what does not differ is not written"


def test_notes_that_say_nothing_are_removed(tmp_path: Path, directory: int) -> None:
    assert change_notes_file(directory, {}) == Notes()
    assert change_notes_file(directory, {"archived": False, "name": ""}) == Notes()
    change_notes_file(directory, {"archived": True})
    assert change_notes_file(directory, {"archived": False}) == Notes()
    assert list(tmp_path.iterdir()) == []


def test_what_a_later_version_has_added_is_kept(tmp_path: Path, directory: int) -> None:
    write(tmp_path, {"starred": True, "colour": "#123456", "odd": "\ud800"})
    assert read_notes_file(tmp_path) == Notes(starred=True)
    change_notes_file(directory, {"starred": False})
    assert read_notes_file(tmp_path) == Notes()
    kept = json.loads((tmp_path / NOTES_FILE).read_text())
    assert (kept["colour"], kept["odd"], kept["starred"]) == ("#123456", "\ud800", False)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("{", "not valid JSON"),
        ([1], "holds a list where an object is expected"),
        ({"author": "me"}, r"says nothing that a viewer notes \(name, note, starred, archived\)"),
        ({"name": 7}, "holds a number as 'name' where a string is expected"),
        ({"note": None}, "holds null as 'note' where a string is expected"),
        ({"note": {"a": 1}}, "holds an object as 'note' where a string is expected"),
        ({"starred": 1}, "holds a number as 'starred' where a boolean is expected"),
        ({"archived": "yes"}, "holds a string as 'archived' where a boolean is expected"),
        ({"name": "a" * (MAX_NAME + 1)}, "has 201 characters as 'name', and 200 are allowed"),
        ({"note": "a" * (MAX_NOTE + 1)}, "has 10001 characters as 'note', and 10000 are allowed"),
        ({"name": "\ud800"}, "half of a surrogate pair in 'name'"),
    ],
)
def test_what_no_viewer_wrote_is_told_and_left_as_it_is(
    tmp_path: Path, directory: int, content: object, cause: str
) -> None:
    write(tmp_path, content)
    before = (tmp_path / NOTES_FILE).read_text()
    with pytest.raises(JsonFileError, match=f"^notes.json .*{cause}"):
        read_notes_file(tmp_path)
    with pytest.raises(JsonFileError, match=cause):
        change_notes_file(directory, {"starred": True})
    assert (tmp_path / NOTES_FILE).read_text() == before


def test_the_longest_text_fits(tmp_path: Path, directory: int) -> None:
    longest = Notes("🌋" * MAX_NAME, "\x01" * MAX_NOTE)
    change_notes_file(directory, asdict(longest))
    assert read_notes_file(tmp_path) == longest


def test_a_link_is_no_notes_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text('{"name": "secret"}')
    (tmp_path / NOTES_FILE).symlink_to("elsewhere")
    with pytest.raises(JsonFileError, match=r"notes\.json is a link"):
        read_notes_file(tmp_path)


def test_a_reader_never_sees_half_of_it(tmp_path: Path, directory: int) -> None:
    done = threading.Event()

    def write_on() -> None:
        for count in range(300):
            change_notes_file(directory, {"note": "x" * (count * 30 + 1)})
        done.set()

    writer = threading.Thread(target=write_on)
    writer.start()
    while not done.is_set():
        notes = read_notes_file(tmp_path)
        assert notes is None or set(notes.note) == {"x"}
    writer.join()
