"""Each rule's files are read as they must be: alone, beside others, as they grow, and through `kymo.open`."""

import math
from itertools import zip_longest
from pathlib import Path
from typing import Any

import make
import pytest
from corpus_check import ENTRIES, FILES, Stage, check_histograms, check_log, check_tags, data_of, put, tells, told
from event_bytes import scalar

import kymo
from kymo._core import RunLog
from kymo.format.event_files import is_event_file
from kymo.store import Logs
from kymo.store.network import read_network

each_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
# Files that can grow byte by byte: of several stages, a later one may take back what an earlier one said.
each_file = pytest.mark.parametrize(
    "stage",
    [entry["stages"][0] for entry in ENTRIES.values() if len(entry["stages"]) == 1],
    ids=[name for name, entry in ENTRIES.items() if len(entry["stages"]) == 1],
)
# Times that overlap those of every entry, steps that no restart reaches.
NEIGHBOUR = [scalar("neighbour", -9 + at, at / 2, time) for at, time in enumerate([-1e9, 0.0, 1500.0, 1e9])]
MOST_PIECES = 200


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "run"
    path.mkdir()
    return path


def follow(run: Path, *names: str) -> RunLog:
    log = RunLog()
    log.set_files([str(run / name) for name in names if is_event_file(name)])
    return log


def test_the_files_are_those_of_the_script():
    assert {path.name: path.read_bytes() for path in FILES.iterdir()} == make.contents()


@each_entry
def test_alone(run: Path, entry: dict[str, Any]):
    stages = entry["stages"]
    log = follow(run)
    for number, stage in enumerate(stages):
        put(run, stages, number)
        log.set_files([str(run / name) for name in stage["files"] if is_event_file(name)])
        log.refresh()
        check_log(log, run, stage)
        log.refresh()
        check_log(log, run, stage)


@each_entry
def test_each_stage_read_at_once(run: Path, entry: dict[str, Any]):
    """What was read before adds nothing but the news that it holds no more."""
    for number, stage in enumerate(entry["stages"]):
        put(run, entry["stages"], number)
        log = follow(run, *stage["files"])
        log.refresh()
        check_log(log, run, stage, "K402", "K403")


@each_entry
def test_beside_a_file_and_a_run_without_damage(run: Path, entry: dict[str, Any]):
    other = run.parent / "other"
    other.mkdir()
    for directory in (run, other):
        (directory / "events.out.tfevents.zz").write_bytes(b"".join(NEIGHBOUR))
    with Logs(run.parent) as logs:
        for number, stage in enumerate(entry["stages"]):
            put(run, entry["stages"], number)
            logs.refresh()
            check_tags(logs["run"].reader.log, run, stage)
            for name in ("run", "other"):
                series = logs[name]["neighbour"]
                assert series.steps.tolist() == [-9, -8, -7, -6]
                assert series.superseded_count == 0
            assert logs["other"].warnings == []


@each_entry
def test_through_kymo_open(run: Path, entry: dict[str, Any]):
    for number, stage in enumerate(entry["stages"]):
        put(run, entry["stages"], number)
        logs = kymo.open(run.parent)
        assert list(logs) == ["run"] * bool([name for name in stage["files"] if is_event_file(name)])
        for tag, wanted in stage["tags"].items():
            if wanted["kind"] == "scalar":
                assert len(logs["run"][tag].values) == len(wanted.get("points", []))
            if "texts" in wanted:
                assert [text.text for text in logs["run"].texts(tag)] == wanted["texts"]
            if "histograms" in wanted:
                check_histograms(logs["run"], tag, wanted["histograms"])
            if "layers" in wanted:
                assert [layer.name for layer in read_network(logs["run"])] == wanted["layers"]
        assert told(logs.warnings) == tells(stage, "K402", "K403")
        if list(logs):
            check_tags(logs["run"].reader.log, run, stage)


def pieces(data: dict[str, bytes], size: int) -> list[tuple[str, bytes]]:
    """The files in pieces, a piece of each in turn."""
    cut = [[(name, part[at : at + size]) for at in range(0, len(part), size)] for name, part in data.items()]
    return [piece for turn in zip_longest(*cut) for piece in turn if piece is not None]


@each_file
def test_grown_byte_by_byte(run: Path, stage: Stage):
    data = {name: part for name, part in data_of(stage).items() if is_event_file(name)}
    for name in data:
        (run / name).touch()
    log = follow(run, *data)
    log.refresh()
    for name, piece in pieces(data, math.ceil(max(map(len, data.values())) / MOST_PIECES) or 1):
        with (run / name).open("ab") as stream:
            stream.write(piece)
        log.refresh()
    check_log(log, run, stage)


@each_file
def test_grown_in_two_pieces(run: Path, stage: Stage):
    data = {name: part for name, part in data_of(stage).items() if is_event_file(name)}
    longest = max(map(len, data.values()))
    for cut in range(0, longest, max(1, longest // 60)):
        for name, part in data.items():
            (run / name).write_bytes(part[:cut])
        log = follow(run, *data)
        log.refresh()
        for name, part in data.items():
            with (run / name).open("ab") as stream:
                stream.write(part[cut:])
        log.refresh()
        check_log(log, run, stage)
