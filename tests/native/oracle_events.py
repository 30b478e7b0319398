"""The reference reader of events: protobuf, and what kymo takes from an event, in plain Python."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field


class Malformed(Exception):
    """The bytes are not the message they should be."""


# ---- protobuf -----------------------------------------------------------------------------------


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(10):
        if at + index >= len(data):
            raise Malformed
        byte = data[at + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value & (1 << 64) - 1, at + index + 1
    raise Malformed


def fields(data: bytes, at: int = 0, group: int | None = None) -> Iterator[tuple[int, int, int | bytes, int]]:
    """(number, wire type, value, position of the value); of a group nothing but its end, as the position."""
    while at < len(data):
        tag, at = read_varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if number == 0 or tag >= 1 << 32:
            raise Malformed
        if wire_type == 0:
            value, end = read_varint(data, at)
            yield number, 0, value, at
            at = end
        elif wire_type in (1, 5):
            size = 8 if wire_type == 1 else 4
            if at + size > len(data):
                raise Malformed
            yield number, wire_type, data[at : at + size], at
            at += size
        elif wire_type == 2:
            length, at = read_varint(data, at)
            if at + length > len(data):
                raise Malformed
            yield number, 2, data[at : at + length], at
            at += length
        elif wire_type == 3:
            at = next(position for got, kind, _, position in fields(data, at, number) if kind == 4 and got == number)
            yield number, 3, b"", at
        elif wire_type == 4 and number == group:
            yield number, 4, b"", at
            return
        else:
            raise Malformed
    if group is not None:
        raise Malformed


def signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


# ---- events -------------------------------------------------------------------------------------

_CONTENT = {3, 4, 5, 6, 7, 8, 9}
_MESSAGES = {5, 6, 7, 8}
_GRAPHS = {
    4: (b"__run_graph__", "graph"), 8: (b"__run_metadata__/", "run_metadata"), 9: (b"__meta_graph__", "meta_graph"),
}  # fmt: skip
_VALUE_FIELDS = {2: 5, 3: 2, 4: 2, 5: 2, 6: 2, 8: 2}
_KINDS = {
    "scalars": "scalar", "histograms": "histogram", "images": "image", "audio": "audio", "text": "text",
    "pr_curves": "pr_curve", "hparams": "hparams", "mesh": "mesh", "custom_scalars": "custom_scalars",
    "tensor": "tensor", "graphs": "graph", "graph_run_metadata": "graph", "graph_run_metadata_graph": "graph",
    "graph_keras_model": "graph", "graph_tagged_run_metadata": "graph",
}  # fmt: skip
# dtype -> field of the repeated values, struct format of an element
_DTYPES = {
    1: (5, "f"), 2: (6, "d"), 3: (7, "i"), 4: (7, "B"), 5: (7, "h"), 6: (7, "b"), 9: (10, "q"), 10: (11, "?"),
    14: (13, "bf"), 17: (7, "H"), 19: (13, "e"), 22: (16, "I"), 23: (17, "Q"),
}  # fmt: skip
_SINGLE = set("fBhbHe?") | {"bf"}


@dataclass
class Value:
    raw: bytes  # the tag as it stands in the file
    plugin: str | None
    field: int
    number: float | None
    single: bool
    string: bool
    offset: int
    length: int
    kind: str | None = None  # of what is no Summary.Value

    @property
    def tag(self) -> str:
        return self.raw.decode("utf-8", "replace")


@dataclass
class Event:
    wall_time: float = 0.0
    step: int = 0
    content: int = 0
    values: list[Value] = field(default_factory=list)
    status: int = 0


def decode_event(data: bytes, offset: int = 0) -> Event:
    event = Event()
    parts: list[tuple[bytes, int]] = []
    for number, wire_type, value, at in fields(data):
        if (number, wire_type) == (1, 1):
            (event.wall_time,) = struct.unpack("<d", value)
        elif (number, wire_type) == (2, 0):
            event.step = signed(value, 64)
        elif number in _CONTENT and wire_type == 2:
            if event.content != number or number not in _MESSAGES:
                parts = []
            event.content = number
            parts.append((value, at))
        elif (number, wire_type) == (10, 2):
            list(fields(value))
    if event.content == 5:
        event.values = [value for part, begin in parts for value in decode_summary(part, offset + begin)]
    if event.content == 7:
        event.status = signed([0, *(one for part, _ in parts for one in varints(part, 1))][-1], 32)
    if event.content in _GRAPHS:
        name, kind = _GRAPHS[event.content]
        if event.content == 8:
            tags = [leaf for part, _ in parts for number, wire, leaf, _ in fields(part) if (number, wire) == (1, 2)]
            name += [b"", *tags][-1]
        part, begin = parts[-1]
        event.values = [Value(name, None, event.content, None, True, False, offset + begin, len(part), kind)]
    return event


def decode_summary(data: bytes, offset: int) -> list[Value]:
    return [
        decode_value(value, offset + at)
        for number, wire_type, value, at in fields(data)
        if (number, wire_type) == (1, 2)
    ]


def varints(data: bytes, wanted: int) -> list[int]:
    return [value for number, wire_type, value, _ in fields(data) if (number, wire_type) == (wanted, 0)]


def decode_value(data: bytes, offset: int) -> Value:
    texts = {1: b"", 7: b""}
    plugin: bytes | None = None
    which, number_bytes, tensor = 0, b"", b""
    for number, wire_type, value, _ in fields(data):
        if number in texts and wire_type == 2:
            texts[number] = value
        elif (number, wire_type) == (9, 2):
            plugin = plugin or b""
            for inner, inner_type, content, _ in fields(value):
                if (inner, inner_type) == (1, 2):
                    for leaf, leaf_type, text, _ in fields(content):
                        if (leaf, leaf_type) == (1, 2):
                            plugin = text
        elif number in _VALUE_FIELDS and wire_type == _VALUE_FIELDS[number]:
            if number == 8:
                decode_tensor(value)  # each piece must be a message, also one that a later field replaces
            # Messages in pieces are merged by putting the pieces together.
            tensor = (tensor if which == 8 else b"") + value if number == 8 else b""
            which, number_bytes = number, value
    name = None if plugin is None else plugin.decode("utf-8", "replace")
    value = Value(texts[1] or texts[7], name, which, None, True, False, offset, len(data))
    if which == 2:
        (value.number,) = struct.unpack("<f", number_bytes)
    if which == 8:
        value.number, value.single, value.string = decode_tensor(tensor)
    return value


@dataclass
class Tensor:
    dtype: int = 0
    shape: list[int] = field(default_factory=list)
    unknown_rank: bool = False
    content: bytes = b""
    lists: dict[int, list[int]] = field(
        default_factory=lambda: {number: [] for number in (5, 6, 7, 10, 11, 13, 16, 17)}
    )

    def add_shape(self, data: bytes) -> None:
        for number, wire_type, value, _ in fields(data):
            if (number, wire_type) == (2, 2):
                self.shape.append([0, *varints(value, 1)][-1])
            elif (number, wire_type) == (3, 0):
                self.unknown_rank = value != 0

    def number(self) -> float | None:
        if self.dtype not in _DTYPES or len(self.shape) > 1 or (self.shape and self.shape[0] != 1):
            return None
        number, form = _DTYPES[self.dtype]
        if self.content:
            size = 2 if form == "bf" else struct.calcsize(form)
            return element(form, int.from_bytes(self.content, "little")) if len(self.content) == size else None
        values = self.lists[number]
        if self.unknown_rank and len(values) != 1:
            return None
        first = values[0] if values else 0
        return element("f", first & 0xFFFFFFFF) if number == 13 and first > 0xFFFF else element(form, first)


def decode_tensor(data: bytes) -> tuple[float | None, bool, bool]:
    """The one number (or None), whether float32 holds its type, whether the tensor holds strings."""
    tensor = Tensor()
    for number, wire_type, value, _ in fields(data):
        if (number, wire_type) == (1, 0):
            tensor.dtype = signed(value, 32)
        elif (number, wire_type) == (2, 2):
            tensor.add_shape(value)
        elif (number, wire_type) == (4, 2):
            tensor.content = value
        elif number in tensor.lists:
            tensor.lists[number] += repeated(number, wire_type, value)
    single = tensor.dtype not in _DTYPES or _DTYPES[tensor.dtype][1] in _SINGLE
    return tensor.number(), single, tensor.dtype == 7


def repeated(number: int, wire_type: int, value: int | bytes) -> list[int]:
    """The bits of a repeated field's values, packed or not."""
    size = {5: 4, 6: 8}.get(number)
    if wire_type == 2 and size:
        if len(value) % size:
            raise Malformed
        return [int.from_bytes(value[at : at + size], "little") for at in range(0, len(value), size)]
    if wire_type == 2:
        bits, at = [], 0
        while at < len(value):
            one, at = read_varint(value, at)
            bits.append(one)
        return bits
    if wire_type == {4: 5, 8: 1, None: 0}[size]:
        return [value if isinstance(value, int) else int.from_bytes(value, "little")]
    return []


def element(form: str, bits: int) -> float:
    if form == "?":
        return float(bits != 0)
    if form == "bf":
        return struct.unpack("<f", struct.pack("<I", (bits & 0xFFFF) << 16))[0]
    size = struct.calcsize(form)
    return float(struct.unpack("<" + form, (bits & (1 << 8 * size) - 1).to_bytes(size, "little"))[0])


def kind_of(value: Value) -> str | None:
    if value.plugin in _KINDS:
        return _KINDS[value.plugin]
    if value.field == 8:
        return "text" if value.string else "tensor" if value.number is None else "scalar"
    if value.field == 0:
        return "tensor" if value.plugin else None
    return {2: "scalar", 3: "obsolete_histogram", 4: "image", 5: "histogram", 6: "audio"}[value.field]
