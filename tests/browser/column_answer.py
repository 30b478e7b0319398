"""The binary answers of `api/columns` and `api/bands`, read as the page reads them, and the questions they answer."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import Page, Response

Question = dict[str, Any]


@dataclass(frozen=True)
class ColumnAnswer:
    question: Question
    header: dict[str, Any]
    body: bytes

    @classmethod
    def of(cls, response: Response) -> ColumnAnswer:
        body = response.body()
        (length,) = struct.unpack_from("<I", body)
        return cls(response.request.post_data_json, json.loads(body[4 : 4 + length]), body[4 + length :])

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


def answer_to(
    page: Page,
    tag: str,
    action: Callable[[], Any],
    when: Callable[[Question], bool] = lambda _question: True,
    route: str = "columns",
) -> ColumnAnswer:
    """Does something, and returns the first answer after it for the tag whose question is the one meant."""

    def is_meant(response: Response) -> bool:
        if not response.url.endswith(f"/api/{route}"):
            return False
        question = response.request.post_data_json
        return bool(question["tag"] == tag and when(question))

    with page.expect_response(is_meant) as answered:
        action()
    return ColumnAnswer.of(answered.value)
