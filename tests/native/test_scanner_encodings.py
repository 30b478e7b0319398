"""Any valid encoding of an event is read as protobuf reads it, however the file grows."""

import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import oracle
import pytest
from comparison import assert_shows, damage, opened
from event_bytes import bytes_field, double_field, event, float_field, int_field, record, summary, tensor, tensor_value
from event_strategies import records
from hypothesis import given
from hypothesis import strategies as st

from kymo._core import RunLog

# dtype, how its one value is written, the value
NUMBERS = [
    (1, float_field(5, 0.25), 0.25),
    (1, bytes_field(5, struct.pack("<2f", 0.25, 9.0)), 0.25),
    (2, double_field(6, 0.1), 0.1),
    (3, int_field(7, -7), -7),
    (4, int_field(7, 255), 255),
    (5, int_field(7, -300), -300),
    (6, int_field(7, -128), -128),
    (9, int_field(10, 1 << 60), 1 << 60),
    (10, int_field(11, 1), 1),
    (14, int_field(13, 0x3FC0), 1.5),
    (14, int_field(13, struct.unpack("<I", struct.pack("<f", 1.5))[0]), 1.5),
    (17, int_field(7, 65535), 65535),
    (19, int_field(13, 0x3E00), 1.5),
    (19, int_field(13, 0xFC00), -float("inf")),
    (19, int_field(13, 0x0001), 2.0**-24),
    (19, int_field(13, struct.unpack("<i", struct.pack("<f", -2.0))[0]), -2.0),
    (22, int_field(16, (1 << 32) - 1), (1 << 32) - 1),
    (23, int_field(17, 1 << 63), 1 << 63),
    (1, bytes_field(4, struct.pack("<f", 0.25)), 0.25),
    (2, bytes_field(4, struct.pack("<d", 0.1)), 0.1),
    (3, bytes_field(4, struct.pack("<i", -7)), -7),
    (9, bytes_field(4, struct.pack("<q", -7)), -7),
    (10, bytes_field(4, b"\x01"), 1),
    (14, bytes_field(4, b"\xc0\x3f"), 1.5),
    (19, bytes_field(4, b"\x00\x3e"), 1.5),
    (1, b"", 0.0),
]


@pytest.mark.parametrize("shape", [None, (), (1,)])
@pytest.mark.parametrize(("dtype", "content", "number"), NUMBERS)
def test_every_type_of_number(
    event_file: Callable[..., Path], dtype: int, content: bytes, number: float, shape: tuple[int, ...] | None
):
    value = tensor_value("loss", tensor(dtype, content, shape=shape), plugin="scalars")
    log = opened(event_file(record(event(summary(value)))))
    assert log.series("loss").values.tolist() == [number]
    assert log.series("loss").values.dtype == ("float64" if dtype in (2, 3, 9, 22, 23) else "float32")
    assert damage(log) == []


@given(st.lists(records, max_size=6))
def test_every_encoding(written: list[bytes]):
    data = b"".join(written)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "events.out.tfevents.1")
        path.write_bytes(data)
        log = opened(path)
    expected = oracle.read_file(data)
    assert_shows(log, [expected])
    assert log.files()[0].offset == len(data)


@given(st.lists(records, max_size=6), st.data())
def test_growing_piece_by_piece(written: list[bytes], data: st.DataObject):
    whole = b"".join(written)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "events.out.tfevents.1")
        path.touch()
        log = RunLog()
        log.set_files([str(path)])
        for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
            with path.open("ab") as stream:
                stream.write(whole[begin:end])
            log.refresh()
            for info in log.tags():
                log.series(info.tag).snapshot()
    assert_shows(log, [oracle.read_file(whole)])
