"""Files of a run that vanish, come back, are replaced, truncated, or cannot be read."""

from collections.abc import Callable
from pathlib import Path

from comparison import opened
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
