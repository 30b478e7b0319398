"""Files of one run become one: order, restarts, concurrent writers, files that come and go."""

import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import oracle
import pytest
from comparison import assert_shows, opened
from event_bytes import (
    bytes_field,
    double_field,
    event,
    record,
    scalar,
    session,
    simple,
    summary,
    tensor,
    tensor_value,
    version,
)
from hypothesis import given
from hypothesis import strategies as st

from kymo._core import RunLog

Write = Callable[..., Path]


def shown(log: RunLog, tag: str = "loss") -> list[tuple[int, float]]:
    series = log.series(tag)
    return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def mask(log: RunLog, tag: str = "loss") -> list[int]:
    """The positions of superseded points."""
    return np.flatnonzero(log.series(tag).superseded).tolist()


def append(path: Path, *parts: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(b"".join(parts))


def test_what_a_refresh_tells(event_file: Write):
    path = event_file(version(), scalar("loss", 0), scalar("accuracy", 0))
    log = RunLog()
    log.set_files([str(path)])
    assert log.version == 0
    first = log.refresh()
    assert (first.tags, first.points, first.bytes, first.more) == (["loss", "accuracy"], 2, path.stat().st_size, False)
    version_before = log.version
    nothing = log.refresh()
    assert (nothing.tags, nothing.points, nothing.bytes) == ([], 0, 0)
    assert log.version == version_before
    append(path, scalar("accuracy", 1))
    assert log.refresh().tags == ["accuracy"]
    assert log.version > version_before


def test_a_budget_stops_early_and_goes_on(event_file: Write):
    path = event_file(*[scalar("loss", step) for step in range(100)])
    log = RunLog()
    log.set_files([str(path)])
    rounds = 1
    while log.refresh(400).more:
        rounds += 1
        assert 0 < log.points < 100
    assert rounds > 5
    assert log.series("loss").steps.tolist() == list(range(100))


def test_a_missing_tag_is_named():
    log = RunLog()
    with pytest.raises(KeyError, match="train/loss"):
        log.series("train/loss")
    with pytest.raises(KeyError, match="train/loss"):
        log.payloads("train/loss")


def test_tag_information(event_file: Write):
    described = bytes_field(
        9,
        bytes_field(1, bytes_field(1, "scalars") + bytes_field(2, b"\x01\xff"))
        + bytes_field(2, "Loss")
        + bytes_field(3, "of *training*"),
    )
    later = bytes_field(9, bytes_field(1, bytes_field(1, "images")) + bytes_field(2, "Other"))
    log = opened(
        event_file(
            record(event(summary(simple("loss", 1.0) + described))), record(event(summary(simple("loss", 2.0) + later)))
        )
    )
    (info,) = log.tags()
    assert (info.tag, info.kind, info.plugin, info.count) == ("loss", "scalar", "scalars", 2)
    assert (info.display_name, info.description, info.content) == ("Loss", "of *training*", b"\x01\xff")


def test_double_precision_from_the_first_double_on(event_file: Write):
    path = event_file(scalar("loss", 0, 0.1))
    log = opened(path)
    before = log.series("loss").values
    append(
        path, record(event(summary(tensor_value("loss", tensor(2, double_field(6, 0.1)))), step=1, wall_time=1001.0))
    )
    log.refresh()
    assert log.series("loss").values.dtype == np.float64
    assert log.series("loss").values.tolist() == [float(np.float32(0.1)), 0.1]
    assert before.dtype == np.float32
    assert before.tolist() == [np.float32(0.1)]


def test_arrays_are_read_only_views_that_outlive_the_log(event_file: Write):
    path = event_file(*[scalar("loss", step, float(step)) for step in range(5)])
    log = opened(path)
    snapshot = log.series("loss").snapshot()
    arrays = [snapshot.steps, snapshot.wall_times, snapshot.values]
    assert np.shares_memory(arrays[0], log.series("loss").steps)
    append(path, *[scalar("loss", step, float(step)) for step in range(5, 5000)])
    log.refresh()
    del snapshot, log
    assert [array.tolist() for array in arrays] == [
        [0, 1, 2, 3, 4],
        [1000.0 + at for at in range(5)],
        [0.0, 1.0, 2.0, 3.0, 4.0],
    ]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_the_same_series_each_time(event_file: Write):
    log = opened(event_file(scalar("loss", 0)))
    series = log.series("loss")
    assert log.series("loss") is series
    assert (series.tag, len(series), series.superseded_count, series.last) == ("loss", 1, 0, (0, 1000.0, 0.0))


def test_a_viewport_over_another_series(event_file: Write):
    records = [
        record(event(summary(simple("loss", step / 2), simple("epoch", step // 10)), step=step)) for step in range(100)
    ]
    log = opened(event_file(*records))
    view = log.series("loss").viewport(axis="mapped", mapping=log.series("epoch"), pixels=1000)
    assert view.points_in_view == 100
    assert view.x.max() == 9.0
    assert log.series("loss").viewport(pixels=4).downsampled


def test_a_start_supersedes_what_was_written_before_it_in_the_same_file(event_file: Write):
    path = event_file(
        *[scalar("loss", step) for step in range(6)], scalar("other", 2, wall_time=1005.5), session(4, 1006.0)
    )
    log = opened(path)
    assert mask(log) == [4, 5]
    append(path, scalar("loss", 4, 0.5, 1007.0), scalar("loss", 5, 0.5, 1008.0))
    log.refresh()
    assert shown(log) == [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (4, 0.5), (5, 0.5)]
    assert mask(log) == [4, 5]
    assert mask(log, "other") == []
    assert log.series("loss").superseded_count == 2
    assert log.series("loss").last == (5, 1008.0, 0.5)
    assert [(one.status, one.step, one.wall_time, one.file) for one in log.sessions()] == [("START", 4, 1006.0, 0)]


def test_only_a_start_restarts(event_file: Write):
    log = opened(event_file(scalar("loss", 5), session(0, 1006.0, status=2), session(0, 1007.0, status=3)))
    assert mask(log) == []
    assert [one.status for one in log.sessions()] == ["STOP", "CHECKPOINT"]


def test_a_growing_last_file_appends_and_older_views_stay(event_file: Write):
    first = event_file(scalar("loss", 0), name="tfevents.1")
    second = event_file(scalar("loss", 1), name="tfevents.2")
    log = opened(first, second)
    before = log.series("loss").steps
    for step in range(2, 50):
        append(second, scalar("loss", step))
        log.refresh()
    assert log.series("loss").steps.tolist() == list(range(50))
    assert before.tolist() == [0, 1]


def test_a_file_with_a_header_only_changes_nothing(event_file: Write):
    first = event_file(*[scalar("loss", step) for step in range(3)], name="tfevents.1")
    log = opened(first, event_file(version(5.0), name="tfevents.2"))
    assert log.series("loss").steps.tolist() == [0, 1, 2]
    assert log.first_wall_time == 5.0
    assert mask(log) == []


def test_payloads_of_several_files(event_file: Write):
    def picture(step: int, time: float) -> bytes:
        return record(event(summary(bytes_field(1, "picture") + bytes_field(4, b"")), step=step, wall_time=time))

    first = event_file(*[picture(step, 1000.0 + step) for step in range(3)], name="tfevents.1")
    second = event_file(picture(1, 1010.0), name="tfevents.2")
    log = opened(first, second)
    found = log.payloads("picture")
    assert found.steps.tolist() == [0, 1, 2, 1]
    assert found.files.tolist() == [0, 0, 0, 1]
    assert found.superseded.tolist() == [False, True, True, False]
    append(second, picture(2, 1011.0))
    log.refresh()
    assert log.payloads("picture").files.tolist() == [0, 0, 0, 1, 1]
    assert len(found) == 4


def test_many_threads_see_whole_snapshots(event_file: Write):
    path = event_file(scalar("loss", 0, 0.0))
    log = opened(path)
    series = log.series("loss")
    total, failures, done = 3000, [], threading.Event()

    def look() -> None:
        while not done.is_set():
            shot = series.snapshot()
            columns = [shot.steps.tolist(), (shot.wall_times - 1000.0).tolist(), shot.values.tolist()]
            if not (columns[0] == columns[1] == columns[2] == list(range(len(shot)))):
                failures.append(columns)
            log.tags(), log.files(), series.viewport(pixels=20), log.damage()

    def refresh() -> None:
        while not done.is_set():
            log.refresh()

    threads = [threading.Thread(target=work) for work in (look, look, refresh, refresh)]
    for thread in threads:
        thread.start()
    for step in range(1, total):
        append(path, scalar("loss", step, float(step)))
    log.refresh()
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(series) == total


written_points = st.lists(
    st.tuples(st.sampled_from(["a", "b", "START"]), st.integers(0, 6), st.integers(0, 30) | st.just(float("nan"))),
    max_size=8,
)


@given(st.lists(written_points, min_size=1, max_size=4), st.data())
def test_any_files_merge_as_the_reference_says(plans: list[list[tuple[str, int, float]]], data: st.DataObject):
    contents = [
        [
            session(step, time) if tag == "START" else scalar(tag, step, number + at / 8, time)
            for at, (tag, step, time) in enumerate(plan)
        ]
        for number, plan in enumerate(plans)
    ]
    with tempfile.TemporaryDirectory() as directory:
        paths = [Path(directory, f"events.out.tfevents.{number}") for number in range(len(contents))]
        log = RunLog()
        left = [list(content) for content in contents]
        for number in data.draw(st.permutations([number for number, content in enumerate(contents) for _ in content])):
            append(paths[number], left[number].pop(0))
            log.set_files([str(path) for path in paths])
            log.refresh()
        for path in paths:
            path.touch()
        log.set_files([str(path) for path in paths])
        log.refresh()
        at_once = opened(*paths)
    expected = [oracle.read_file(b"".join(content)) for content in contents]
    assert_shows(at_once, expected)
    assert_shows(log, expected)
