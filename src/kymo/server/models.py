"""What the routes answer: the OpenAPI document and, from it, the dashboard's types follow these models."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from kymo.format.notes_file import MAX_NAME, MAX_NOTE

MAX_RUNS = 2000
# What one answer lists at most; the rest is asked for by further questions.
MAX_LISTED = 1000
MAX_TAGS = 10_000
# Characters of notes in one answer.
MAX_NOTED = 1 << 20

# JSON has no NaN: these strings are what TensorBoard's routes answer, too.
Number = float | Literal["NaN", "Infinity", "-Infinity"]
RunStatus = Literal["live", "finished", "stale", "idle"]


def number(value: float) -> Number:
    """A float as JSON can carry it."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def printable(path: str | Path) -> str:
    """A path as JSON can carry it: bytes that are not UTF-8 are shown escaped, as in run names."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def plain(value: Any, depth: int = 50) -> Any:
    """What somebody else's JSON file holds, as JSON can carry it: it may nest deeply and hold NaN and broken text."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list):
        return [plain(item, depth - 1) for item in value] if depth else "…"
    if isinstance(value, dict):
        return {plain(str(key)): plain(item, depth - 1) for key, item in value.items()} if depth else "…"
    return value


def _sendable(name: str) -> str:
    # JSON can spell half of a surrogate pair, which no answer could repeat.
    if not name.isprintable() and any("\ud800" <= character <= "\udfff" for character in name):
        raise PydanticCustomError("unpaired_surrogate", "Text has half of a surrogate pair")
    return name


Name = Annotated[str, AfterValidator(_sendable)]


class Model(BaseModel):
    # Wrong names in a request are mistakes to be told, not to be ignored.
    model_config = ConfigDict(extra="forbid")


class Problem(Model):
    """Any refused request: one sentence that names the value and the remedy."""

    detail: str


class Info(Model):
    """The server itself."""

    kymo: str = Field(description="The version of kymo.")
    server_id: str = Field(description="Changes with every start of the server.")
    logdirs: list[str]
    title: str
    poll: bool = Field(description="Whether growth is noticed by polling; otherwise by inotify.")
    token_required: bool = Field(description="Whether reading needs the token, too.")
    read_only: bool = Field(description="Whether every route that changes something is refused.")


class Loading(Model):
    """How far the first reading of the log directories has come, or the reading of a large file that came later."""

    bytes_done: int
    bytes_total: int = Field(description="As far as the files have been looked at.")
    files_done: int
    files_total: int


class Newest(Model):
    """A newest scalar of a run."""

    tag: str
    step: int
    wall_time: Number
    value: Number


class RunNotes(Model):
    """What people have noted of a run."""

    name: str = Field(description="What to call it, in place of its own name; empty for that.")
    note: str
    starred: bool
    archived: bool


class NotesRequest(Model):
    """New notes of a run; what is null or left out stays."""

    run: Name
    name: Annotated[Name, Field(max_length=MAX_NAME)] | None = None
    note: Annotated[Name, Field(max_length=MAX_NOTE)] | None = None
    starred: bool | None = None
    archived: bool | None = None


class RunSummary(Model):
    """A run, as a list of runs shows it. Times are seconds since the epoch."""

    name: str
    status: RunStatus
    started: float | None
    last_event: float | None
    tags: int
    points: int
    warnings: int
    newest: Newest | None = Field(description="The scalar logged last, whatever its tag.")
    value: Newest | None = Field(description="The newest point of the list's `value_tag`.")
    notes: RunNotes | None = Field(description="Null where nothing is noted.")
    front: bool = Field(description="Whether it says how it is doing: api/front has more of it.")


class Runs(Model):
    """Runs by name: a page of all of them, or of those that have changed."""

    server_id: str = Field(description="Versions of another server mean nothing here.")
    version: int = Field(description="What to ask `since` for what changes from here on.")
    since: int | None = Field(description="The version since which the runs have changed; null where all are listed.")
    value_tag: str | None = Field(description="The tag that was asked for, or else the one that says most.")
    loading: Loading | None = Field(description="Null once everything that was there at the start has been read.")
    total: int = Field(description="How many runs there are.")
    warnings: int = Field(description="How many warnings there are, those that belong to no run included.")
    latest: list[str] = Field(description="The runs that started last, the newest first, at most 20; none archived.")
    runs: list[RunSummary]
    removed: list[str] = Field(description="Runs that are gone since then.")
    next: str | None = Field(description="What to ask `after` for the next page; null on the last.")


class SizesRequest(Model):
    """The runs whose sizes are asked for."""

    runs: Annotated[list[Name], Field(max_length=MAX_RUNS)]


class Sizes(Model):
    """What the event files of runs take."""

    bytes: list[int | None] = Field(description="Of each run that was named, in that order; null where there is none.")


class TagSummary(Model):
    """A tag and the runs that have it."""

    tag: str
    kind: str
    display_name: str
    description: str
    runs: list[tuple[int, int]] = Field(
        description="Ranges of places in the list of runs that was sent: the first and the last of each."
    )


class TagsRequest(Model):
    """The runs whose tags are asked for."""

    runs: Annotated[list[Name], Field(max_length=MAX_RUNS)]


class Tags(Model):
    """The tags of the runs that were asked for."""

    version: int
    tags: list[TagSummary]


class TagCount(Model):
    """A tag and how many runs have it."""

    tag: str
    kind: str
    display_name: str
    description: str
    runs: int


class TagCounts(Model):
    """The tags of all runs, by name."""

    version: int
    total: int
    tags: list[TagCount]
    next: str | None = Field(description="What to ask `after` for the next page; null on the last.")


class RunFile(Model):
    """An event file of a run."""

    path: str
    size: int
    offset: int = Field(description="Bytes read so far.")
    events: int
    first_wall_time: float | None
    last_wall_time: float | None
    writer: str
    missing: bool


class Session(Model):
    """A session event that a writer left in the run's files."""

    status: str
    step: int
    wall_time: Number
    file: str


class RunTag(Model):
    """A tag of one run."""

    tag: str
    kind: str
    display_name: str
    description: str
    count: int


class RunDetail(Model):
    """Everything about one run but its points."""

    name: str
    path: str
    status: RunStatus
    metadata: dict[str, Any]
    files: list[RunFile]
    sessions: list[Session]
    tags: list[RunTag]


class TextEntry(Model):
    """A text as safe HTML."""

    step: int
    wall_time: Number
    superseded: bool
    html: str


class WarningEntry(Model):
    """Damage or disorder found in a file; everything around it is shown all the same."""

    run: str
    file: str
    offset: int | None
    rule: str
    cause: str


class Warnings(Model):
    """The first warnings, and how many there are."""

    total: int
    warnings: list[WarningEntry]


class Hello(Model):
    """The first message on the live channel."""

    type: Literal["hello"]
    kymo: str
    server_id: str
    version: int


class Changed(Model):
    """Something has grown: fetch it again. No more than one in 30 ms."""

    type: Literal["changed"]
    version: int
    runs: list[str] | None = Field(description="The runs that changed; null: the list of runs itself did.")
