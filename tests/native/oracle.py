"""The reference reader: the rules of docs/format.md in plain Python, for whole files, with no thought for speed."""

import math
import struct
from dataclasses import dataclass, field

from event_bytes import masked
from oracle_events import Event, Malformed, Value, decode_event, kind_of

HEADER, FOOTER = 12, 4


@dataclass
class Tag:
    kind: str
    scalars: list[tuple[int, float, float]] = field(default_factory=list)  # step, wall time, value
    double: bool = False
    payloads: list[tuple[int, float, int, int]] = field(default_factory=list)  # step, wall time, offset, length
    order: list[int] = field(default_factory=list)  # of each scalar: which event of the file it came with
    told: set[str] = field(default_factory=set)


@dataclass
class File:
    tags: dict[str, Tag] = field(default_factory=dict)
    restarts: list[tuple[int, int, float]] = field(default_factory=list)  # which event, step, time
    damage: list[tuple[int, str]] = field(default_factory=list)
    events: int = 0
    first: float = math.inf  # the times of values and session logs
    last: float = -math.inf
    told_time: bool = False

    def add(self, data: bytes, offset: int) -> None:
        event = decode_event(data, offset)
        if event.values or event.content == 7:
            if math.isfinite(event.wall_time):
                self.first, self.last = min(self.first, event.wall_time), max(self.last, event.wall_time)
            if event.content == 7 and event.status == 1:
                self.restarts.append((self.events, event.step, self.last))
        for value in event.values:
            self.add_value(event, value)
        self.events += 1
        if not math.isfinite(event.wall_time) and not self.told_time:
            self.told_time = True
            self.damage.append((offset, "K202"))

    def tell(self, tag: Tag, value: Value, rule: str, subject: str) -> None:
        if subject not in tag.told:
            tag.told.add(subject)
            self.damage.append((value.offset, rule))

    def add_value(self, event: Event, value: Value) -> None:
        if value.tag not in self.tags:
            kind = value.kind or kind_of(value)
            if kind is None:
                self.damage.append((value.offset, "K303"))
                return
            self.tags[value.tag] = Tag(kind)
        tag = self.tags[value.tag]
        if value.tag.encode() != value.raw:
            self.tell(tag, value, "K203", "name")
        if tag.kind == "scalar" and value.number is not None:
            tag.scalars.append((event.step, event.wall_time, value.number))
            tag.order.append(self.events)
            tag.double |= not value.single
        else:
            if value.kind is None and (tag.kind == "scalar" or value.field == 2):
                self.tell(tag, value, "K301" if tag.kind == "scalar" else "K302", "value")
            tag.payloads.append((event.step, event.wall_time, value.offset, value.length))


def examine(data: bytes, at: int) -> tuple[str, int]:
    """What stands at this offset: whole, unfinished, or which rule it breaks; and the payload's length."""
    zeros = len(data.rstrip(b"\0"))
    if len(data) - at < HEADER:
        return "unfinished", 0
    length, crc = struct.unpack_from("<QI", data, at)
    if masked(data[at : at + 8]) != crc:
        if zeros < at + HEADER:
            return "unfinished", 0
        return ("K104" if not any(data[at : at + HEADER]) else "K101"), 0
    if length + HEADER + FOOTER > len(data) - at:
        return "unfinished", length
    payload, footer = data[at + HEADER : at + HEADER + length], data[at + HEADER + length :][:FOOTER]
    if masked(payload) != struct.unpack("<I", footer)[0]:
        return ("unfinished" if zeros < at + HEADER + length + FOOTER else "K102"), length
    return "whole", length


def is_event_at(data: bytes, at: int) -> bool:
    verdict, length = examine(data, at)
    if verdict != "whole":
        return False
    try:
        decode_event(data[at + HEADER : at + HEADER + length])
    except Malformed:
        return False
    return True


def read_file(data: bytes) -> File:
    file, at = File(), 0
    while at < len(data):
        verdict, length = examine(data, at)
        if verdict == "whole":
            try:
                file.add(data[at + HEADER : at + HEADER + length], at + HEADER)
            except Malformed:
                file.damage.append((at, "K201"))
            at += HEADER + length + FOOTER
            continue
        following = next((q for q in range(at + 1, len(data) - HEADER - FOOTER + 1) if is_event_at(data, q)), None)
        if following is None:
            if verdict != "unfinished":
                file.damage.append((at, verdict))
            break
        holds = masked(data[at : at + 8]) == struct.unpack_from("<I", data, at + 8)[0]
        end = following + HEADER + examine(data, following)[1] + FOOTER
        if holds:
            verdict = "K103" if end <= at + HEADER + length + FOOTER else "K102"
        else:
            verdict = "K104" if not any(data[at : at + HEADER]) else "K101"
        file.damage.append((at, verdict))
        at = following
    return file


# ---- runs ---------------------------------------------------------------------------------------


def merged(files: list[File], tag: str) -> list[tuple[int, float, float, bool]]:
    """A tag's points over all files of a run: step, wall time, value, superseded."""
    order = sorted(range(len(files)), key=lambda index: (files[index].first, index))
    after = {
        (b, a)
        for a in order
        for b in order
        if files[a].last < files[b].first < math.inf and files[a].first <= files[a].last
    }
    rows = []
    for rank, index in enumerate(order):
        file = files[index]
        if tag not in file.tags:
            continue
        time = file.first
        for at, (step, wall_time, value) in enumerate(file.tags[tag].scalars):
            time = max(time, wall_time) if math.isfinite(wall_time) else time
            written = file.tags[tag].order[at]
            hidden = False
            for other_rank, other in enumerate(order):
                for event, start, start_time in files[other].restarts:
                    before = written < event if other == index else (time, rank) < (start_time, other_rank)
                    if (other, index) in after:
                        before = True
                    if (index, other) in after:
                        before = False
                    hidden |= before and step >= start
                later = files[other].tags.get(tag)
                if (other, index) in after and later and later.scalars:
                    hidden |= step >= later.scalars[0][0]
            rows.append(((time, rank, at), (step, wall_time, value, hidden)))
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def merged_kind(files: list[File], tag: str) -> str:
    """What a tag is in the run: scalar if it is in any file, otherwise what the earliest file says."""
    kinds = [file.tags[tag].kind for file in sorted(files, key=lambda file: file.first) if tag in file.tags]
    return "scalar" if "scalar" in kinds else kinds[0]


def merged_damage(files: list[File]) -> list[tuple[int, int, str]]:
    """What is told of the run: file, offset, rule."""
    told = [(number, offset, rule) for number, file in enumerate(files) for offset, rule in file.damage]
    for number, file in enumerate(files):
        for name, tag in file.tags.items():
            if tag.payloads and tag.kind != "scalar" and merged_kind(files, name) == "scalar":
                told.append((number, tag.payloads[0][2], "K301"))
    return told
