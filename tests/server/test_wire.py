"""The binary answer, read back as the page reads it."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kymo.server import wire
from kymo.server.charts.models import ColumnsHeader, SeriesColumns
from kymo.server.wire import Body, pieces


@given(
    st.lists(
        st.one_of(
            st.lists(st.floats(width=64), max_size=9).map(lambda items: np.array(items, "f8")),
            st.lists(st.integers(-(2**53), 2**53), max_size=9).map(lambda items: np.array(items, "i8")),
            st.lists(st.floats(width=32), max_size=9).map(lambda items: np.array(items, "f4")),
            st.lists(st.integers(0, 255), max_size=9).map(lambda items: np.array(items, "u1")),
        ),
        max_size=6,
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
def test_what_goes_in_comes_out(arrays: list[np.ndarray], run: str) -> None:
    body = Body()
    spans = body.add({f"array{index}": array for index, array in enumerate(arrays)})
    series = SeriesColumns(
        run=run,
        status="ok",
        points=1,
        in_view=1,
        not_positive=0,
        downsampled=False,
        superseded=0,
        arrays=spans,
        restarts=[],
        events=[],
    )
    encoded = b"".join(pieces(body.encode(ColumnsHeader(version=1, tag="a", x="step", series=[series]))))
    (length,) = struct.unpack_from("<I", encoded)
    start = 4 + length
    header = json.loads(encoded[4:start])
    assert start % 8 == 0
    assert header["series"][0]["run"] == run
    for index, array in enumerate(arrays):
        span = header["series"][0]["arrays"][f"array{index}"]
        assert (span["offset"] % 8, span["length"]) == (0, len(array))
        dtype = np.dtype(f"<{span['dtype']}")
        assert (dtype == np.uint8) == (array.dtype == np.uint8)
        found = np.frombuffer(encoded, dtype, span["length"], start + span["offset"])
        np.testing.assert_array_equal(found, array.astype(dtype))


@given(st.lists(st.binary(max_size=20), max_size=8), st.integers(1, 30))
def test_an_answer_is_handed_out_in_pieces_of_a_bounded_size(parts: list[bytes], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "_PIECE", size)
        found = list(pieces([memoryview(part) for part in parts]))
    assert b"".join(found) == b"".join(parts)
    assert all(len(piece) == size for piece in found[:-1])
    assert all(0 < len(piece) <= size for piece in found)
