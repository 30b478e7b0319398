"""SummaryWriter: arguments, names of directories and files, closing and opening again."""

import gc
import logging
import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from waiting import until

from kymo import SummaryWriter

ReadEvents = Callable[[Path], list[Event]]


def test_default_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    SummaryWriter(comment="_lr0.1").close()
    (run,) = (tmp_path / "runs").iterdir()
    assert re.fullmatch(r"\w{3}\d\d_\d\d-\d\d-\d\d_.+_lr0\.1", run.name)


def test_directory_does_not_follow_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_events: ReadEvents
) -> None:
    monkeypatch.chdir(tmp_path)
    writer = SummaryWriter("run")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    writer.add_scalars("loss", {"train": 1.0}, 1)
    writer.close()
    assert len(read_events(tmp_path / "run" / "loss_train")) == 1
    assert not list((tmp_path / "elsewhere").iterdir())


def test_directory_as_given(tmp_path: Path) -> None:
    with SummaryWriter(logdir=tmp_path / "a") as writer:
        assert writer.get_logdir() == writer.log_dir == writer.logdir == tmp_path / "a"
    with pytest.raises(ValueError, match="differ: pass one of them"):
        SummaryWriter("a", logdir="b")


def test_file_name_suffix(tmp_path: Path) -> None:
    SummaryWriter(tmp_path, filename_suffix=".rank3").close()
    (file,) = tmp_path.iterdir()
    assert file.name.endswith(".rank3")
    for bad in ("a/b", "a\0", "\udcff", 3):
        with pytest.raises(TypeError, match="filename_suffix"):
            SummaryWriter(tmp_path, filename_suffix=bad)  # type: ignore[arg-type]  # that is what is tested


def test_flush_makes_values_readable(tmp_path: Path, read_events: ReadEvents) -> None:
    writer = SummaryWriter(tmp_path)
    for step in range(1000):
        writer.add_scalar("loss", step / 10, step, walltime=100.0 + step)
    assert writer.flush() is True
    events = read_events(tmp_path)
    assert [(e.step, e.wall_time) for e in events] == [(step, 100.0 + step) for step in range(1000)]
    assert [e.summary.value[0].simple_value for e in events] == [as_float32(step / 10) for step in range(1000)]
    assert writer.close() is True


def as_float32(value: float) -> float:
    (single,) = struct.unpack("f", struct.pack("f", value))
    assert isinstance(single, float)
    return single


def test_double_precision_is_kept(tmp_path: Path, read_events: ReadEvents) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 0.1, 1, double_precision=True)
    (event,) = read_events(tmp_path)
    value = event.summary.value[0]
    assert value.tensor.double_val == [0.1]
    assert value.metadata.plugin_data.plugin_name == "scalars"


@pytest.mark.parametrize(
    ("style", "stored"), [({}, "simple_value"), ({"new_style": True}, "tensor"), ({"double_precision": True}, "tensor")]
)
def test_descriptions(style: dict[str, Any], stored: str, tmp_path: Path, read_events: ReadEvents) -> None:
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("gpu", 0.5, 1, **style, display_name="GPU", summary_description="load, **0 to 1**")
        with pytest.raises(TypeError, match="is not a string"):
            writer.add_scalar("gpu", 0.5, 1, display_name=3)  # type: ignore[arg-type]  # that is what is tested
    (event,) = read_events(tmp_path)
    value = event.summary.value[0]
    assert value.WhichOneof("value") == stored
    assert (value.metadata.display_name, value.metadata.summary_description) == ("GPU", "load, **0 to 1**")


