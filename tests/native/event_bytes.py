"""Events and records as bytes, encoded by hand: no writer of kymo is involved."""

import struct

from kymo import _core


def crc32c(data: bytes) -> int:
    if len(data) > 1 << 16:
        return _core.crc32c(data)  # megabytes take seconds in Python; test_crc32c.py compares the two
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    return byte


_TABLE = [_entry(byte) for byte in range(256)]


def masked(data: bytes) -> int:
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def header(length: int) -> bytes:
    data = struct.pack("<Q", length)
    return data + struct.pack("<I", masked(data))


def record(payload: bytes) -> bytes:
    return header(len(payload)) + payload + struct.pack("<I", masked(payload))


def varint(value: int, padding: int = 0) -> bytes:
    """A varint, made longer than it must be by `padding` bytes."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    for _ in range(min(padding, 10 - len(out))):
        out[-1] |= 0x80
        out.append(0)
    return bytes(out)


def key(number: int, wire_type: int) -> bytes:
    return varint(number << 3 | wire_type)


def int_field(number: int, value: int, padding: int = 0) -> bytes:
    return key(number, 0) + varint(value, padding)


def double_field(number: int, value: float) -> bytes:
    return key(number, 1) + struct.pack("<d", value)


def float_field(number: int, value: float) -> bytes:
    return key(number, 5) + struct.pack("<f", value)


def bytes_field(number: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return key(number, 2) + varint(len(data)) + data


def event(*content: bytes, step: int = 0, wall_time: float = 1000.0) -> bytes:
    return double_field(1, wall_time) + int_field(2, step) + b"".join(content)


def version(wall_time: float = 1000.0) -> bytes:
    return record(double_field(1, wall_time) + bytes_field(3, "brain.Event:2"))


def summary(*values: bytes) -> bytes:
    return bytes_field(5, b"".join(bytes_field(1, value) for value in values))


def simple(tag: str, value: float) -> bytes:
    return bytes_field(1, tag) + float_field(2, value)


def metadata(plugin: str, **texts: str) -> bytes:
    numbers = {"display_name": 2, "description": 3}
    parts = [bytes_field(1, bytes_field(1, plugin))]
    parts += [bytes_field(numbers[name], text) for name, text in texts.items()]
    return bytes_field(9, b"".join(parts))


def tensor(dtype: int, *content: bytes, shape: tuple[int, ...] | None = ()) -> bytes:
    sizes = b"" if shape is None else bytes_field(2, b"".join(bytes_field(2, int_field(1, size)) for size in shape))
    return int_field(1, dtype) + sizes + b"".join(content)


def tensor_value(tag: str, proto: bytes, plugin: str = "") -> bytes:
    return bytes_field(1, tag) + (metadata(plugin) if plugin else b"") + bytes_field(8, proto)


def scalar(tag: str, step: int, value: float = 0.0, wall_time: float | None = None) -> bytes:
    """A record of one number; its time is its step unless another is given."""
    return record(
        event(summary(simple(tag, value)), step=step, wall_time=1000.0 + step if wall_time is None else wall_time)
    )


def session(step: int, wall_time: float, status: int = 1) -> bytes:
    return record(event(bytes_field(7, int_field(1, status)), step=step, wall_time=wall_time))
