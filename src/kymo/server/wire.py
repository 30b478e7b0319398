"""Binary answers: a JSON header, then little-endian arrays, each on an 8-byte boundary."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from kymo.server.charts.models import ArraySpan
from kymo.server.models import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALIGNMENT = 8
# What is handed to a connection at once: a client that is slow holds up no more than this.
_PIECE = 256 << 10
_DTYPES: dict[Literal["f8", "u1"], str] = {"f8": "<f8", "u1": "u1"}


class Body:
    """Collects arrays and says where each will lie.

    Attributes:
        size: The bytes of all arrays so far.
    """

    def __init__(self) -> None:
        self._parts: list[memoryview] = []
        self.size = 0

    def add(self, arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, ArraySpan]:
        """Bytes stay bytes; every other dtype becomes float64, in which steps are exact up to 2^53."""
        return {name: self._add(array) for name, array in arrays.items()}

    def _add(self, array: NDArray[np.generic]) -> ArraySpan:
        dtype: Literal["f8", "u1"] = "u1" if array.dtype == np.uint8 else "f8"
        column = np.ascontiguousarray(array, dtype=_DTYPES[dtype])
        span = ArraySpan(dtype=dtype, offset=self.size, length=len(column))
        padding = -column.nbytes % _ALIGNMENT
        self._parts += [column.view(np.uint8).data, memoryview(bytes(padding))]
        self.size += column.nbytes + padding
        return span

    def encode(self, header: Model) -> list[memoryview]:
        """The whole answer in order; the header is padded with spaces so that the arrays after it stay aligned."""
        text = header.model_dump_json().encode()
        text += b" " * (-(4 + len(text)) % _ALIGNMENT)
        return [memoryview(struct.pack("<I", len(text)) + text), *self._parts]


def pieces(parts: list[memoryview]) -> Iterator[bytes]:
    """The parts one after another, in pieces of a bounded size.

    >>> list(pieces([memoryview(b"ab"), memoryview(b""), memoryview(b"cd")]))
    [b'abcd']
    """
    waiting: list[memoryview] = []
    size = 0
    for part in parts:
        begin = 0
        while begin < len(part):
            taken = part[begin : begin + _PIECE - size]
            waiting.append(taken)
            begin, size = begin + len(taken), size + len(taken)
            if size == _PIECE:
                yield b"".join(waiting)
                waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
