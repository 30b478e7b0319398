"""A binary answer, read as the page reads it."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]
Decoded = tuple[dict[str, Any], list[Arrays]]


def decode(answer: Any, shares: str) -> Decoded:
    """The header, and the arrays of each of its shares."""
    return decode_content(whole(answer), shares)


def whole(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/octet-stream"
    content: bytes = answer.content
    return content


def parts(answer: Any) -> list[tuple[int, bytes]]:
    """The answers to several questions, as they came: the place of each question, and the answer to it."""
    content = whole(answer)
    found = []
    while content:
        place, length = struct.unpack_from("<II", content)
        assert length % 8 == 0
        assert len(content) >= 8 + length
        found.append((place, content[8 : 8 + length]))
        content = content[8 + length :]
    return found


def decode_content(content: bytes, shares: str) -> Decoded:
    (length,) = struct.unpack_from("<I", content)
    header = json.loads(content[4 : 4 + length])
    arrays = [
        {
            name: np.frombuffer(content, f"<{span['dtype']}", span["length"], 4 + length + span["offset"])
            for name, span in share["arrays"].items()
        }
        for share in header.get(shares, [])
    ]
    return header, arrays
