"""A damaged record loses only itself; an unfinished tail is waited for."""

import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import oracle
import pytest
from comparison import assert_shows, damage, opened
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
from event_strategies import records
from hypothesis import given
from hypothesis import strategies as st

from kymo._core import RunLog

Write = Callable[..., Path]
RECORDS = [scalar("loss", step, step / 10) for step in range(10)]
SIZE = len(RECORDS[0])


def steps(log: RunLog, tag: str = "loss") -> list[int]:
    return log.series(tag).steps.tolist()


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize(("at", "rule"), [(0, "K101"), (9, "K101"), (20, "K102"), (SIZE - 1, "K102")])
def test_one_damaged_record(event_file: Write, at: int, rule: str):
    log = opened(event_file(*RECORDS[:4], flipped(RECORDS[4], at), *RECORDS[5:]))
    assert steps(log) == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert damage(log) == [(4 * SIZE, rule)]
    assert log.damage()[0].cause.endswith(".")
    assert log.files()[0].damage == 1


def test_damage_in_the_last_record_is_told_at_once_and_what_follows_is_read(event_file: Write):
    path = event_file(*RECORDS[:2], flipped(RECORDS[2], 20))
    log = opened(path)
    assert damage(log) == [(2 * SIZE, "K102")]
    with path.open("ab") as stream:
        stream.write(RECORDS[3])
    log.refresh()
    assert steps(log) == [0, 1, 3]
    assert damage(log) == [(2 * SIZE, "K102")]


def test_a_record_that_is_not_an_event(event_file: Write):
    log = opened(event_file(RECORDS[0], record(b"\x0f not protobuf"), RECORDS[1]))
    assert steps(log) == [0, 1]
    assert damage(log) == [(SIZE, "K201")]


def test_no_part_of_a_malformed_event_counts(event_file: Write):
    broken = record(event(summary(simple("loss", 1.0), bytes_field(1, "other") + b"\x42\x05ab"), step=77))
    log = opened(event_file(RECORDS[0], broken, RECORDS[1]))
    assert [info.tag for info in log.tags()] == ["loss"]
    assert steps(log) == [0, 1]


@pytest.mark.parametrize("length", [1 << 40, (1 << 64) - 1, (1 << 64) - 16, SIZE * 100])
def test_a_forged_length_with_a_valid_checksum(event_file: Write, length: int):
    path = event_file(*RECORDS[:2], header(length))
    log = opened(path)
    assert steps(log) == [0, 1]
    assert damage(log) == []
    with path.open("ab") as stream:
        stream.write(b"".join(RECORDS[2:4]))
    log.refresh()
    assert steps(log) == [0, 1, 2, 3]
    assert damage(log) == [(2 * SIZE, "K103")]


def test_a_record_cut_short_and_written_over_by_a_second_writer(event_file: Write):
    log = opened(event_file(RECORDS[0], RECORDS[1][:25], *RECORDS[2:]))
    assert steps(log) == [0, *range(2, 10)]
    assert [at for at, _ in damage(log)] == [SIZE]


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


def test_a_hole_of_zeros_is_damage_once_records_follow(event_file: Write):
    path = event_file(*RECORDS[:2], bytes(100))
    log = opened(path)
    assert damage(log) == []
    with path.open("ab") as stream:
        stream.write(b"".join(RECORDS[5:]))
    log.refresh()
    assert steps(log) == [0, 1, 5, 6, 7, 8, 9]
    assert damage(log) == [(2 * SIZE, "K104")]


def test_garbage_only(event_file: Write):
    path = event_file(b"this is no event file at all, whatever its name says")
    log = opened(path)
    assert damage(log) == [(0, "K101")]
    with path.open("ab") as stream:
        stream.write(RECORDS[0])
    log.refresh()
    assert steps(log) == [0]


def test_an_empty_file_and_empty_records(event_file: Write):
    path = event_file(b"")
    log = opened(path)
    assert (log.tags(), damage(log), log.files()[0].size) == ([], [], 0)
    with path.open("ab") as stream:
        stream.write(record(b"") + RECORDS[0])
    log.refresh()
    assert steps(log) == [0]
    assert log.files()[0].events == 2


def test_damage_kept_is_bounded_and_all_of_it_counted(event_file: Write):
    log = opened(event_file(*[RECORDS[0], flipped(RECORDS[1], 20)] * 250, RECORDS[2]))
    assert len(log.damage()) == 100
    assert log.files()[0].damage == 250
    assert log.points == 251


