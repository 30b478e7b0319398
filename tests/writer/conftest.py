"""Reading back what was written, independently of kymo's own reader."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c


def split_records(data: bytes) -> list[bytes]:
    """The records of a file, each of which must be whole and its checksums right."""
    records, at = [], 0
    while at != len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        assert at + length + 16 <= len(data), "torn record"
        payload = data[at + 12 : at + 12 + length]
        assert struct.unpack_from("<I", data, at + 8)[0] == masked_crc32c(data[at : at + 8])
        assert struct.unpack_from("<I", data, at + 12 + length)[0] == masked_crc32c(payload)
        records.append(payload)
        at += length + 16
    return records


@pytest.fixture(scope="session")
def read_records() -> Callable[[Path], list[bytes]]:
    """The events of a directory's only event file, encoded."""

    def read(directory: Path) -> list[bytes]:
        (path,) = directory.glob("events.out.tfevents.*")
        return split_records(path.read_bytes())

    return read


@pytest.fixture(scope="session")
def read_events(read_records: Callable[[Path], list[bytes]]) -> Callable[[Path], list[Event]]:
    """The same, decoded, without the first, which must be the file's version."""

    def read(directory: Path) -> list[Event]:
        first, *events = (Event.FromString(record) for record in read_records(directory))
        assert first.file_version == "brain.Event:2"
        return events

    return read


@pytest.fixture(scope="session")
def split_whole() -> Callable[[bytes], list[bytes]]:
    """`split_records`: the records of a file that must be whole."""
    return split_records
