"""Files that grow, are cut, replaced, deleted, written over: in the end a log shows what reading them at once would."""

import os
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

import oracle
from comparison import assert_shows, damage, opened
from damage_strategies import damaged, files
from event_bytes import bytes_field, event, record, scalar
from hypothesis import given, settings
from hypothesis import strategies as st

from kymo._core import RunLog


class ChangingFile:
    """An event file that things happen to. Its times of change differ, as on any disk that is not too fast."""

    def __init__(self, path: Path, clock: "count[int]") -> None:
        self.path = path
        self.clock = clock

    def touch(self) -> None:
        at = next(self.clock)
        os.utime(self.path, (at, at))

    def append(self, data: bytes) -> None:
        with self.path.open("ab") as stream:
            stream.write(data)
        self.touch()

    def write_over(self, begin: int, data: bytes) -> None:
        with self.path.open("r+b") as stream:
            stream.seek(begin)
            stream.write(data)
        self.touch()

    def rewrite(self, data: bytes) -> None:
        self.path.write_bytes(data)
        self.touch()

    def cut(self, size: int) -> None:
        os.truncate(self.path, size)
        self.touch()

    def replace(self, data: bytes) -> None:
        other = self.path.with_name("copy")
        other.write_bytes(data)
        other.rename(self.path)
        self.touch()


EVENTS = ["append", "append", "zeros", "over", "cut", "rewrite", "replace", "delete", "move"]


def happen(file: ChangingFile, log: RunLog, data: st.DataObject, contents: st.SearchStrategy[bytes]) -> None:
    """One event in the file's life; what was read already changes only where the file is another one from its start."""
    if not file.path.exists():
        file.rewrite(data.draw(contents))
        return
    size = file.path.stat().st_size
    read = next((one.offset for one in log.files() if one.path == str(file.path)), 0)
    match data.draw(
        st.sampled_from(["append", "append", "zeros", "over", "cut", "rewrite", "replace", "delete", "move"])
    ):
        case "append":
            file.append(data.draw(contents))
        case "zeros":
            file.append(bytes(data.draw(st.integers(1, 80))))
        case "over" if size > read:
            file.write_over(data.draw(st.integers(read, size - 1)), data.draw(contents))
        case "cut":
            file.cut(data.draw(st.integers(0, size)))
        case "rewrite":
            file.rewrite(data.draw(contents))
        case "replace":
            file.replace(data.draw(contents))
        case "delete":
            file.path.unlink()
        case "move":
            # Away and back between two looks.
            file.replace(file.path.read_bytes())


@st.composite
def pieces(draw: Any) -> bytes:
    """Some records, whole or damaged, and often cut anywhere."""
    written = draw(files)
    data = bytes(draw(damaged(written)).data) if draw(st.booleans()) else b"".join(written)
    begin, end = (draw(st.integers(0, len(data))) if draw(st.integers(0, 3)) == 0 else at for at in (0, len(data)))
    return data[begin:end]


@given(st.data())
def test_whatever_happens_to_the_files_of_a_run(data: st.DataObject):
    # Times that no other record has: a file's start tells it from what stood in its place before.
    steps = count()
    contents = pieces().map(lambda piece: scalar("first", next(steps)) + piece)
    with tempfile.TemporaryDirectory() as directory:
        clock = count(1)
        paths = [Path(directory, f"events.out.tfevents.{number}") for number in range(2)]
        changing = [ChangingFile(path, clock) for path in paths]
        log = RunLog()
        log.set_files([str(path) for path in paths])
        for _ in range(data.draw(st.integers(2, 8))):
            happen(data.draw(st.sampled_from(changing)), log, data, contents)
            log.refresh()
        expected = [oracle.read_file(path.read_bytes() if path.exists() else b"") for path in paths]
        assert_shows(opened(*paths), expected)
        assert_shows(log, expected)


BULK = record(event(bytes_field(99, bytes(200_000))))  # so that a file is worth an index


@settings(max_examples=20)  # each reads some megabytes
@given(st.data())
def test_whatever_happens_while_programs_come_and_go(data: st.DataObject):
    """Each program goes on from what the one before it kept; the last one tells what a first one would."""
    steps = count()
    contents = pieces().map(lambda piece: scalar("first", next(steps)) + BULK + piece)
    with tempfile.TemporaryDirectory() as directory:
        clock = count(1)
        path, index = Path(directory, "events.out.tfevents.1"), Path(directory, "index")
        changing = ChangingFile(path, clock)

        def started() -> RunLog:
            log = RunLog()
            log.set_files([str(path)], [str(index)])
            log.refresh()
            return log

        log = started()
        for _ in range(data.draw(st.integers(2, 8))):
            happen(changing, log, data, contents)
            if data.draw(st.booleans()):
                log.refresh()
            if data.draw(st.booleans()):
                log.save_indexes(ending=True)
                log = started()
        log.refresh()
        expected = [oracle.read_file(path.read_bytes() if path.exists() else b"")]
        assert_shows(log, expected)
        log.save_indexes(ending=True)
        log = started()
        assert_shows(log, expected)
        assert damage(log) == damage(opened(path))
