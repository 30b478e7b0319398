"""A corpus entry: the files of a run, at one moment or several, and what a reader must find in them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from event_bytes import event, record, scalar, summary

FILE, SECOND, THIRD = "events.out.tfevents.1", "events.out.tfevents.2", "events.out.tfevents.3"

Expected = dict[str, Any]
Point = tuple[int, float, float]
# File, step, wall time, where the value lies: offset and length.
Payload = tuple[str, int, float, int, int]


@dataclass(frozen=True)
class Stage:
    """The run directory at one moment. `how`: "write" changes files in place, "rename" puts others in their place."""

    files: dict[str, bytes]
    tags: dict[str, Expected]
    warnings: list[tuple[str, int | None, str]] = field(default_factory=list)
    how: str = "write"
    links: dict[str, str] = field(default_factory=dict)
    damage: dict[str, int] = field(default_factory=dict)  # pieces of damage counted, where not all of them are told


@dataclass(frozen=True)
class Entry:
    """The name begins with the rule that the entry shows; `also` are rules that it shows besides."""

    name: str
    about: str
    stages: list[Stage]
    also: tuple[str, ...] = ()

    @property
    def rules(self) -> list[str]:
        return [self.name.split("-")[0], *self.also]

    def files(self) -> dict[str, bytes]:
        """The entry's files by name: its data, and what must be found in it."""
        names: dict[bytes, str] = {}
        for stage in self.stages:
            for name, data in stage.files.items():
                suffix = "tfevents" if "tfevents" in name else name
                names.setdefault(data, f"{self.name}.{len(names) + 1}.{suffix}")
        return {name: data for data, name in names.items()} | {f"{self.name}.json": self._expected(names).encode()}

    def _expected(self, names: dict[bytes, str]) -> str:
        stages = [self._stage(stage, names) for stage in self.stages]
        return (
            f'{{\n "rules": {json.dumps(self.rules)},\n "about": {json.dumps(self.about)},\n "stages": [\n'
            + ",\n".join(stages)
            + "\n ]\n}\n"
        )

    @staticmethod
    def _stage(stage: Stage, names: dict[bytes, str]) -> str:
        parts = [f'"files": {json.dumps({name: names[data] for name, data in stage.files.items()})}']
        parts.append(f'"how": "{stage.how}"')
        if stage.links:
            parts.append(f'"links": {json.dumps(stage.links)}')
        tags = [f"    {json.dumps(tag)}: {json.dumps(plain(expected))}" for tag, expected in stage.tags.items()]
        parts.append('"tags": {\n' + ",\n".join(tags) + "\n   }" if tags else '"tags": {}')
        parts.append(f'"warnings": {json.dumps(stage.warnings)}')
        if stage.damage:
            parts.append(f'"damage": {json.dumps(stage.damage)}')
        return "  {\n   " + ",\n   ".join(parts) + "\n  }"


def plain(value: Any) -> Any:
    """The same with text for the numbers that JSON has none for: "nan", "inf", "-inf"."""
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


def one(
    name: str, about: str, parts: Iterable[bytes], tags: dict[str, Expected], *warnings: tuple[int, str], also: str = ""
) -> Entry:
    """An entry of one file at one moment; warnings as offset and rule."""
    stage = Stage({FILE: b"".join(parts)}, tags, [(FILE, offset, rule) for offset, rule in warnings])
    return Entry(name, about, [stage], tuple(also.split()))


def points(*steps: int) -> list[Point]:
    """The points of `records(*steps)`."""
    return [(step, 1000.0 + step, step / 2) for step in steps]


def records(*steps: int, tag: str = "loss") -> list[bytes]:
    """A record for each step: its value half the step, its time 1000 s after it."""
    return [scalar(tag, step, step / 2) for step in steps]


def scalars(rows: list[Point], superseded: Iterable[int] = (), **more: Any) -> Expected:
    """What a scalar tag must show; `superseded` are the rows that a restart has replaced."""
    expected: Expected = {"kind": "scalar", "points": rows}
    return expected | ({"superseded": list(superseded)} if superseded else {}) | more


def loss(*steps: int, superseded: Iterable[int] = ()) -> dict[str, Expected]:
    return {"loss": scalars(points(*steps), superseded)}


def payloads(kind: str, rows: list[Payload], **more: Any) -> Expected:
    """What a tag of another kind must show: where its values lie."""
    return {"kind": kind, "payloads": rows} | more


def valued(value: bytes, step: int = 0, wall_time: float | None = None) -> bytes:
    """A record of one Summary.Value."""
    return record(event(summary(value), step=step, wall_time=1000.0 + step if wall_time is None else wall_time))


def place(file: bytes, value: bytes) -> tuple[int, int]:
    """Where the serialized value lies in the file that holds it once: offset and length."""
    assert file.count(value) == 1
    return file.index(value), len(value)


def starts(parts: list[bytes]) -> list[int]:
    """The offset of each part of a file."""
    return [sum(map(len, parts[:number])) for number in range(len(parts))]


def flipped(data: bytes, at: int) -> bytes:
    """The same with one bit changed."""
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
