"""Files of a run that vanish, come back, are replaced, truncated, or cannot be read."""

import os
from collections.abc import Callable
from pathlib import Path

from comparison import damage, opened
from event_bytes import scalar

Write = Callable[..., Path]


def test_a_file_that_is_deleted_takes_its_points_with_it(event_file: Write):
    first = event_file(scalar("loss", 0), scalar("q", 0), name="tfevents.1")
    second = event_file(scalar("loss", 1), name="tfevents.2")
    log = opened(first, second)
    series = log.series("loss")
    first.unlink()
    changes = log.refresh()
    assert set(changes.tags) == {"loss", "q"}
    assert series.steps.tolist() == [1]
    assert [info.tag for info in log.tags()] == ["loss"]
    assert [file.missing for file in log.files()] == [True, False]
    first.write_bytes(scalar("loss", 0))
    log.refresh()
    assert series.steps.tolist() == [0, 1]
    log.set_files([str(second)])
    log.refresh()
    assert series.steps.tolist() == [1]
    assert [file.path for file in log.files()] == [str(second)]


def test_a_file_replaced_by_rename(event_file: Write, tmp_path: Path):
    path = event_file(*[scalar("loss", step) for step in range(3)])
    log = opened(path)
    series = log.series("loss")
    other = event_file(*[scalar("loss", step, 1.0) for step in range(7)], name="other")
    other.rename(path)
    log.refresh()
    assert series.values.tolist() == [1.0] * 7
    assert damage(log) == [(0, "K403")]


def test_a_file_truncated_and_written_anew(event_file: Write):
    path = event_file(*[scalar("loss", step) for step in range(5)])
    log = opened(path)
    path.write_bytes(scalar("loss", 9, 2.0))
    log.refresh()
    assert log.series("loss").values.tolist() == [2.0]
    assert [rule for _, rule in damage(log)] == ["K402"]


def test_a_file_rewritten_in_place_with_as_many_bytes(event_file: Write):
    path = event_file(*[scalar("loss", step) for step in range(5)])
    log = opened(path)
    with path.open("r+b") as stream:
        stream.write(b"".join(scalar("loss", step, 3.0, 2000.0 + step) for step in range(5)))
    os.utime(path, (5, 5))
    log.refresh()
    assert log.series("loss").values.tolist() == [3.0] * 5
    assert [rule for _, rule in damage(log)] == ["K403"]


def test_a_file_that_cannot_be_read_stops_no_other(event_file: Write, tmp_path: Path):
    good = event_file(scalar("loss", 0))
    bad = tmp_path / "events.out.tfevents.0"
    bad.mkdir()
    loop = tmp_path / "events.out.tfevents.9"
    loop.symlink_to(loop)
    log = opened(bad, good, loop)
    assert log.series("loss").steps.tolist() == [0]
    assert [(one.file, one.rule) for one in log.damage()] == [(str(bad), "K401"), (str(loop), "K401")]
    log.refresh()
    assert len(log.damage()) == 2


def test_no_handle_is_kept(event_file: Write):
    paths = [event_file(scalar("loss", step), name=f"tfevents.{step}") for step in range(20)]
    before = sum(1 for _ in Path("/proc/self/fd").iterdir())
    log = opened(*paths)
    assert log.points == 20
    assert sum(1 for _ in Path("/proc/self/fd").iterdir()) == before
