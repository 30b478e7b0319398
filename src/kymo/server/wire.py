"""The binary answer of api/columns: a JSON header, then little-endian arrays, each on an 8-byte boundary."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from kymo.server.models import ArraySpan, ColumnsHeader

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALIGNMENT = 8
_DTYPES: dict[Literal["f8", "u1"], str] = {"f8": "<f8", "u1": "u1"}


class Body:
    """Collects arrays and says where each will lie."""

    def __init__(self) -> None:
        self._parts: list[bytes | memoryview] = []
        self._size = 0

    def add(self, arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, ArraySpan]:
        """Bytes stay bytes; every other dtype becomes float64, in which steps are exact up to 2^53."""
        return {name: self._add(array) for name, array in arrays.items()}

    def _add(self, array: NDArray[np.generic]) -> ArraySpan:
        dtype: Literal["f8", "u1"] = "u1" if array.dtype == np.uint8 else "f8"
        column = np.ascontiguousarray(array, dtype=_DTYPES[dtype])
        span = ArraySpan(dtype=dtype, offset=self._size, length=len(column))
        padding = -column.nbytes % _ALIGNMENT
        self._parts += [column.data, b"\0" * padding]
        self._size += column.nbytes + padding
        return span

    def encode(self, header: ColumnsHeader) -> bytes:
        """The whole answer; the header is padded with spaces so that the arrays after it stay aligned."""
        text = header.model_dump_json().encode()
        text += b" " * (-(4 + len(text)) % _ALIGNMENT)
        return b"".join([struct.pack("<I", len(text)), text, *self._parts])
