"""add_now: the short way of the common number, which leaves everything else to its caller."""

import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from test_event_writer import INT64, events

from kymo import _core


@given(
    tag=st.text(st.characters(max_codepoint=127)),
    value=st.floats(),
    step=INT64 | st.sampled_from([0, 1, -1, -(2**63), 2**63 - 1]),
)
def test_a_plain_number_is_written_as_add_scalar_writes_it(
    tag: str, value: float, step: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("run") / "tfevents"
    writer = _core.EventWriter(str(path))
    before = time.time()
    assert writer.add_now(tag, value, step) is False
    after = time.time()
    assert writer.close()

    (event,) = events(path)
    assert before <= event.wall_time <= after
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    assert event.SerializeToString() == Event(wall_time=event.wall_time, step=step, summary=summary).SerializeToString()


class _Text(str):
    pass


class _Number(float):
    def __float__(self) -> float:
        return 2.0


@pytest.mark.parametrize(
    ("tag", "value", "step"),
    [
        ("größe", 0.5, 1),
        ("\ud800", 0.5, 1),
        (_Text("loss"), 0.5, 1),
        (b"loss", 0.5, 1),
        (None, 0.5, 1),
        ("loss", 1, 1),
        ("loss", _Number(0.5), 1),
        ("loss", "0.5", 1),
        ("loss", None, 1),
        ("loss", 0.5, None),
        ("loss", 0.5, True),
        ("loss", 0.5, 1.0),
        ("loss", 0.5, 2**63),
        ("loss", 0.5, -(2**63) - 1),
        ("loss", 0.5, 10**400),
    ],
)
def test_anything_else_is_left_to_the_caller(tag: object, value: object, step: object, tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path))
    assert writer.add_now(tag, value, step) is None
    assert writer.add_now("loss", 0.5, 7) is False, "no error is left behind"
    assert writer.close()
    assert [event.step for event in events(path)] == [7]


def test_a_closed_writer_takes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path))
    writer.close()
    assert writer.add_now("loss", 0.5, 1) is None
    assert events(path) == []


def test_a_writer_that_another_thread_closes_meanwhile_takes_nothing(tmp_path: Path) -> None:
    """The call waits for room, without the GIL, when the writer is closed: a full pipe makes it wait long enough."""
    for attempt in range(10):
        pipe = tmp_path / f"tfevents{attempt}"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        writer = _core.EventWriter(str(pipe), buffer_limit=1 << 17, patience=0.1)
        closer = threading.Timer(0.01 * attempt, writer.begin_close)
        closer.start()
        while writer.add_now("loss", 0.5, 1) is not None:
            pass
        closer.join()
        os.close(reader)  # the write that waits fails
        writer.close()
