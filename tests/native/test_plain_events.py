"""The short way for plain events takes what the long way would: nothing near a plain event is mistaken for one."""

import tempfile
from pathlib import Path

import oracle
import pytest
from comparison import assert_shows, opened
from event_bytes import double_field, event, int_field, record, scalar, simple, summary, tensor, tensor_value, version
from hypothesis import example, given
from hypothesis import strategies as st

from kymo._core import RunLog

# 0x15 is the key before a number; one of these tags begins another.
TAGS = ["loss", "a", "train/accuracy", "validation/loss/of/the/second/head", "x" * 130, "\x15" * 9, "\x15" * 4]
BEFORE = b"".join([version(), *(scalar(tag, step) for step in (1, 2) for tag in TAGS)])
PLAIN = event(summary(simple(TAGS[2], 0.5), simple(TAGS[3], 1.5), simple(TAGS[5], 2.5)), step=70_000, wall_time=2000.0)


def shows_what_is_there(content: bytes) -> RunLog:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "events.out.tfevents.1"
        path.write_bytes(content)
        log = opened(path)
        file = oracle.read_file(content)
        assert_shows(log, [file])
        return log


@given(st.integers(0, len(PLAIN) - 1), st.integers(1, 255))
def test_any_byte_of_the_event_changed(at: int, flip: int):
    payload = bytearray(PLAIN)
    payload[at] ^= flip
    shows_what_is_there(BEFORE + record(bytes(payload)) + scalar("loss", 80_000))


@pytest.mark.parametrize("length", [*range(9), 10, 13, 14, 127])
def test_a_tag_of_another_length(length: int):
    tag = b"\x0a\x09" + b"\x15" * 9
    assert PLAIN.count(tag) == 1
    payload = PLAIN.replace(tag, b"\x0a" + bytes([length]) + b"\x15" * 9)
    shows_what_is_there(BEFORE + record(payload) + scalar("loss", 80_000))


@given(st.integers(0, len(record(PLAIN)) - 1), st.integers(1, 255))
def test_any_byte_of_the_record_damaged(at: int, flip: int):
    data = bytearray(record(PLAIN))
    data[at] ^= flip
    shows_what_is_there(BEFORE + bytes(data) + scalar("loss", 80_000))


@given(st.lists(st.tuples(st.sampled_from([*TAGS, "new"]), st.floats(width=32)), max_size=70), st.integers(-2, 1 << 40))
@example([("loss", 0.0)] * 32, 0)
@example([("loss", 0.0)] * 33, 0)
@example([], 0)
def test_any_number_of_values(values: list[tuple[str, float]], step: int):
    payload = event(summary(*(simple(tag, value) for tag, value in values)), step=step)
    shows_what_is_there(BEFORE + record(payload) + scalar("loss", 5))


@pytest.mark.parametrize("wall_time", [float("nan"), float("inf"), -float("inf"), -0.0, 0.0])
def test_odd_times(wall_time: float):
    shows_what_is_there(BEFORE + scalar("loss", 3, wall_time=wall_time) + scalar("loss", 4))


def test_a_step_left_out():
    shows_what_is_there(BEFORE + record(double_field(1, 1.0) + summary(simple("loss", 1.0))) + scalar("loss", 4))


def test_numbers_that_need_more_bits_among_plain_ones():
    double = record(event(summary(tensor_value("loss", tensor(2, b"\x31" + bytes(8)), "scalars")), step=3))
    shows_what_is_there(BEFORE + double + b"".join(scalar("loss", step) for step in range(4, 200)))


def test_a_plain_number_under_a_tag_of_another_kind():
    text = record(event(summary(tensor_value("note", tensor(7), "text")), step=1))
    shows_what_is_there(BEFORE + text + b"".join(scalar(tag, 3) for tag in ("loss", "note", "loss", "note")))


def test_more_fields_behind_the_summary():
    shows_what_is_there(BEFORE + record(PLAIN + int_field(2, 9)) + scalar("loss", 4))


@given(st.integers(1, 400))
def test_read_in_slices(slice_bytes: int):
    content = BEFORE + b"".join(scalar(TAGS[step % 7], step) for step in range(3, 60))
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "events.out.tfevents.1"
        path.write_bytes(content)
        log = RunLog()
        log.set_files([str(path)])
        slices = [log.refresh(slice_bytes)]
        while slices[-1].more:
            slices.append(log.refresh(slice_bytes))
        longest = max(len(scalar(tag, 1)) for tag in TAGS)
        assert all(slice_bytes <= one.bytes < slice_bytes + longest for one in slices[:-1])
        assert_shows(log, [oracle.read_file(content)])


def test_tags_that_end_early_and_begin_late():
    early = b"".join(scalar("a", step) for step in range(600))
    late = b"".join(scalar("b", step) for step in range(3000))
    log = shows_what_is_there(version() + early + late)
    assert (len(log.series("a")), len(log.series("b"))) == (600, 3000)
