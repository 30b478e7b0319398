"""The reference reader against protobuf itself, so that what the scanner is compared with is right."""

import math
import struct

import oracle_events
from event_bytes import crc32c, masked
from event_strategies import events
from hypothesis import given
from tensorboard.compat.proto.event_pb2 import Event


def test_checksum_vectors():
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert masked(b"\x1a\x11CRC test, one two") == 0x5794D08A


@given(events)
def test_agrees_with_protobuf(data: bytes):
    theirs = Event.FromString(data)
    ours = oracle_events.decode_event(data)
    assert struct.pack("<d", ours.wall_time) == struct.pack("<d", theirs.wall_time) or math.isnan(ours.wall_time)
    assert ours.step == theirs.step
    assert [value.tag for value in ours.values] == [value.tag or value.node_name for value in theirs.summary.value]
    for mine, other in zip(ours.values, theirs.summary.value, strict=True):
        which = other.WhichOneof("value")
        assert (mine.field == 2) == (which == "simple_value")
        assert (mine.field == 8) == (which == "tensor")
        if which == "simple_value":
            assert mine.number == other.simple_value or math.isnan(mine.number)
        if which == "tensor" and other.tensor.dtype == 1 and mine.number is not None and other.tensor.float_val:
            expected = other.tensor.float_val[0]
            assert other.tensor.tensor_content or mine.number == expected or math.isnan(expected)
        assert (mine.plugin or "") == other.metadata.plugin_data.plugin_name
