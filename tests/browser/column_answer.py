"""The questions to `api/columns` and `api/bands`, and the binary answers to them, read as the page reads them."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import Page, Request, Response

Question = dict[str, Any]


@dataclass(frozen=True)
class ColumnAnswer:
    question: Question
    header: dict[str, Any]
    body: bytes

    @classmethod
    def of(cls, question: Question, body: bytes) -> ColumnAnswer:
        (length,) = struct.unpack_from("<I", body)
        return cls(question, json.loads(body[4 : 4 + length]), body[4 + length :])

    def series(self, run: str) -> dict[str, Any]:
        return next(series for series in self.header["series"] if series["run"] == run)

    def band(self, group: str) -> dict[str, Any]:
        return next(band for band in self.header["groups"] if band["name"] == group)

    def array(self, run: str, name: str) -> np.ndarray:
        return self._array(self.series(run)["arrays"][name])

    def band_array(self, group: str, name: str) -> np.ndarray:
        return self._array(self.band(group)["arrays"][name])

    def _array(self, place: dict[str, Any]) -> np.ndarray:
        return np.frombuffer(self.body, "<" + place["dtype"], place["length"], place["offset"])


def questions_of(request: Request, route: str = "columns") -> list[Question]:
    """What a request asks of the route: charts that ask at the same time share one."""
    if not request.url.endswith(f"/api/{route}"):
        return []
    asked = request.post_data_json
    questions: list[Question] = asked["questions"] if route == "columns" else [asked]
    return questions


def _part(body: bytes, asked: int) -> bytes:
    """The answer to the question at this place."""
    while body:
        place, length = struct.unpack_from("<II", body)
        if place == asked:
            return body[8 : 8 + length]
        body = body[8 + length :]
    raise AssertionError(f"question {asked} was not answered")


def answer_to(
    page: Page,
    tag: str,
    action: Callable[[], Any],
    when: Callable[[Question], bool] = lambda _question: True,
    route: str = "columns",
) -> ColumnAnswer:
    """Does something, and returns the first answer after it for the tag whose question is the one meant."""

    def meant(response: Response) -> list[tuple[int, Question]]:
        asked = enumerate(questions_of(response.request, route))
        return [(place, question) for place, question in asked if question["tag"] == tag and when(question)]

    with page.expect_response(lambda response: bool(meant(response))) as answered:
        action()
    ((place, question), *_) = meant(answered.value)
    body = answered.value.body()
    return ColumnAnswer.of(question, _part(body, place) if route == "columns" else body)
