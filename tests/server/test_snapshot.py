"""Kept answers: built once, told apart by entity tags, never kept for long."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel
from starlette.requests import Request

from kymo.server.snapshot import MAX_AGE, Snapshots


class Answer(BaseModel):
    number: int


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def asking(etag: str = "") -> Request:
    return Request({"type": "http", "headers": [(b"if-none-match", etag.encode())]})


def test_an_answer_is_built_once_for_a_key_and_a_while() -> None:
    clock = Clock()
    kept = Snapshots(clock)
    built = []

    def build(number: int) -> Callable[[], Answer]:
        return lambda: built.append(number) or Answer(number=number)  # type: ignore[func-returns-value] # append is None

    first = kept.respond(asking(), "runs", 1, build(1))
    assert kept.respond(asking(), "runs", 1, build(2)).body == first.body == b'{"number":1}'
    assert kept.respond(asking(), "tags", 1, build(3)).body == b'{"number":3}'
    assert kept.respond(asking(), "runs", 2, build(4)).body == b'{"number":4}'
    clock.now += MAX_AGE * 1.01
    assert kept.respond(asking(), "runs", 2, build(5)).body == b'{"number":5}'
    assert built == [1, 3, 4, 5]


def test_who_has_it_already_is_told_so() -> None:
    kept = Snapshots()
    first = kept.respond(asking(), "runs", 1, lambda: Answer(number=1))
    again = kept.respond(asking(f'"other", W/{first.headers["etag"]}'), "runs", 2, lambda: Answer(number=1))
    assert (again.status_code, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    changed = kept.respond(asking(first.headers["etag"]), "runs", 3, lambda: Answer(number=2))
    assert (changed.status_code, changed.body) == (200, b'{"number":2}')
