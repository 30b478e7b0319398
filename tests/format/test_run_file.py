import json
import os
from pathlib import Path

import pytest

from kymo.format import run_file
from kymo.format.json_file import JsonFileError
from kymo.format.run_file import RUN_FILE, read_run_file


def write(directory: Path, content: object) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (directory / RUN_FILE).write_text(text)
    return directory


def test_a_directory_without_one(tmp_path: Path):
    assert read_run_file(tmp_path) is None
    assert read_run_file(tmp_path / "absent") is None


def test_what_it_says(tmp_path: Path):
    found = read_run_file(
        write(tmp_path, {"status": "running", "heartbeat": 12.5, "started": 3, "config": {"lr": 0.1}})
    )
    assert found is not None
    assert (found.status, found.heartbeat, found.started) == ("running", 12.5, 3.0)
    assert found.data["config"] == {"lr": 0.1}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1970-01-01T00:01:00+00:00", 60.0), ("1970-01-01T00:01:00", 60.0), ("1970-01-01T01:01:00+01:00", 60.0)],
)
def test_times_as_text(tmp_path: Path, text: str, seconds: float):
    found = read_run_file(write(tmp_path, {"heartbeat": text}))
    assert found is not None
    assert found.heartbeat == seconds


@pytest.mark.parametrize("value", [None, True, [], {}, "yesterday", 10**400])
def test_a_time_that_is_none(tmp_path: Path, value: object):
    found = read_run_file(write(tmp_path, {"heartbeat": value, "status": 7}))
    assert found is not None
    assert found.heartbeat is None
    assert found.status is None


def test_a_time_that_is_not_finite(tmp_path: Path):
    found = read_run_file(write(tmp_path, '{"heartbeat": NaN, "started": Infinity}'))
    assert found is not None
    assert (found.heartbeat, found.started) == (None, None)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ('{"status": "runn', "not valid JSON"),
        ("", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[1]", "a list"),
        ('"running"', "a string"),
        ("null", "null"),
        ("3", "a number"),
    ],
)
def test_damage_says_what_it_is(tmp_path: Path, content: str, cause: str):
    with pytest.raises(JsonFileError, match=cause):
        read_run_file(write(tmp_path, content))


def test_bytes_that_are_not_text(tmp_path: Path):
    (tmp_path / RUN_FILE).write_bytes(b"\xff\xfe\xfa{}")
    with pytest.raises(JsonFileError, match="not valid JSON"):
        read_run_file(tmp_path)


def test_a_directory_of_that_name(tmp_path: Path):
    (tmp_path / RUN_FILE).mkdir()
    with pytest.raises(JsonFileError, match="is not a file"):
        read_run_file(tmp_path)


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run_file, "MAX_BYTES", 10)
    with pytest.raises(JsonFileError, match="not a run's description"):
        read_run_file(write(tmp_path, {"status": "running"}))


def test_a_pipe_of_that_name_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / RUN_FILE)
    with pytest.raises(JsonFileError, match="not a file"):
        read_run_file(tmp_path)
