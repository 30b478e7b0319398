"""Full disks, vanished directories and other outages: nothing is torn, nothing is raised, what is kept is told."""

import os
import shutil
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from waiting import until

from kymo import _core


def split(data: bytes) -> tuple[list[bytes], bytes]:
    """The whole records, and what is torn behind them."""
    records, at = [], 0
    while len(data) >= at + 16 and len(data) >= (end := at + int.from_bytes(data[at : at + 8], "little") + 16):
        assert data[end - 4 : end] == _core.mask_crc(_core.crc32c(data[at + 12 : end - 4])).to_bytes(4, "little")
        records.append(data[at + 12 : end - 4])
        at = end
    return records, data[at:]


def steps(path: Path) -> list[int]:
    records, torn = split(path.read_bytes())
    assert not torn
    return [Event.FromString(record).step for record in records[1:]]


@pytest.mark.parametrize("room", [0, 1, 50, 500, 1003, 20_000])
def test_a_full_disk_is_continued_at_the_very_byte(room: int, tmp_path: Path) -> None:
    """The limit on a file's size stands in for the disk's: writes come back short, then fail."""
    path = tmp_path / "tfevents"
    run(
        f"""
        import resource, signal
        from kymo import _core
        writer = _core.EventWriter({str(path)!r})
        begun = {str(path)!r}
        import os
        full = os.path.getsize(begun) + {room}
        resource.setrlimit(resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        for step in range(1000):
            writer.add_scalar("loss", 1.0, step, 1.0)
        for _ in range(3):
            assert writer.flush() is False
        assert os.path.getsize(begun) == full
        (notice,) = writer.take_notices()
        assert "File too large" in notice and "trying again" in notice, notice
        assert writer.add_scalar("loss", 1.0, 1000, 1.0) is False
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert writer.flush(sync=True) is True
        (notice,) = writer.take_notices()
        assert "nothing was lost" in notice, notice
        assert writer.pending_bytes == writer.dropped_records == 0
        assert writer.close() is True
        """
    )
    assert steps(path) == list(range(1001))


def test_an_outage_that_outlasts_the_buffer_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    run(
        f"""
        import os, resource
        from kymo import _core
        writer = _core.EventWriter({str(path)!r}, buffer_limit=1 << 20)
        resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize({str(path)!r}), resource.RLIM_INFINITY))
        assert writer.add_scalar("loss", 1.0, 0, 1.0) is False
        assert writer.flush() is False
        for step in range(1, 40_000):
            writer.add_scalar("loss", 1.0, step, 1.0)
        assert writer.pending_bytes <= (1 << 20) + 100
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert writer.close() is True
        full, dropping, again = writer.take_notices()
        assert "1 MiB kept in memory" in dropping, dropping
        assert f"{{writer.dropped_records}} events were lost" in again, again
        """
    )
    found = steps(path)
    assert found == list(range(len(found)))
    assert 10_000 < len(found) < 40_000


