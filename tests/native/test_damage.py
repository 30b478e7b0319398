"""Damage at scale and moment by moment; what each rule says of a small file is held by tests/corpus."""

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from comparison import damage, opened
from event_bytes import (
    bytes_field,
    double_field,
    event,
    header,
    int_field,
    key,
    masked,
    record,
    scalar,
    simple,
    summary,
    tensor,
    tensor_value,
    version,
)

from kymo._core import RunLog

Write = Callable[..., Path]
RECORDS = [scalar("loss", step, step / 10) for step in range(10)]
SIZE = len(RECORDS[0])


def steps(log: RunLog, tag: str = "loss") -> list[int]:
    return log.series(tag).steps.tolist()


def flipped(data: bytes, at: int) -> bytes:
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def test_a_torn_tail_is_waited_for_byte_by_byte(event_file: Write):
    whole = b"".join(RECORDS[:3])
    path = event_file(b"")
    log = opened(path)
    for end in range(len(whole)):
        with path.open("ab") as stream:
            stream.write(whole[end : end + 1])
        log.refresh()
        assert log.points == (end + 1) // SIZE
    assert damage(log) == []


@pytest.mark.parametrize("kept", [0, 5, 11, 12, 30, SIZE - 4, SIZE - 3, SIZE - 1])
def test_a_zero_filled_tail_is_waited_for_and_read_when_overwritten(event_file: Write, kept: int):
    path = event_file(*RECORDS[:2], RECORDS[2][:kept], bytes(SIZE - kept), bytes(5000))
    log = opened(path)
    assert steps(log) == [0, 1]
    assert damage(log) == []
    status = path.stat()
    with path.open("r+b") as stream:
        stream.seek(2 * SIZE)
        stream.write(b"".join(RECORDS[2:5]))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    log.refresh()
    assert steps(log) == [0, 1, 2, 3, 4]
    assert damage(log) == []


def test_after_damage_a_growing_file_reads_as_a_whole_one(event_file: Write):
    inner = record(b"")
    no_event = record(b"\xff" * 8 + inner)  # a whole record, and one that is an event within it
    data = RECORDS[0] + flipped(RECORDS[1], 20) + no_event + RECORDS[2]
    whole = opened(event_file(data, name="events.out.tfevents.whole"))
    path = event_file(b"", name="events.out.tfevents.growing")
    growing = opened(path)
    for end in range(1, len(data) + 1):
        path.write_bytes(data[:end])
        growing.refresh()
    assert damage(growing) == damage(whole)
    assert damage(whole)[0] == (SIZE, "K102")
    assert growing.files()[0].events == whole.files()[0].events == 3


def test_wall_times_that_are_no_numbers_are_kept_and_told_once(event_file: Write):
    odd = [scalar("loss", step, wall_time=time) for step, time in enumerate([1.0, float("nan"), float("inf"), 2.0])]
    log = opened(event_file(*odd))
    assert steps(log) == [0, 1, 2, 3]
    assert damage(log) == [(len(odd[0]) + 12, "K202")]
    assert (log.first_wall_time, log.last_wall_time) == (1.0, 2.0)


def test_unending_groups_and_depths_are_refused(event_file: Write):
    deep = key(50, 3) * 5000 + key(50, 4) * 5000
    log = opened(event_file(record(event(deep)), record(event(key(50, 3))), record(event(key(50, 4))), RECORDS[0]))
    assert steps(log) == [0]
    assert [rule for _, rule in damage(log)] == ["K201"] * 3


def test_long_records_are_read_without_being_held(event_file: Write):
    pixels = os.urandom(9 << 20)
    image = bytes_field(1, "picture") + bytes_field(4, int_field(1, 3) + bytes_field(4, pixels))
    content = tensor(1, bytes_field(4, bytes(6 << 20)), shape=(6 << 18,))
    graph = bytes(5 << 20)
    path = event_file(
        version(),
        RECORDS[0],
        record(event(summary(simple("loss", 0.5), image, simple("after", 2.0)), step=1)),
        record(event(summary(tensor_value("weights", content, plugin="tensor")), step=2)),
        record(event(bytes_field(4, graph), step=3)),
        record(event(bytes_field(5, bytes(5 << 20)), step=3)),
        RECORDS[2],
    )
    log = opened(path)
    assert {info.tag: info.kind for info in log.tags()} == {
        "loss": "scalar", "picture": "image", "after": "scalar", "weights": "tensor", "__run_graph__": "graph",
    }  # fmt: skip
    assert steps(log) == [0, 1, 2]
    assert [rule for _, rule in damage(log)] == ["K201"]
    data = path.read_bytes()
    for tag, message in {
        "picture": image,
        "weights": tensor_value("weights", content, "tensor"),
        "__run_graph__": graph,
    }.items():
        (begin,), (length,) = log.payloads(tag).offsets, log.payloads(tag).lengths
        assert data[begin : begin + length] == message


