"""Event files made record by record with TensorBoard's own encoder, so that the reader is not tested on itself."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.summary.writer.record_writer import RecordWriter
from trashing import NOW

from kymo.store import Logs
from kymo.store.edits.trash import Trash

DEADLINE = 20.0


class EventFile:
    """One event file that grows by whole records; opened for each append and closed again."""

    def __init__(self, path: Path, started: float = 1000.0) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.append(event_pb2.Event(wall_time=started, file_version="brain.Event:2"))

    @staticmethod
    def encode(event: event_pb2.Event) -> bytes:
        stream = io.BytesIO()
        RecordWriter(stream).write(event.SerializeToString())
        return stream.getvalue()

    def append(self, event: event_pb2.Event) -> None:
        with self.path.open("ab") as stream:
            stream.write(self.encode(event))

    def scalar(self, tag: str, value: float, step: int, wall_time: float | None = None) -> None:
        self.value(summary_pb2.Summary.Value(tag=tag, simple_value=value), step, wall_time)

    def scalars(self, tag: str, values: list[float], start: int = 0) -> None:
        for step, value in enumerate(values, start):
            self.scalar(tag, value, step)

    def text(self, tag: str, texts: list[str], step: int, shape: list[int] | None = None) -> None:
        dims = [tensor_shape_pb2.TensorShapeProto.Dim(size=size) for size in (shape or [len(texts)])]
        tensor = tensor_pb2.TensorProto(
            dtype=7,
            tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=dims),
            string_val=[text.encode() for text in texts],
        )
        metadata = summary_pb2.SummaryMetadata(plugin_data={"plugin_name": "text"})
        self.value(summary_pb2.Summary.Value(tag=tag, tensor=tensor, metadata=metadata), step, None)

    def value(self, value: summary_pb2.Summary.Value, step: int, wall_time: float | None) -> None:
        at = 1000.0 + step if wall_time is None else wall_time
        self.append(event_pb2.Event(wall_time=at, step=step, summary=summary_pb2.Summary(value=[value])))

    def restart(self, step: int, wall_time: float) -> None:
        session = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
        self.append(event_pb2.Event(wall_time=wall_time, step=step, session_log=session))


@pytest.fixture
def event_file() -> Callable[..., EventFile]:
    """Makes an event file in a run directory: `event_file(directory, name="0", started=1000.0)`."""

    def make(directory: Path, name: str = "0", started: float = 1000.0) -> EventFile:
        return EventFile(directory / f"events.out.tfevents.{name}", started)

    return make


@pytest.fixture
def logdir(tmp_path: Path, event_file: Callable[..., EventFile]) -> Path:
    """Two runs, "cnn" and "mlp", with three points of train/loss each."""
    root = tmp_path / "runs"
    for name in ("cnn", "mlp"):
        event_file(root / name).scalars("train/loss", [1.0, 0.5, 0.25])
    return root


@pytest.fixture
def eventually() -> Callable[[Callable[[], object], str], None]:
    """Waits until a condition holds, and fails after a bound that no working program comes near."""

    def wait(condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + DEADLINE
        tick = threading.Event()
        while not condition():
            assert time.monotonic() < deadline, f"not within {DEADLINE:g} s: {what}"
            tick.wait(0.005)

    return wait


@pytest.fixture
def unreadable() -> Callable[[Path], object]:
    """A context in which listing one directory fails, as on a lost mount; file modes do not stop the superuser."""

    @contextmanager
    def fail(directory: Path) -> Iterator[None]:
        import os

        listed = os.scandir

        def scandir(path: str) -> object:
            if str(path) == str(directory):
                raise OSError(5, "Input/output error")
            return listed(path)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "scandir", scandir)
            yield

    return fail


@pytest.fixture
def trash(tmp_path: Path) -> Trash:
    (tmp_path / "runs").mkdir()
    return Trash(tmp_path / "runs", clock=lambda: NOW)


@pytest.fixture
def put(trash: Trash) -> Callable[..., None]:
    """Puts a run into the trash, as a viewer does that has just looked at the log directory."""

    def put_it(name: str) -> None:
        with Logs(trash.logdir, clock=lambda: NOW, index=False) as logs:
            logs.refresh()
            trash.put(logs[name], sorted(str(run.path) for run in logs.values()))

    return put_it
