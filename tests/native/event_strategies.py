"""Hypothesis strategies: events in every way that protobuf allows to write them."""

import struct
from typing import Any

from event_bytes import bytes_field, double_field, float_field, int_field, key, record, varint
from hypothesis import strategies as st

TAGS = st.sampled_from(["loss", "train/loss", "accuracy", "", "ünïcode/标签"])
STEPS = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(0, 9)
TIMES = st.floats() | st.integers(0, 9).map(float)
# dtype -> number of its repeated field, bytes of an element in tensor_content
DTYPES = {
    1: (5, 4), 2: (6, 8), 3: (7, 4), 4: (7, 1), 5: (7, 2), 6: (7, 1), 9: (10, 8), 10: (11, 1), 14: (13, 2),
    17: (7, 2), 19: (13, 2), 22: (16, 4), 23: (17, 8), 7: (8, 1), 8: (9, 8), 0: (5, 4),
}  # fmt: skip


@st.composite
def unknown_fields(draw: Any) -> bytes:
    number = draw(st.integers(40, (1 << 29) - 1))
    wire_type = draw(st.sampled_from([0, 1, 2, 3, 5]))
    if wire_type == 3:
        inner = b"".join(draw(st.lists(unknown_fields(), max_size=2)))
        return key(number, 3) + inner + key(number, 4)
    if wire_type == 0:
        return key(number, 0) + varint(draw(st.integers(0, (1 << 64) - 1)), draw(st.integers(0, 9)))
    if wire_type == 2:
        return bytes_field(number, draw(st.binary(max_size=20)))
    size = 8 if wire_type == 1 else 4
    return key(number, wire_type) + draw(st.binary(min_size=size, max_size=size))


# Known numbers with a wire type that is not theirs: to protobuf these are unknown fields too.
odd_fields = st.sampled_from(
    [int_field(1, 3), int_field(5, 3), float_field(1, 2.0), double_field(2, 1.0), int_field(9, 1)]
)


@st.composite
def messages(draw: Any, parts: st.SearchStrategy[list[bytes]]) -> bytes:
    """The fields in any order, with fields among them that nobody knows."""
    fields = draw(parts) + draw(st.lists(unknown_fields(), max_size=2))
    return b"".join(draw(st.permutations(fields)))


@st.composite
def numbers(draw: Any, field: int) -> list[bytes]:
    """A repeated numeric field: packed, unpacked, or some of both."""
    out = []
    for _ in range(draw(st.integers(0, 2))):
        size = {5: 4, 6: 8}.get(field)
        element = st.binary(min_size=size, max_size=size) if size else st.integers(0, (1 << 64) - 1).map(varint)
        elements = draw(st.lists(element, max_size=2))
        if draw(st.booleans()):
            out.append(bytes_field(field, b"".join(elements)))
        else:
            out += [key(field, {None: 0, 4: 5, 8: 1}[size]) + one for one in elements]
    return out


@st.composite
def tensors(draw: Any) -> list[bytes]:
    dtype = draw(st.sampled_from(sorted(DTYPES)))
    field, size = DTYPES[dtype]
    parts = [int_field(1, dtype, draw(st.integers(0, 3)))]
    shapes = [[], [b""], [bytes_field(2, int_field(1, 1))], [int_field(3, 1)], [bytes_field(2, int_field(1, 2))]]
    parts += [bytes_field(2, shape) for shape in draw(st.sampled_from([*shapes, [shapes[2][0] * 2]]))]
    if field in (8, 9):
        parts.append(bytes_field(field, draw(st.binary(max_size=4)) if field == 8 else bytes(8)))
    elif draw(st.booleans()):
        parts.append(bytes_field(4, draw(st.binary(min_size=size, max_size=size) | st.binary(max_size=9))))
    else:
        parts += draw(numbers(field))
    if draw(st.booleans()):
        parts += draw(numbers(draw(st.sampled_from([5, 6, 7, 10, 11, 13, 16, 17]))))
    return parts


@st.composite
def values(draw: Any) -> list[bytes]:
    parts = [bytes_field(draw(st.sampled_from([1, 1, 1, 7])), draw(TAGS)) for _ in range(draw(st.integers(0, 2)))]
    for _ in range(draw(st.integers(0, 2))):
        match draw(st.sampled_from(["simple", "simple", "tensor", "tensor", "bytes"])):
            case "simple":
                parts.append(float_field(2, draw(st.floats(width=32))))
            case "tensor":
                parts.append(bytes_field(8, draw(messages(tensors()))))
            case "bytes":
                # The histogram's min; the others take any message of unknown fields.
                parts.append(bytes_field(draw(st.sampled_from([4, 5, 6])), draw(unknown_fields())))
    if draw(st.integers(0, 5)) == 0:
        parts.append(draw(odd_fields.filter(lambda field: field[0] & 7 != 5)))
    if draw(st.booleans()):
        plugin = draw(st.sampled_from(["scalars", "histograms", "text", "mine", ""]))
        inner = [bytes_field(1, draw(messages(st.just([bytes_field(1, plugin), bytes_field(2, b"content")]))))]
        inner.append(bytes_field(draw(st.sampled_from([2, 3])), "words"))
        parts.append(bytes_field(9, draw(messages(st.just(inner)))))
    return parts


@st.composite
def event_parts(draw: Any) -> list[bytes]:
    parts = [double_field(1, draw(TIMES)) for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2])))]
    parts += [int_field(2, draw(STEPS)) for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2])))]
    entries = messages(values()).map(lambda value: bytes_field(1, value)) | odd_fields
    summaries = messages(st.lists(entries, max_size=3))
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
        parts.append(bytes_field(5, draw(summaries)))
    other = draw(st.sampled_from(["", "", "", "version", "session", "log", "writer", "odd"]))
    if other == "version":
        parts.append(bytes_field(3, "brain.Event:2"))
    elif other == "session":
        parts.append(bytes_field(7, draw(messages(st.just([int_field(1, draw(st.integers(0, 3)))])))))
    elif other == "log":
        parts.append(bytes_field(6, int_field(1, 1)))
    elif other == "writer":
        parts.append(bytes_field(10, draw(messages(st.just([bytes_field(1, "someone")])))))
    elif other == "odd":
        # A known number with another wire type is an unknown field.
        parts.append(key(2, 1) + struct.pack("<q", 7))
    return parts


events = messages(event_parts())
records = events.map(record)
