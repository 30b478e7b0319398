"""Reads the corpus as a stranger would: the JSON files and the data they name, not the script."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kymo._core import RunLog
from kymo.store.run import Run

FILES = Path(__file__).resolve().parent / "files"
ENTRIES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FILES.glob("*.json"))
           if not path.name.endswith((".run.json", ".notes.json"))}  # fmt: skip

Stage = dict[str, Any]


def data_of(stage: Stage) -> dict[str, bytes]:
    """The run's files at this moment by name."""
    return {name: (FILES / kept).read_bytes() for name, kept in stage["files"].items()}


def put(run: Path, stages: list[Stage], number: int) -> None:
    """Brings the run directory from the stage before to this one."""
    stage = stages[number]
    wanted = data_of(stage)
    for name in stages[number - 1]["files"] if number else ():
        if name not in wanted:
            (run / name).unlink()
    for name, data in wanted.items():
        path = run / name
        if stage["how"] == "rename":
            path = run / f".{name}.part".replace("tfevents", "temporary")
        if path.exists() and path.read_bytes() == data:
            continue
        with path.open("r+b" if path.exists() else "wb") as stream:
            stream.truncate(len(data))
            stream.write(data)
        os.utime(path, (1000 + number, 1000 + number))
        path.replace(run / name)
    for name, target in stage.get("links", {}).items():
        (run / name).symlink_to(target)


def check_tags(log: RunLog, run: Path, stage: Stage) -> None:
    """Every tag of the stage is there with all its points and payloads, and no other but the neighbour's."""
    expected = stage["tags"]
    found = {info.tag: info for info in log.tags() if info.tag != "neighbour"}
    assert found.keys() == expected.keys()
    for tag, wanted in expected.items():
        info = found[tag]
        assert info.kind == wanted["kind"], tag
        for key in ("display_name", "description"):
            if key in wanted:
                assert getattr(info, key) == wanted[key], tag
        check_points(log, tag, wanted)
        check_payloads(log, run, tag, wanted)


def check_points(log: RunLog, tag: str, wanted: dict[str, Any]) -> None:
    shown = log.series(tag).snapshot()
    points = [[step, f"{float(time)!r}", f"{float(value)!r}"] for step, time, value in wanted.get("points", [])]
    columns = zip(shown.steps.tolist(), shown.wall_times.tolist(), shown.values.tolist(), strict=True)
    assert [[step, f"{time!r}", f"{value!r}"] for step, time, value in columns] == points, tag
    assert [row for row, hidden in enumerate(shown.superseded) if hidden] == wanted.get("superseded", []), tag
    if points:
        assert shown.values.dtype == ("float64" if wanted.get("double") else "float32"), tag


def check_payloads(log: RunLog, run: Path, tag: str, wanted: dict[str, Any]) -> None:
    found = log.payloads(tag)
    names = [Path(file.path).name for file in log.files()]
    columns = (found.files, found.steps, found.wall_times, found.offsets, found.lengths)
    rows = [[names[file], *row] for file, *row in zip(*(column.tolist() for column in columns), strict=True)]
    assert rows == wanted.get("payloads", []), tag
    assert [row for row, hidden in enumerate(found.superseded) if hidden] == wanted.get("superseded_payloads", []), tag


def told(warnings: list[Any]) -> list[tuple[str, int | None, str]]:
    """Warnings as the corpus writes them, in no order that matters."""
    return sorted(((Path(one.file).name, one.offset, one.rule) for one in warnings), key=repr)


def tells(stage: Stage, *without: str) -> list[tuple[str, int | None, str]]:
    """The stage's warnings but for those of some rules."""
    return sorted((tuple(one) for one in stage["warnings"] if not one[2].startswith(without)), key=repr)


def check_log(log: RunLog, run: Path, stage: Stage, *without: str) -> None:
    """What a RunLog must show; K5 is what only a whole log directory can tell."""
    check_tags(log, run, stage)
    assert told(log.damage()) == tells(stage, "K5", *without)
    assert all(one.cause.endswith(".") for one in log.damage())
    for name, count in stage.get("damage", {}).items():
        assert {Path(file.path).name: file.damage for file in log.files()}[name] == count


def check_histograms(run: Run, tag: str, wanted: list[dict[str, Any]]) -> None:
    """What those of a tag hold, once they are read."""
    found = run.histograms(tag)
    ends = zip(found.offsets[:-1].tolist(), found.offsets[1:].tolist(), strict=True)
    bins = list(zip(found.left.tolist(), found.right.tolist(), found.counts.tolist(), strict=True))
    assert [bins[first:last] for first, last in ends] == [[tuple(each) for each in one["bins"]] for one in wanted]
    assert found.figures.tolist() == [pytest.approx(one["figures"]) for one in wanted]
