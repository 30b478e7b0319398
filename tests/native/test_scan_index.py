"""A scan that is kept and gone on with shows what a scan of the whole file shows; a bad index costs time, no points."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import oracle
import pytest
from comparison import assert_shows, damage, opened
from event_bytes import bytes_field, event, record, scalar, session, simple, summary, version
from event_strategies import records
from hypothesis import given
from hypothesis import strategies as st

from kymo._core import RunLog

Write = Callable[..., Path]

# A file must be worth an index; an unknown field is as good as a hundred thousand events.
BULK = record(event(bytes_field(99, bytes(200_000))))


def start(path: Path, index: Path) -> tuple[RunLog, int]:
    """A log of the file as a program that starts reads it, and how many bytes of the file that took."""
    log = RunLog()
    log.set_files([str(path)], [str(index)])
    return log, log.refresh().bytes


def keep(path: Path, index: Path) -> None:
    log, _ = start(path, index)
    saved = log.save_indexes()
    assert (saved.files, saved.error) == (1, "")
    assert saved.bytes == index.stat().st_size


def assert_same(log: RunLog, path: Path) -> None:
    """The log shows what a reader that knows no index shows."""
    assert_shows(log, [oracle.read_file(path.read_bytes())])
    other = opened(path)
    assert damage(log) == damage(other)
    assert [(tag.tag, tag.kind, tag.plugin, tag.description, tag.content, tag.count) for tag in log.tags()] == [
        (tag.tag, tag.kind, tag.plugin, tag.description, tag.content, tag.count) for tag in other.tags()
    ]
    # A time that is NaN is the same one here.
    assert [(at.status, at.step, repr(at.wall_time)) for at in log.sessions()] == [
        (at.status, at.step, repr(at.wall_time)) for at in other.sessions()
    ]
    (file,), (wanted,) = log.files(), other.files()
    for name in ("size", "offset", "events", "damage", "writer", "first_wall_time", "last_wall_time"):
        assert getattr(file, name) == getattr(wanted, name), name


def some_records() -> list[bytes]:
    described = bytes_field(9, bytes_field(1, bytes_field(1, "scalars") + bytes_field(2, b"content")))
    return [
        version(),
        BULK,
        record(event(bytes_field(10, bytes_field(1, "someone")))),
        record(event(summary(simple("loss", 1.0) + described), step=1)),
        *[scalar("loss", step, float(step)) for step in range(2, 9)],
        session(5, 1009.0),
        scalar("loss", 5, 0.5),
        record(event(summary(bytes_field(1, "image") + bytes_field(4, b"")), step=3)),
        record(event(summary(simple("image", 1.0)), step=4)),
        scalar("accuracy", 1, 0.5),
    ]


def test_an_unchanged_file_is_not_read(event_file: Write, tmp_path: Path):
    path, index = event_file(*some_records()), tmp_path / "index"
    keep(path, index)
    wanted = opened(path)
    status, size = path.stat(), path.stat().st_size
    with path.open("r+b") as stream:  # the very same file, as far as its status tells
        stream.write(bytes(size))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    log, read = start(path, index)
    assert read == 0
    assert log.series("loss").steps.tolist() == wanted.series("loss").steps.tolist()
    assert log.series("loss").superseded.tolist() == wanted.series("loss").superseded.tolist()
    assert damage(log) == damage(wanted) != []


def test_of_a_grown_file_only_what_is_new_is_read(event_file: Write, tmp_path: Path):
    path, index = event_file(*some_records()), tmp_path / "index"
    keep(path, index)
    more = scalar("loss", 10, 1e30) + scalar("other", 1, 1.0)
    with path.open("ab") as stream:
        stream.write(more)
    log, read = start(path, index)
    assert read == len(more)
    assert_same(log, path)


def test_a_log_goes_on_from_an_index_again_and_again(event_file: Write, tmp_path: Path):
    path, index = event_file(version(), BULK), tmp_path / "index"
    for count in range(4):
        keep(path, index)
        with path.open("ab") as stream:
            for step in range(5):
                stream.write(scalar("loss", count * 5 + step, 1.0))
            stream.write(BULK)
        assert_same(start(path, index)[0], path)


@pytest.mark.parametrize("cut", [1, 5, 12, 20])
def test_a_torn_tail_is_waited_for_over_a_restart(cut: int, event_file: Write, tmp_path: Path):
    whole = b"".join([version(), BULK, scalar("loss", 1, 1.0), scalar("loss", 2, 2.0)])
    path, index = event_file(whole[:-cut]), tmp_path / "index"
    keep(path, index)
    log, _ = start(path, index)
    assert_same(log, path)
    assert damage(log) == []
    path.write_bytes(whole)
    log.refresh()
    assert_same(log, path)
    assert_same(start(path, index)[0], path)


def test_garbage_at_the_end_is_told_once(event_file: Write, tmp_path: Path):
    path, index = event_file(version(), BULK, scalar("loss", 1, 1.0), b"garbage" * 9), tmp_path / "index"
    keep(path, index)
    with path.open("ab") as stream:
        stream.write(scalar("loss", 2, 2.0))
    log, _ = start(path, index)
    assert_same(log, path)
    assert len(damage(log)) == 1


def test_outages_of_a_program_that_has_ended_are_not_told(event_file: Write, tmp_path: Path):
    path, index = event_file(*some_records()), tmp_path / "index"
    log, _ = start(path, index)
    path.rename(tmp_path / "old")  # so that its inode is not the next file's
    path.write_bytes(b"".join([version(2000.0), BULK, scalar("loss", 1, 3.0)]))
    log.refresh()
    assert [rule for _, rule in damage(log)] == ["K403"]
    log.save_indexes()
    log, read = start(path, index)
    assert read == 0
    assert damage(log) == []


def test_a_part_of_a_long_load_is_gone_on_with(event_file: Write, tmp_path: Path):
    path, index = event_file(version(), BULK, scalar("loss", 1, 1.0), BULK, scalar("loss", 2, 2.0)), tmp_path / "index"
    log = RunLog()
    log.set_files([str(path)], [str(index)])
    assert log.refresh(len(BULK)).more
    assert log.save_indexes(ending=True).files == 1
    log, read = start(path, index)
    assert 0 < read < path.stat().st_size - 200_000
    assert_same(log, path)


def test_a_copy_of_the_file_is_known_by_its_content(event_file: Write, tmp_path: Path):
    path, index = event_file(*some_records()), tmp_path / "index"
    keep(path, index)
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data + scalar("loss", 9, 9.0))
    log, read = start(path, index)
    assert read == len(scalar("loss", 9, 9.0))
    assert_same(log, path)


@pytest.mark.parametrize("change", ["shorter", "head", "tail", "middle"])
def test_another_content_is_read_anew(change: str, event_file: Write, tmp_path: Path):
    path, index = event_file(*some_records()), tmp_path / "index"
    keep(path, index)
    data = bytearray(path.read_bytes())
    match change:
        case "shorter":
            del data[-40:]
        case "head":
            data = bytearray(version(2000.0)) + data[len(version()) :]
        case "tail":
            data[-5] ^= 1
        case "middle":
            data[100_000:190_000] = bytes(range(250)) * 360
    path.unlink()
    path.write_bytes(data)
    log, read = start(path, index)
    assert read >= len(data) - 5 - len(scalar("accuracy", 1, 0.5))
    assert_same(log, path)


def test_the_index_of_another_file_is_not_taken(event_file: Write, tmp_path: Path):
    path, index = event_file(*some_records()), tmp_path / "index"
    keep(path, index)
    other = event_file(*some_records(), name="events.out.tfevents.2")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    log, read = start(other, index)
    assert read == other.stat().st_size
    assert_same(log, other)


def test_any_damage_to_an_index_costs_only_time(event_file: Write, tmp_path: Path):
    path, index = event_file(*some_records()), tmp_path / "index"
    keep(path, index)
    good = index.read_bytes()
    size = path.stat().st_size
    refused = 0
    for at in range(len(good)):
        damaged = bytearray(good)
        damaged[at] ^= 1 << at % 8
        index.write_bytes(damaged)
        log, read = start(path, index)
        refused += read == size
        assert log.series("loss").steps.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 5], at
    # What may be changed without a sum noticing is the padding between columns.
    assert refused >= len(good) * 0.8
    for length in [0, 1, 31, 32, 100, len(good) - 8, len(good) - 1]:
        index.write_bytes(good[:length])
        assert start(path, index)[1] == size, length
    index.write_bytes(good + bytes(8))
    assert start(path, index)[1] == size
    index.unlink()
    index.mkdir()
    log, read = start(path, index)
    assert read == size
    assert "directory" in log.save_indexes().error


def test_saved_again_only_when_a_quarter_more_has_come(event_file: Write, tmp_path: Path):
    path, index = event_file(version(), *[BULK] * 7), tmp_path / "index"
    keep(path, index)
    log, _ = start(path, index)
    due = []
    for _ in range(3):
        with path.open("ab") as stream:
            stream.write(BULK)
        due.append((log.refresh().index_due, log.index_due(), log.index_due(ending=True)))
    assert due == [(False, False, True), (True, True, True), (True, True, True)]
    assert log.save_indexes().files == 1
    assert not log.index_due(ending=True)


def test_a_small_file_needs_no_index(event_file: Write, tmp_path: Path):
    path, index = event_file(version(), scalar("loss", 1, 1.0)), tmp_path / "index"
    log, _ = start(path, index)
    assert log.save_indexes(ending=True).files == 0
    assert not index.exists()


def test_a_file_that_was_replaced_since_is_not_kept(event_file: Write, tmp_path: Path):
    path, index = event_file(*some_records()), tmp_path / "index"
    log, _ = start(path, index)
    path.rename(tmp_path / "old")
    path.write_bytes(b"".join([version(2000.0), BULK]))
    assert log.save_indexes().files == 0
    assert not index.exists()


def test_arrays_outlive_the_index_they_lie_in(event_file: Write, tmp_path: Path):
    rows = 100_000
    path = event_file(version(), *[scalar("loss", step, float(step)) for step in range(rows)])
    index = tmp_path / "index"
    keep(path, index)
    assert index.stat().st_size > 1 << 20  # so that it is mapped
    log, read = start(path, index)
    assert read == 0
    steps = log.series("loss").steps
    with path.open("ab") as stream:
        stream.write(scalar("loss", rows, -1.0))
    log.refresh()
    index.unlink()
    keep(path, index)
    index.unlink()
    assert log.series("loss").values[-2:].tolist() == [rows - 1, -1.0]
    del log
    assert steps.tolist() == list(range(rows))


@given(st.lists(records, min_size=1, max_size=6), st.lists(records, max_size=4), st.data())
def test_gone_on_with_at_any_byte(before: list[bytes], after: list[bytes], data: st.DataObject):
    """Whatever the file holds, and wherever it ended when it was kept."""
    whole = b"".join([BULK, *before, *after])
    cut = len(BULK) + data.draw(st.integers(0, len(whole) - len(BULK)))
    if data.draw(st.booleans()):
        at = data.draw(st.integers(len(BULK), len(whole) - 1))
        whole = whole[:at] + bytes([whole[at] ^ 1 << data.draw(st.integers(0, 7))]) + whole[at + 1 :]
    with tempfile.TemporaryDirectory() as directory:
        path, index = Path(directory) / "tfevents", Path(directory) / "index"
        path.write_bytes(whole[:cut])
        keep(path, index)
        with path.open("ab") as stream:
            stream.write(whole[cut:])
        assert_same(start(path, index)[0], path)


GARBAGE = b"\xee" * 60


@pytest.mark.parametrize("behind", [b"", scalar("loss", 9, 9.0), scalar("loss", 9, 9.0) + BULK * 6])
def test_damage_that_heals_between_two_programs_is_read(behind: bytes, event_file: Write, tmp_path: Path):
    """At the end of what was read, just before it, and more than a mebibyte before it."""
    healed = scalar("loss", 2, 2.0)
    begin = [version(), BULK, scalar("loss", 1, 1.0)]
    path, index = event_file(*begin, GARBAGE[: len(healed)], behind), tmp_path / "index"
    keep(path, index)
    with path.open("r+b") as stream:
        stream.seek(len(b"".join(begin)))
        stream.write(healed)
        stream.seek(0, os.SEEK_END)
        stream.write(scalar("loss", 10, 10.0))
    log, _ = start(path, index)
    assert damage(log) == []
    assert_same(log, path)


def test_garbage_that_becomes_zeros_between_two_programs_is_told_as_zeros(event_file: Write, tmp_path: Path):
    begin = [version(), BULK, scalar("loss", 1, 1.0)]
    path, index = event_file(*begin, GARBAGE), tmp_path / "index"
    keep(path, index)
    with path.open("r+b") as stream:
        stream.seek(len(b"".join(begin)))
        stream.write(bytes(len(GARBAGE)) + scalar("loss", 10, 10.0))
    log, _ = start(path, index)
    assert [rule for _, rule in damage(log)] == ["K104"]
    assert_same(log, path)
