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
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/octet-stream"
    content = answer.content
    (length,) = struct.unpack_from("<I", content)
    header = json.loads(content[4 : 4 + length])
    arrays = [
        {
            name: np.frombuffer(content, f"<{span['dtype']}", span["length"], 4 + length + span["offset"])
            for name, span in share["arrays"].items()
        }
        for share in header[shares]
    ]
    return header, arrays
