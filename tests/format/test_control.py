"""Requests in `control/` and the answers to them."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from kymo.format.control_answer import KEPT_ANSWERS, ControlAnswer, newest_answers, read_answer, write_answer
from kymo.format.control_request import Verb, ask, asked, read_request, signed, take_away
from kymo.format.json_file import JsonFileError
from kymo.format.open_directory import listed, open_directory
from kymo.format.owner import user_name


@pytest.fixture
def run(tmp_path: Path) -> Iterator[int]:
    with open_directory(tmp_path) as opened:
        yield opened


@pytest.fixture
def control(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "control").mkdir()
    with open_directory(tmp_path / "control") as opened:
        yield opened


def answer(number: int) -> ControlAnswer:
    return ControlAnswer(f"{number:04}", "pause", "ada", 1.5, "done", "Training is paused.", 2.5, 3, 400)


def test_a_request_is_read_as_it_was_asked(tmp_path: Path, run: int, control: int):
    request_id = ask(run, "set", "lr", "0.001")
    assert asked(listed(control)) == [request_id]
    request = read_request(control, request_id)
    assert request is not None
    assert (request.verb, request.name, request.value) == ("set", "lr", "0.001")
    assert request.by == user_name(os.getuid())
    assert signed(control, request_id) == (request.by, request.at)
    take_away(control, request_id)
    assert read_request(control, request_id) is None


def test_requests_are_taken_in_the_order_in_which_they_were_made(run: int, control: int):
    ids = []
    for verb in ("pause", "checkpoint", "resume"):
        ids.append(ask(run, cast("Verb", verb)))
        time.sleep(0.002)
    assert asked(listed(control)) == ids


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not valid JSON"),
        ("[]", "holds a list where an object is expected"),
        ('{"verb": "fly"}', "'fly': write one of checkpoint, validate, pause, resume, set"),
        ("{}", "None: write one of"),
        ('{"verb": "set", "name": ["lr"]}', "a list as 'name'"),
        ('{"verb": "set", "name": "lr", "value": true}', "a boolean as 'value'"),
        (f'{{"verb": "set", "name": "{"x" * 300}"}}', "300 characters as 'name'"),
    ],
)
def test_what_cannot_be_understood_says_why(content: str, reason: str, tmp_path: Path, control: int):
    (tmp_path / "control" / "1.json").write_text(content)
    with pytest.raises(JsonFileError, match=reason):
        read_request(control, "1")


def test_a_value_may_be_written_as_a_number(tmp_path: Path, control: int):
    (tmp_path / "control" / "1.json").write_text('{"verb": "set", "name": "epochs", "value": 20}')
    request = read_request(control, "1")
    assert request is not None
    assert request.value == "20"


def test_a_request_that_is_a_link_is_not_followed(tmp_path: Path, control: int):
    (tmp_path / "secret.json").write_text('{"verb": "pause"}')
    (tmp_path / "control" / "1.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(JsonFileError, match="link"):
        read_request(control, "1")


def test_a_directory_that_is_a_link_is_not_written_to(tmp_path: Path, run: int):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "control").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
        ask(run, "pause")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_answers_are_found_by_their_request_and_the_oldest_are_forgotten(tmp_path: Path, run: int, control: int):
    assert read_answer(run, "0001") is None
    for number in range(KEPT_ANSWERS + 3):
        write_answer(control, answer(number))
    assert read_answer(run, "0010") == answer(10)
    assert read_answer(run, "0001") is None
    assert [each.id for each in newest_answers(run, 2)] == [f"{KEPT_ANSWERS + 2:04}", f"{KEPT_ANSWERS + 1:04}"]
    (tmp_path / "control" / "done" / "9999.json").write_text('{"status": "maybe"}')
    assert newest_answers(run, 2)[0].id == f"{KEPT_ANSWERS + 2:04}"
    with pytest.raises(JsonFileError, match="not what a run answers"):
        read_answer(run, "9999")


def test_there_are_no_answers_where_nothing_was_asked(run: int):
    assert newest_answers(run, 5) == []


def test_the_newest_answer_is_the_last_one_given_whatever_its_name(run: int, control: int):
    for number in range(KEPT_ANSWERS):
        write_answer(control, answer(9000 + number))
    time.sleep(0.02)
    write_answer(control, answer(1))
    assert newest_answers(run, 1) == [answer(1)]
    assert read_answer(run, "0001") == answer(1)


@pytest.mark.parametrize("name", ["\x1b[2J", "\ud800", "a\nb"])
def test_what_cannot_be_shown_is_not_asked(name: str, tmp_path: Path, control: int):
    (tmp_path / "control" / "1.json").write_text(json.dumps({"verb": "set", "name": name, "value": "1"}))
    with pytest.raises(JsonFileError, match="cannot be shown"):
        read_request(control, "1")


def test_an_answer_with_numbers_that_are_none_is_no_answer(tmp_path: Path, run: int, control: int):
    write_answer(control, answer(1))
    file = tmp_path / "control" / "done" / "0001.json"
    for name, wrong in (("epoch", "1e999"), ("asked", "1e999"), ("step", '"x"')):
        content = json.loads(file.read_text())
        file.with_name("0002.json").write_text(
            json.dumps({**content, name: 0}).replace(f'"{name}": 0', f'"{name}": {wrong}')
        )
        with pytest.raises(JsonFileError):
            read_answer(run, "0002")