def test_a_long_record_is_what_its_short_form_would_be(event_file: Write):
    long = bytes(5 << 20)
    described = bytes_field(9, bytes_field(1, bytes_field(1, "hparams") + bytes_field(2, long)) + bytes_field(3, long))
    odd = tensor(1, bytes_field(4, long))  # a shape of one number, and more bytes than one
    many = tensor(3, bytes_field(7, b"\x05" * len(long)))
    log = opened(
        event_file(
            record(event(summary(bytes_field(1, "config") + described))),
            record(event(summary(tensor_value("odd", odd)))),
            record(event(summary(tensor_value("many", many)))),
            record(event(bytes_field(8, bytes_field(1, "trace") + bytes_field(2, long)))),
        )
    )
    kinds = {info.tag: info.kind for info in log.tags()}
    assert kinds == {
        "config": "hparams", "odd": "tensor", "many": "scalar", "__run_metadata__/trace": "run_metadata",
    }  # fmt: skip
    assert log.series("many").values.tolist() == [5.0]
    assert damage(log) == []


def test_a_long_damaged_record(event_file: Write):
    image = record(event(summary(bytes_field(1, "picture") + bytes_field(4, os.urandom(9 << 20)))))
    log = opened(event_file(RECORDS[0], flipped(image, 5 << 20), RECORDS[1]))
    assert steps(log) == [0, 1]
    assert damage(log) == [(SIZE, "K102")]


BLOCK = 256 << 10  # what the reader holds at once


@pytest.mark.parametrize(("filler", "rule"), [(b"\x01", "K101"), (b"\0", "K104")])
def test_damage_of_every_length_around_that_of_a_block(event_file: Write, filler: bytes, rule: str):
    for size in [*range(BLOCK - SIZE - 70, BLOCK + 2), *range(2 * BLOCK - SIZE - 14, 2 * BLOCK - SIZE + 2)]:
        path = event_file(RECORDS[0], filler * size, *RECORDS[1:3])
        log = opened(path)
        assert steps(log) == [0, 1, 2], size
        assert damage(log) == [(SIZE, rule)], size


def test_a_tail_of_zeros_of_every_length_around_that_of_a_block(event_file: Write):
    for size in range(BLOCK - SIZE - 14, BLOCK + 15):
        path = event_file(RECORDS[0], bytes(size))
        log = opened(path)
        with path.open("r+b") as stream:
            stream.seek(SIZE)
            stream.write(RECORDS[1])
        log.refresh()
        assert (steps(log), damage(log)) == ([0, 1], []), size


@pytest.mark.parametrize("size", [(4 << 20) - 40, (4 << 20) - 4, (4 << 20) - 3, 4 << 20, (4 << 20) + 1])
def test_records_of_the_length_from_which_they_are_not_held(event_file: Write, size: int):
    value = bytes_field(1, "picture") + bytes_field(4, bytes_field(4, bytes(size - 60)))
    padding = size - len(event(summary(value))) - 3
    whole = record(event(summary(value), bytes_field(60, bytes(padding))))
    assert len(whole) == size + 16
    log = opened(event_file(RECORDS[0], whole, flipped(whole, -9), whole, RECORDS[1]))
    assert steps(log) == [0, 1]
    assert len(log.payloads("picture")) == 2
    assert damage(log) == [(SIZE + len(whole), "K102")]


def test_a_long_record_that_is_no_event_belongs_to_the_damage_before_it(event_file: Write):
    long = record(event(bytes_field(4, bytes(5 << 20)) + b"\x0f"))
    log = opened(event_file(RECORDS[0], flipped(RECORDS[1], 20), long, RECORDS[2]))
    assert steps(log) == [0, 2]
    assert damage(log) == [(SIZE, "K102")]


def memory_grown(path: Path, points: int, *rules: str) -> int:
    """Bytes that reading the file adds to a process at its peak."""
    program = """
import resource, sys
from kymo._core import RunLog
log = RunLog()
log.set_files(sys.argv[1:2])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
log.refresh()
assert log.points == int(sys.argv[2])
assert {one.rule for one in log.damage()} == set(sys.argv[3:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    command = [sys.executable, "-c", program, str(path), str(points), *rules]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) << 10


def test_a_declared_length_costs_no_memory(event_file: Write):
    path = event_file(RECORDS[0], header(900 << 20))
    with path.open("r+b") as stream:
        stream.truncate(1 << 30)
    assert memory_grown(path, 1) < 32 << 20


def test_very_many_values_in_one_event_cost_no_memory(event_file: Write):
    path = event_file(RECORDS[0], record(event(bytes_field(5, bytes_field(1, b"") * 1_000_000))), RECORDS[1])
    assert memory_grown(path, 2, "K303") < 32 << 20


def test_the_masks_of_the_tests_are_those_of_the_format():
    payload = double_field(1, 1599759586.0) + bytes_field(3, "brain.Event:2")
    assert struct.pack("<I", masked(payload)) == bytes.fromhex("124b36ab")
    assert header(24)[8:] == bytes.fromhex("a37f4b22")
