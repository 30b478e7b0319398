"""What a RunLog shows, in the terms of the reference reader."""

import struct
from pathlib import Path

import oracle

from kymo._core import RunLog


def bits(*numbers: float) -> bytes:
    return struct.pack(f"<{len(numbers)}d", *numbers)


def points(log: RunLog, tag: str) -> list[tuple[int, bytes, bytes, bool]]:
    """Steps, times, values and masks of a tag; numbers as bits, so that NaN equals NaN."""
    shown = log.series(tag).snapshot()
    columns = (shown.steps, shown.wall_times, shown.values, shown.superseded)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [(step, bits(time), number_bits(value), hidden) for step, time, value, hidden in rows]


def number_bits(value: float) -> bytes:
    return b"NaN" if value != value else bits(value)


def expected_points(files: list[oracle.File], tag: str) -> list[tuple[int, bytes, bytes, bool]]:
    rows = oracle.merged(files, tag)
    return [(step, bits(time), number_bits(value), hidden) for step, time, value, hidden in rows]


def assert_shows(log: RunLog, files: list[oracle.File]) -> None:
    """The log holds what the reference reader found in the files, in the order of the log's own files."""
    names = {tag for file in files for tag in file.tags}
    assert {info.tag for info in log.tags()} == names
    kinds = {info.tag: info.kind for info in log.tags()}
    for name in names:
        assert kinds[name] == oracle.merged_kind(files, name), name
        assert points(log, name) == expected_points(files, name), name
        placed = [
            (number, row) for number, file in enumerate(files) if name in file.tags for row in file.tags[name].payloads
        ]
        found = log.payloads(name)
        columns = (found.files, found.steps, found.wall_times, found.offsets, found.lengths)
        rows = list(zip(*(column.tolist() for column in columns), strict=True))
        wanted = [(number, step, time, offset, length) for number, (step, time, offset, length) in placed]
        assert sorted(map(repr, rows)) == sorted(map(repr, wanted)), name
        if any(name in file.tags and file.tags[name].double for file in files):
            assert log.series(name).values.dtype == "float64"
        else:
            assert log.series(name).values.dtype == "float32"
    assert [file.events for file in log.files()] == [file.events for file in files]
    assert_tells(log, files)


def assert_tells(log: RunLog, files: list[oracle.File]) -> None:
    """The log tells what the reference reader would; of a file that was replaced or shrank, that as well."""
    numbers = {file.path: number for number, file in enumerate(log.files())}
    told = [(numbers[one.file], one.offset, one.rule) for one in log.damage() if not one.rule.startswith("K4")]
    assert sorted(told) == sorted(oracle.merged_damage(files))


def opened(*paths: Path) -> RunLog:
    log = RunLog()
    log.set_files([str(path) for path in paths])
    log.refresh()
    return log


def damage(log: RunLog) -> list[tuple[int, str]]:
    return [(one.offset, one.rule) for one in log.damage()]
