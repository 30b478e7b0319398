"""The event writer: records, flushing, threads, closing."""

import struct
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from waiting import until

from kymo import _core

INT64 = st.integers(-(2**63), 2**63 - 1)


def records(path: Path) -> list[bytes]:
    """The records after the first; each must be whole and its checksums right."""
    data, found, at = path.read_bytes(), [], 0
    while at != len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        assert at + length + 16 <= len(data)
        payload = data[at + 12 : at + 12 + length]
        assert struct.unpack_from("<I", data, at + 8)[0] == _core.mask_crc(_core.crc32c_table(data[at : at + 8]))
        assert struct.unpack_from("<I", data, at + 12 + length)[0] == _core.mask_crc(_core.crc32c_table(payload))
        found.append(payload)
        at += length + 16
    assert Event.FromString(found[0]).source_metadata.writer == "kymo"
    return found[1:]


def events(path: Path) -> list[Event]:
    return [Event.FromString(record) for record in records(path)]


@given(tag=st.text(), value=st.floats(), step=INT64, wall_time=st.floats(allow_nan=False))
@settings(max_examples=200, deadline=None)
def test_records_are_those_of_protobuf(
    tag: str, value: float, step: int, wall_time: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("run") / "tfevents"
    writer = _core.EventWriter(str(path))
    writer.add_scalar(tag, value, step, wall_time)
    writer.add_scalars([(tag, value), (tag, 1.0), ("", 0.0)], step, wall_time)
    writer.add_scalars([], step, wall_time)
    assert writer.close()

    one = Event(wall_time=wall_time, step=step, summary=Summary(value=[Summary.Value(tag=tag, simple_value=value)]))
    many = Event(wall_time=wall_time, step=step)
    for item in ((tag, value), (tag, 1.0), ("", 0.0)):
        many.summary.value.add(tag=item[0], simple_value=item[1])
    none = Event(wall_time=wall_time, step=step, summary=Summary())
    assert records(path) == [message.SerializeToString() for message in (one, many, none)]


def test_bytes_a_point(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path))
    before = path.stat().st_size
    writer.add_scalars([(f"train/metric_{index:02}", float(index)) for index in range(10)], 10_000, 1.7e9)
    writer.close()
    assert path.stat().st_size - before <= 33 * 10


def test_encoded_events_are_taken_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path))
    large = Summary(value=[Summary.Value(tag="image", node_name="x" * 1_000_000)]).SerializeToString()
    event = Event(step=3, graph_def=b"graph").SerializeToString()
    for _ in range(3):
        writer.add_event(event)
        writer.add_summary(large, 5, 2.0)
    assert writer.flush()
    expected = Event(step=5, wall_time=2.0)
    expected.summary.ParseFromString(large)
    assert records(path) == [event, expected.SerializeToString()] * 3
    writer.close()


def test_the_file_is_there_at_once_and_directories_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "tfevents"
    writer = _core.EventWriter(str(path))
    assert events(path) == []
    assert writer.path == str(path)
    writer.close()


def test_an_existing_file_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    for step in range(2):
        writer = _core.EventWriter(str(path))
        writer.add_scalar("loss", 1.0, step, 1.0)
        writer.close()
    assert [event.step for event in events(path)] == [0, 1]


def test_events_are_written_without_flush(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path))
    empty = path.stat().st_size
    writer.add_scalar("loss", 1.0, 1, 1.0)
    until(lambda: path.stat().st_size > empty)
    assert len(events(path)) == 1
    writer.close()


def test_much_is_written_before_the_interval_ends(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path), flush_interval=3600, flush_bytes=1000)
    empty = path.stat().st_size
    writer.add_scalar("loss", 1.0, 1, 1.0)
    assert path.stat().st_size == empty
    for step in range(30):
        writer.add_scalar("loss", 1.0, step, 1.0)
    until(lambda: path.stat().st_size > empty)
    writer.close()
    assert len(events(path)) == 31


def test_a_writer_that_gets_nothing_comes_to_rest(tmp_path: Path) -> None:
    others = writer_threads()
    writer = _core.EventWriter(str(tmp_path / "tfevents"))
    writer.add_scalar("loss", 1.0, 1, 1.0)
    writer.flush()
    (task,) = (thread for thread in writer_threads() if thread not in others)

    def at_rest() -> bool:
        before = switches(task)
        threading.Event().wait(0.3)
        return switches(task) == before

    until(at_rest)
    writer.add_scalar("loss", 1.0, 2, 1.0)  # and is woken by the next event
    until(lambda: writer.pending_bytes == 0)
    writer.close()


def writer_threads() -> list[Path]:
    def name(task: Path) -> str:
        try:
            return (task / "comm").read_text()
        except FileNotFoundError:  # ended meanwhile
            return ""

    return [task for task in Path("/proc/self/task").iterdir() if name(task) == "kymo-writer\n"]


def switches(task: Path) -> str:
    return (task / "status").read_text().split("voluntary_ctxt_switches:")[1].split()[0]


def test_threads_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path))

    def log(thread: int) -> None:
        for step in range(10_000):
            writer.add_scalar(f"thread{thread}", float(step), step, 1.0)
            if step % 1000 == 0:
                assert writer.flush()

    threads = [threading.Thread(target=log, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.close()
    steps: dict[str, list[int]] = {}
    for event in events(path):
        steps.setdefault(event.summary.value[0].tag, []).append(event.step)
    assert steps == {f"thread{thread}": list(range(10_000)) for thread in range(8)}


def test_memory_stays_bounded_while_much_is_written(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path), buffer_limit=100_000)
    for step in range(200_000):
        writer.add_scalar("loss", 1.0, step, 1.0)
        if step % 1000 == 0:
            assert writer.pending_bytes <= 100_000 + 100
    assert writer.close()
    assert writer.dropped_records == 0
    assert len(records(path)) == 200_000


def test_a_closed_writer_refuses(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path))
    assert not writer.closed
    assert writer.close()
    assert writer.close()
    assert writer.closed
    with pytest.raises(ValueError, match="closed"):
        writer.add_scalar("loss", 1.0, 1, 1.0)
    assert writer.flush()  # whether all is in the file, and it is
    assert events(path) == []


def test_a_finished_writer_writes_through(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path), flush_interval=3600)
    writer.add_scalar("loss", 1.0, 1, 1.0)
    assert writer.finish()
    writer.add_scalar("loss", 1.0, 2, 1.0)
    assert [event.step for event in events(path)] == [1, 2]
    writer.close()


def test_dropping_a_writer_flushes_and_leaves_no_thread_or_handle(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"

    def handles() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before, others = handles(), writer_threads()
    writer = _core.EventWriter(str(path), flush_interval=3600)
    writer.add_scalar("loss", 1.0, 1, 1.0)
    assert handles() == before + 1
    del writer
    assert handles() == before
    assert len(events(path)) == 1
    until(lambda: set(writer_threads()) <= set(others))  # the kernel lists an ended thread a moment longer


@pytest.mark.parametrize("items", [[("a", "b")], [("a",)], ["ab"], [(1, 1.0)], [("\ud800", 1.0)]])
def test_bad_items_are_refused(items: list[object], tmp_path: Path) -> None:
    writer = _core.EventWriter(str(tmp_path / "tfevents"))
    with pytest.raises((TypeError, ValueError)):
        writer.add_scalars(items, 1, 1.0)
    writer.close()
    assert events(tmp_path / "tfevents") == []
