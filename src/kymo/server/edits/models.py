"""What the routes of the trash take and answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kymo.server.models import MAX_RUNS, Model, Name


class TrashRequest(Model):
    """Runs to put into the trash."""

    runs: Annotated[list[Name], Field(max_length=MAX_RUNS)]


class RefusedRun(Model):
    """A run that stays where it is."""

    run: str
    reason: str


class Trashed(Model):
    """What has become of the runs."""

    trashed: list[str]
    refused: list[RefusedRun]


class TrashEntry(Model):
    """A run in the trash."""

    id: str
    run: str = Field(description="Its name; empty where its record is damaged.")
    trashed_at: float = Field(description="Seconds since the epoch.")
    bytes: int
    files: int


class TrashList(Model):
    """What is in the trash, the newest first."""

    total: int
    entries: list[TrashEntry]


class RestoreRequest(Model):
    """Entries to put back."""

    ids: Annotated[list[Name], Field(max_length=MAX_RUNS)]


class RefusedEntry(Model):
    """An entry that stays in the trash."""

    id: str
    reason: str


class Restored(Model):
    """What has become of the entries; the runs that are back, by their names."""

    restored: list[str]
    refused: list[RefusedEntry]


class EmptyRequest(Model):
    """Entries to remove for good."""

    ids: Annotated[list[Name], Field(max_length=MAX_RUNS)] | None = Field(description="Null for all of them.")


class Emptied(Model):
    """How many were removed, and the bytes that they took."""

    emptied: int
    bytes: int