def test_wall_times_that_are_no_numbers_are_kept_and_told_once(event_file: Write):
    odd = [scalar("loss", step, wall_time=time) for step, time in enumerate([1.0, float("nan"), float("inf"), 2.0])]
    log = opened(event_file(*odd))
    assert steps(log) == [0, 1, 2, 3]
    assert damage(log) == [(len(odd[0]) + 12, "K202")]
    assert (log.first_wall_time, log.last_wall_time) == (1.0, 2.0)


def test_a_tag_that_is_not_utf8(event_file: Write):
    value = bytes_field(1, b"lo\xffss") + b"\x15" + struct.pack("<f", 1.0)
    log = opened(event_file(record(event(summary(value))), record(event(summary(value)))))
    assert log.series("lo\ufffdss").values.tolist() == [1.0, 1.0]
    assert [rule for _, rule in damage(log)] == ["K203"]


def test_a_scalar_tag_whose_value_is_no_number(event_file: Write):
    image = bytes_field(1, "loss") + bytes_field(4, int_field(1, 3))
    log = opened(event_file(RECORDS[0], record(event(summary(image))), RECORDS[1]))
    assert steps(log) == [0, 1]
    assert len(log.payloads("loss")) == 1
    assert [rule for _, rule in damage(log)] == ["K301"]


def test_a_number_among_images(event_file: Write):
    image = bytes_field(1, "loss") + bytes_field(4, int_field(1, 3))
    log = opened(event_file(record(event(summary(image))), RECORDS[0], RECORDS[1]))
    assert log.tags()[0].kind == "image"
    assert len(log.payloads("loss")) == 3
    assert [rule for _, rule in damage(log)] == ["K302"]


def test_a_value_that_says_nothing(event_file: Write):
    log = opened(event_file(record(event(summary(bytes_field(1, "loss")))), RECORDS[0]))
    assert steps(log) == [0]
    assert [rule for _, rule in damage(log)] == ["K303"]


@pytest.mark.parametrize(
    "content",
    [
        tensor(1, bytes_field(4, bytes(3))),
        tensor(8, bytes_field(9, bytes(8))),
        tensor(1, bytes_field(4, bytes(8)), shape=(2,)),
        tensor(1, bytes_field(4, bytes(4)), shape=(1, 1)),
        tensor(0, bytes_field(5, bytes(4))),
    ],
)
def test_tensors_that_are_no_scalars(event_file: Write, content: bytes):
    log = opened(event_file(record(event(summary(tensor_value("loss", content, plugin="scalars"))))))
    assert [rule for _, rule in damage(log)] == ["K301"]
    assert log.points == 0


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


def test_a_declared_length_costs_no_memory(event_file: Write):
    path = event_file(RECORDS[0], header(900 << 20))
    with path.open("r+b") as stream:
        stream.truncate(1 << 30)
    program = """
import resource, sys
from kymo._core import RunLog
log = RunLog()
log.set_files(sys.argv[1:])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
log.refresh()
assert log.points == 1 and log.damage() == []
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    grown = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert int(grown.stdout) < 32 << 10


@given(st.lists(records, min_size=1, max_size=6), st.data())
def test_anything_done_to_a_file(written: list[bytes], data: st.DataObject):
    whole = bytearray(b"".join(written))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole)))
        match data.draw(st.sampled_from(["flip", "cut", "insert", "zero"])):
            case "flip" if at < len(whole):
                whole[at] ^= data.draw(st.integers(1, 255))
            case "cut":
                del whole[at : at + data.draw(st.integers(1, 40))]
            case "insert":
                whole[at:at] = data.draw(
                    st.binary(min_size=1, max_size=40) | st.just(header(1 << 40)) | st.just(bytes(40))
                )
            case "zero":
                size = len(whole[at : at + 30])
                whole[at : at + size] = bytes(size)
    expected = oracle.read_file(bytes(whole))
    cut = data.draw(st.integers(0, len(whole)))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "events.out.tfevents.1")
        path.write_bytes(whole)
        at_once = opened(path)
        path.write_bytes(whole[:cut])
        growing = opened(path)
        with path.open("ab") as stream:
            stream.write(whole[cut:])
        growing.refresh()
    assert_shows(at_once, [expected])
    assert [
        entry for entry in damage(at_once) if entry[1][:2] in ("K1", "K2") and entry[1] not in ("K202", "K203")
    ] == [entry for entry in expected.damage if entry[1] != "K303"]
    assert_shows(growing, [expected])


def test_the_masks_of_the_tests_are_those_of_the_format():
    payload = double_field(1, 1599759586.0) + bytes_field(3, "brain.Event:2")
    assert struct.pack("<I", masked(payload)) == bytes.fromhex("124b36ab")
    assert header(24)[8:] == bytes.fromhex("a37f4b22")