@pytest.mark.parametrize(("device", "said"), [("/dev/full", "No space left"), ("/proc/self/mem", "Input/output error")])
def test_errors_of_the_device_are_told_once_and_end_in_bounded_time(device: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    path.symlink_to(device)
    writer = _core.EventWriter(str(path))
    (notice,) = writer.take_notices()
    assert said in notice
    writer.add_scalar("loss", 1.0, 1, 1.0)
    assert writer.flush() is False
    assert writer.flush(sync=True) is False
    assert writer.take_notices() == []
    assert writer.close() is False
    (notice,) = writer.take_notices()
    assert "could not be written and are lost" in notice


def test_a_deleted_directory_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "a" / "tfevents"
    writer = _core.EventWriter(str(path))
    writer.add_scalar("loss", 1.0, 1, 1.0)
    writer.flush()
    for first in (2, 4):
        shutil.rmtree(tmp_path / "runs")
        writer.add_scalar("loss", 1.0, first, 1.0)
        writer.add_scalar("loss", 1.0, first + 1, 1.0)
        assert writer.flush() is True
        assert steps(path) == [first, first + 1]
        (notice,) = writer.take_notices()
        assert "had vanished and was made again" in notice
    assert writer.close() is True


def test_a_deleted_directory_stays_deleted_when_nothing_is_logged(tmp_path: Path) -> None:
    writer = _core.EventWriter(str(tmp_path / "run" / "tfevents"))
    writer.add_scalar("loss", 1.0, 1, 1.0)
    writer.flush()
    shutil.rmtree(tmp_path / "run")
    assert writer.close() is True
    assert not (tmp_path / "run").exists()


def test_a_directory_that_is_moved_takes_its_file_along(tmp_path: Path) -> None:
    writer = _core.EventWriter(str(tmp_path / "old" / "tfevents"))
    writer.add_scalar("loss", 1.0, 1, 1.0)
    writer.flush()
    (tmp_path / "old").rename(tmp_path / "new")
    writer.add_scalar("loss", 1.0, 2, 1.0)
    assert writer.flush() is True
    assert steps(tmp_path / "new" / "tfevents") == [1, 2]
    assert writer.take_notices() == []
    writer.close()


def test_a_directory_replaced_by_a_file_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "run" / "tfevents"
    writer = _core.EventWriter(str(path))
    shutil.rmtree(tmp_path / "run")
    (tmp_path / "run").touch()
    writer.add_scalar("loss", 1.0, 1, 1.0)
    assert writer.flush() is False
    (tmp_path / "run").unlink()
    assert writer.flush() is True
    assert steps(path) == [1]
    writer.close()


def test_an_outage_that_began_before_the_first_event_is_ended_without_flush(tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    path = tmp_path / "run" / "tfevents"
    writer = _core.EventWriter(str(path), flush_interval=0.001)
    (notice,) = writer.take_notices()
    assert "Not a directory" in notice
    threading.Event().wait(0.5)  # several attempts, with nothing to write
    writer.add_scalar("loss", 1.0, 1, 1.0)
    (tmp_path / "run").unlink()
    until(lambda: path.exists() and steps(path) == [1])
    writer.close()


def test_an_emptied_file_begins_again(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    writer = _core.EventWriter(str(path))
    writer.add_scalar("loss", 1.0, 1, 1.0)
    writer.flush()
    os.truncate(path, 0)
    writer.add_scalar("loss", 1.0, 2, 1.0)
    assert writer.flush() is True
    assert steps(path) == [2]
    writer.close()


@pytest.mark.parametrize("reuse", [True, False])
def test_a_descriptor_that_someone_closed_is_not_written_to(reuse: bool, tmp_path: Path) -> None:
    """Programs that become daemons close whatever is open; the number may be given to another file."""
    path, other = tmp_path / "tfevents", tmp_path / "checkpoint"
    writer = _core.EventWriter(str(path))
    writer.add_scalar("loss", 1.0, 1, 1.0)
    assert writer.flush() is True
    (number,) = (int(link.name) for link in Path("/proc/self/fd").iterdir() if link.resolve() == path.resolve())
    if reuse:
        with other.open("wb") as file:
            os.dup2(file.fileno(), number)
    else:
        os.close(number)
    writer.add_scalar("loss", 1.0, 2, 1.0)
    assert writer.flush() is True
    writer.close()
    assert steps(path) == [1, 2]
    if reuse:
        assert other.read_bytes() == b""
        os.close(number)


def test_a_descriptor_that_became_another_files_is_not_closed(tmp_path: Path) -> None:
    path, other = tmp_path / "tfevents", tmp_path / "checkpoint"
    writer = _core.EventWriter(str(path))
    writer.add_scalar("loss", 1.0, 1, 1.0)
    assert writer.flush() is True
    (number,) = (int(link.name) for link in Path("/proc/self/fd").iterdir() if link.resolve() == path.resolve())
    with other.open("wb") as file:
        os.dup2(file.fileno(), number)
    assert writer.close() is True
    del writer  # the last that holds the descriptor
    os.write(number, b"weights")
    os.close(number)
    assert other.read_bytes() == b"weights"
    assert steps(path) == [1]


def test_a_record_that_was_partly_in_a_vanished_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    run(
        f"""
        import os, resource
        from kymo import _core
        path = {str(path)!r}
        writer = _core.EventWriter(path)
        resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize(path) + 100, resource.RLIM_INFINITY))
        for step in range(10):
            writer.add_scalar("loss", 1.0, step, 1.0)
        assert writer.flush() is False
        os.unlink(path)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert writer.close() is True
        """
    )
    found = steps(path)
    assert found == list(range(found[0], 10))
    assert found[0] == 2  # 100 bytes held two records and a part of the third


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=60)


def test_a_file_that_never_answers_holds_the_program_up_once(tmp_path: Path) -> None:
    # Nobody reads the pipe: opening it to write waits for ever, as a hung network file system does.
    pipe = tmp_path / "events.out.tfevents.1"
    os.mkfifo(pipe)
    program = f"""
        from kymo import _core
        writer = _core.EventWriter({str(pipe)!r}, buffer_limit=1 << 16, patience=0.2)
        for step in range(20_000):
            writer.add_scalar("loss", 0.5, step, 1.0)
        assert writer.dropped_records > 10_000, writer.dropped_records
        assert any("are full" in notice for notice in writer.take_notices())
        assert not writer.close()
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0, result.stderr


def test_an_outage_takes_no_more_memory_than_what_waits(tmp_path: Path) -> None:
    path = tmp_path / "tfevents"
    run(
        f"""
        import os, resource
        from kymo import _core
        def resident():
            return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        writer = _core.EventWriter({str(path)!r})
        resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize({str(path)!r}), resource.RLIM_INFINITY))
        before = resident()
        for step in range(5000):
            writer.add_scalar("loss", 1.0, step, 1.0)
            assert writer.flush() is False
        assert writer.pending_bytes < 1 << 20
        assert resident() - before < 4 << 20, resident() - before
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert writer.close() is True
        """
    )
    assert steps(path) == list(range(5000))


def test_a_file_that_never_answers_holds_the_end_of_a_program_up_once(tmp_path: Path) -> None:
    pipe = tmp_path / "events.out.tfevents.1"
    os.mkfifo(pipe)
    run(
        f"""
        from kymo import _core
        writer = _core.EventWriter({str(pipe)!r}, patience=0.5)
        assert not writer.finish()
        for step in range(1000):  # half a second for each would be eight minutes
            writer.add_scalar("loss", 0.5, step, 1.0)
        assert not writer.close()
        """
    )