def test_closing_twice_and_opening_again(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("loss", 1.0, 1)
    assert writer.close() is True
    assert writer.close() is True
    assert writer.flush() is True
    assert writer.file_writer is None
    assert writer.all_writers is None
    writer.add_scalar("loss", 2.0, 2)
    writer.close()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_writer_that_was_closed_opens_another_file(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path)
    file_writer = writer.file_writer
    assert file_writer is not None
    writer.close()
    file_writer.add_scalar("loss", 2.0, 2, 1.0)
    file_writer.append("add_scalars", [("loss", 2.0)], 3, 1.0)
    file_writer.close()
    assert len(list(tmp_path.iterdir())) == 2


def test_purge_step_is_written_once(tmp_path: Path, read_events: ReadEvents) -> None:
    writer = SummaryWriter(tmp_path / "a", purge_step=7)
    writer.close()
    first, second = read_events(tmp_path / "a")
    assert (first.step, first.file_version) == (7, "brain.Event:2")
    assert (second.step, second.session_log.status) == (7, SessionLog.START)
    writer.add_scalar("loss", 1.0, 8)
    writer.close()
    newest = sorted((tmp_path / "a").iterdir())[-1]
    (tmp_path / "b").mkdir()
    newest.rename(tmp_path / "b" / newest.name)
    assert [e.step for e in read_events(tmp_path / "b")] == [8]


def test_no_disk(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "run", write_to_disk=False, purge_step=1) as writer:
        writer.add_scalar("loss", 1.0, 1)
        writer.add_scalar("loss", 1.0, 1, double_precision=True)
        writer.add_scalars("loss", {"a": 1.0}, 1)
        writer.add_text("note", "text", 1)
        with pytest.raises(TypeError, match="is not a number"):
            writer.add_scalar("loss", "x", 1)
        assert writer.flush() is True
        assert writer.file_writer is not None
        assert writer.file_writer.path == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("tag", [3, None, b"loss"])
def test_tags_are_strings(tag: Any) -> None:
    writer = SummaryWriter("run", write_to_disk=False)
    for call in (
        lambda: writer.add_scalar(tag, 1.0, 1),
        lambda: writer.add_scalars(tag, {"a": 1.0}, 1),
        lambda: writer.add_scalars("loss", {tag: 1.0}, 1),
        lambda: writer.add_text(tag, "text", 1),
    ):
        with pytest.raises(TypeError, match=f"tag {re.escape(repr(tag))}"):
            call()


def test_lone_surrogates_are_named() -> None:
    writer = SummaryWriter("run", write_to_disk=False)
    with pytest.raises(ValueError, match=r"'\\ud800'"):
        writer.add_scalar("\ud800", 1.0, 1)
    with pytest.raises(ValueError, match=r"'\\ud800'.*'note'"):
        writer.add_text("note", "\ud800")
    with pytest.raises(TypeError, match=r"text 3 \(int\) for tag 'note'"):
        writer.add_text("note", 3)  # type: ignore[arg-type]  # that is what is tested


def test_a_group_with_a_bad_value_logs_nothing(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer, pytest.raises(TypeError, match="'loss/b'"):
        writer.add_scalars("loss", {"a": 1.0, "b": "x"}, 1)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_many_scalars_in_one_event(tmp_path: Path, read_events: ReadEvents) -> None:
    with SummaryWriter(tmp_path) as writer:
        assert writer.file_writer is not None
        writer.file_writer.append("add_scalars", [("a", 1.0), ("b", 2.0)], 5, 9.0)
    (event,) = read_events(tmp_path)
    assert [(v.tag, v.simple_value) for v in event.summary.value] == [("a", 1.0), ("b", 2.0)]
    assert (event.step, event.wall_time) == (5, 9.0)


def test_messages_of_other_libraries(tmp_path: Path, read_events: ReadEvents) -> None:
    summary = Summary(value=[Summary.Value(tag="t", simple_value=2.0)])
    with SummaryWriter(tmp_path) as writer:
        file_writer = writer._get_file_writer()
        file_writer.add_summary(summary, 3, 4.0)
        file_writer.add_summary(summary.SerializeToString(), 3, 4.0)
        file_writer.add_event(Event(summary=summary), 3, 4.0)
    events = read_events(tmp_path)
    assert events == [Event(wall_time=4.0, step=3, summary=summary)] * 3


def test_nothing_is_lost_when_a_writer_is_forgotten(tmp_path: Path, read_events: ReadEvents) -> None:
    writer = SummaryWriter(tmp_path)
    writer.add_scalar("loss", 1.0, 1)
    del writer
    gc.collect()
    assert len(read_events(tmp_path)) == 1


def test_a_directory_that_cannot_be_written_costs_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "kymo"):
        writer = SummaryWriter("/proc/run")
        for step in range(10):
            writer.add_scalar("loss", 1.0, step)
        assert writer.flush() is False
        (record,) = caplog.records
        assert "cannot write '/proc/run/events.out.tfevents." in record.getMessage()
        assert writer.close() is False
    assert "could not be written and are lost" in caplog.records[-1].getMessage()
    assert len(caplog.records) == 2


def test_a_file_as_directory_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="choose another path"):
        SummaryWriter(tmp_path / "file")


def test_many_writers_leave_no_thread_or_handle(tmp_path: Path) -> None:
    def held() -> tuple[int, int]:
        return len(list(Path("/proc/self/task").iterdir())), len(list(Path("/proc/self/fd").iterdir()))

    def cycle(index: int) -> None:
        with SummaryWriter(tmp_path / str(index)) as writer:
            writer.add_scalars("loss", {"train": 1.0, "val": 2.0}, index)
            writer.close()
            writer.add_scalar("loss", 1.0, index)
        file_writer = writer._get_file_writer()
        file_writer.close()
        file_writer.add_scalar("loss", 1.0, index, 1.0)

    cycle(0)
    gc.collect()
    threads, handles = held()
    for index in range(1, 51):
        cycle(index)
    gc.collect()
    until(lambda: held()[0] <= threads)  # the kernel lists an ended thread a moment longer
    assert held()[1] <= handles


class Failing(logging.Handler):
    """A user's handler with a mistake in it."""

    def emit(self, record: logging.LogRecord) -> None:
        raise RuntimeError("no such channel")


def test_a_logging_handler_that_raises_does_not_reach_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = Failing()
    logging.getLogger("kymo").addHandler(handler)
    try:
        writer = SummaryWriter(tmp_path / "run")
        writer.add_scalar("loss", 0.5, 1)
        writer.flush()
        shutil.rmtree(tmp_path / "run")
        writer.add_scalar("loss", 0.5, 2)
        assert writer.flush()
        assert writer.close()
    finally:
        logging.getLogger("kymo").removeHandler(handler)
    told = capsys.readouterr().err
    assert "had vanished and was made again" in told
    assert "no such channel" in told
