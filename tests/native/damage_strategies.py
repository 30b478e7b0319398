"""Hypothesis strategies: event files, and what can befall their bytes."""

from dataclasses import dataclass
from typing import Any

from event_bytes import bytes_field, event, header, int_field, record, scalar, session, simple, summary
from event_strategies import records
from hypothesis import strategies as st

# Of each byte: its place in the file as it was written; of bytes that were written over it: none.
Origins = list[int | None]


@dataclass
class Damaged:
    """A file's bytes after the damage, and where each byte stood before it."""

    data: bytearray
    origins: Origins

    def splice(self, begin: int, end: int, data: bytes, origins: Origins | None = None) -> None:
        self.data[begin:end] = data
        self.origins[begin:end] = [None] * len(data) if origins is None else origins

    def holds(self, begin: int, end: int) -> bool:
        """Whether the bytes that stood there are in the file, unchanged and together."""
        run = list(range(begin, end))
        starts = [at for at, origin in enumerate(self.origins) if origin == begin]
        return any(self.origins[at : at + len(run)] == run for at in starts)


def is_event_but_not_whole(payload: bytes) -> bytes:
    """A record whose checksums hold over an event with a value that is cut short."""
    return record(event(bytes_field(5, bytes_field(1, payload) + b"\x0a\x7f")))


graphs = st.sampled_from(
    [
        record(event(bytes_field(4, b"graph"), step=1)),
        record(event(bytes_field(9, b"meta graph"), wall_time=2.0)),
        record(event(bytes_field(8, bytes_field(1, "step1") + bytes_field(2, b"details")))),
        record(event(bytes_field(8, bytes_field(1, b"st\xffep")))),
    ]
)
odd_names = st.sampled_from([b"lo\xffss", b"lo\xfess", "lo\ufffdss".encode(), b"\xed\xa0\x80", b"loss"]).map(
    lambda name: record(event(summary(bytes_field(1, name) + simple("x", 1.0)[3:])))
)
plain = st.builds(scalar, st.sampled_from(["loss", "a"]), st.integers(0, 9), st.floats(width=32))
starts = st.builds(session, st.integers(0, 5), st.integers(990, 1010).map(float), st.integers(0, 3))
no_events = st.sampled_from([record(b"\x0f"), record(bytes(3)), is_event_but_not_whole(b"\x0a\x01a"), record(b"")])
files = st.lists(records | plain | plain | starts | graphs | odd_names | no_events, min_size=1, max_size=8)


@st.composite
def damaged(draw: Any, written: list[bytes], *, forge: bool = True) -> Damaged:
    """One to four accidents. `forge`: also whole records with valid checksums around what other records hold."""
    data = b"".join(written)
    file = Damaged(bytearray(data), list(range(len(data))))
    kinds = ["flip", "flip", "cut", "insert", "zero", "tail", "zeros", "double", "swap", "length", *["forge"] * forge]
    for _ in range(draw(st.integers(1, 4))):
        size = len(file.data)
        begin = draw(st.integers(0, size))
        end = min(size, begin + draw(st.integers(1, 60)))
        match draw(st.sampled_from(kinds)):
            case "flip" if begin < size:
                file.splice(begin, begin + 1, bytes([file.data[begin] ^ 1 << draw(st.integers(0, 7))]))
            case "cut":
                file.splice(begin, end, b"")
            case "insert":
                file.splice(begin, begin, draw(st.binary(min_size=1, max_size=40) | st.just(bytes(40))))
            case "zero":
                file.splice(begin, end, bytes(end - begin))
            case "tail":
                file.splice(begin, size, b"")
            case "zeros":
                file.splice(size, size, bytes(draw(st.integers(1, 40))))
            case "double":
                at = draw(st.integers(0, size))
                file.splice(at, at, bytes(file.data[begin:end]), file.origins[begin:end])
            case "swap":
                middle = draw(st.integers(begin, end))
                rest = file.origins[middle:end] + file.origins[begin:middle]
                file.splice(begin, end, bytes(file.data[middle:end] + file.data[begin:middle]), rest)
            case "length":
                length = draw(st.sampled_from([0, 1, 7, 30, 50, 100, 300, 1 << 31, 1 << 40, (1 << 63), (1 << 64) - 1]))
                place = draw(st.sampled_from([begin, *boundaries(written)]))
                file.splice(min(place, size), min(place + draw(st.sampled_from([0, 12])), size), header(length))
            case "forge":
                key = draw(st.sampled_from([b"", bytes_field(50, b"")[:-1]]))
                file.splice(begin, end, record(key + bytes(file.data[begin:end])))
    return file


def boundaries(written: list[bytes]) -> list[int]:
    """Where each record begins, and the end."""
    places = [0]
    for one in written:
        places.append(places[-1] + len(one))
    return places


def marked(step: int, padding: int) -> bytes:
    """A record that can be told from every other by its step."""
    return record(
        event(summary(simple("mark", step / 2)), int_field(60, 0, padding), step=step, wall_time=1000.0 + step)
    )
