"""Routes about the server and its runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from kymo.format.notes_file import NO_NOTES, Notes
from kymo.server.models import (
    MAX_LISTED,
    MAX_NOTED,
    Info,
    Loading,
    Newest,
    RunDetail,
    RunFile,
    RunNotes,
    Runs,
    RunSummary,
    RunTag,
    Session,
    Sizes,
    SizesRequest,
    WarningEntry,
    Warnings,
    number,
    plain,
    printable,
)
from kymo.server.overview import page_of
from kymo.server.site import Site, SiteOf

if TYPE_CHECKING:
    from kymo.store import LogWarning, Run
    from kymo.store.progress import Progress

router = APIRouter()


@router.get("/api/info")
async def info(site: SiteOf) -> Info:
    """The server itself."""
    return Info(
        kymo=site.version,
        server_id=site.server_id,
        logdirs=[printable(path) for path in site.logs.logdirs],
        title=site.title,
        poll=site.poll,
        token_required=site.token_required,
        read_only=site.read_only,
    )


@router.get("/api/runs", response_model=Runs)
def runs(
    site: SiteOf,
    request: Request,
    value_tag: Annotated[
        str | None,
        Query(description="The scalar tag whose newest value each run shows; without one the tag that says most."),
    ] = None,
    since: Annotated[
        int | None, Query(description="Only runs that have changed since this version of this server.")
    ] = None,
    after: Annotated[str | None, Query(description="The `next` of the answer before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LISTED, description="At most so many runs.")] = MAX_LISTED,
) -> Response:
    """Runs by name, a page at a time, and how far reading them has come."""
    asked = _Asked(value_tag, since, after, limit)
    key = (site.logs.version, site.logs.loading, asked)
    return site.snapshots.respond(request, "runs", key, lambda: _runs(site, asked))


@dataclass(frozen=True)
class _Asked:
    """What a request for the list of runs asked for."""

    value_tag: str | None
    since: int | None
    after: str | None
    limit: int


def _runs(site: Site, asked: _Asked) -> Runs:
    overview, loading = site.overview, site.logs.loading
    version = overview.refresh()
    value_tag, valid_from = (asked.value_tag, 0) if asked.value_tag is not None else overview.headline
    changes = None if asked.since is None else site.logs.since(asked.since)
    if changes is None or asked.since is None or asked.since < valid_from:
        # Everything is listed, from its beginning for whoever had hoped for less.
        names, after = list(site.logs), None if asked.since is not None else asked.after
        since, removed = None, tuple[str, ...]()
    else:
        names, after = sorted(changes.changed), asked.after
        since, removed = asked.since, changes.removed
        version = min(version, changes.version)
    page, following = _within(site, *page_of(names, after, asked.limit))
    return Runs(
        server_id=site.server_id,
        version=version,
        since=since,
        value_tag=value_tag,
        loading=None if loading is None else _loading(loading),
        total=len(site.logs),
        warnings=overview.warnings,
        latest=overview.latest,
        runs=[
            _summary(name, run, value_tag, overview.warnings_of(name))
            for name in page
            if (run := site.logs.get(name)) is not None
        ],
        removed=list(removed),
        next=following,
    )


def _within(site: Site, page: list[str], following: str | None) -> tuple[list[str], str | None]:
    """As much of a page as its notes allow: a few runs may have long ones, a thousand together may not."""
    room = MAX_NOTED
    for at, name in enumerate(page):
        run = site.logs.get(name)
        room -= 0 if run is None else len(run.notes.note)
        if room < 0 and at > 0:
            return page[:at], page[at - 1]
    return page, following


def _loading(progress: Progress) -> Loading:
    return Loading(
        bytes_done=progress.bytes_read,
        bytes_total=progress.bytes_found,
        files_done=progress.files_read,
        files_total=progress.files_found,
    )


def _summary(name: str, run: Run, value_tag: str | None, warnings: int) -> RunSummary:
    series = None if value_tag is None else run.get(value_tag)
    last = None if series is None else series.last
    return RunSummary(
        name=name,
        status=run.status,
        started=run.started,
        last_event=run.last_event,
        tags=len(run.tags),
        points=run.points,
        warnings=warnings,
        newest=_newest(run.newest),
        value=None if value_tag is None or last is None else _newest((value_tag, *last)),
        notes=None if run.notes == NO_NOTES else noted(run.notes),
        front="told" in run.metadata,
    )


def noted(notes: Notes) -> RunNotes:
    """Notes, as a route answers them."""
    return RunNotes(name=notes.name, note=notes.note, starred=notes.starred, archived=notes.archived)


def _newest(point: tuple[str, int, float, float] | None) -> Newest | None:
    if point is None:
        return None
    tag, step, wall_time, value = point
    return Newest(tag=tag, step=step, wall_time=number(wall_time), value=number(value))


@router.get("/api/run")
def run(site: SiteOf, run: str = Query(description="The run's name.")) -> RunDetail:
    """Everything about one run but its points."""
    found = site.run(run)
    # In this order: a file that is new to the run may hold a session. One that has vanished takes its own with it.
    sessions, files = found.sessions, found.files
    return RunDetail(
        name=found.name,
        path=printable(found.path),
        status=found.status,
        metadata=plain(dict(found.metadata)),
        files=[
            RunFile(
                path=printable(file.path),
                size=file.size,
                offset=file.offset,
                events=file.events,
                first_wall_time=file.first_wall_time,
                last_wall_time=file.last_wall_time,
                writer=file.writer,
                missing=file.missing,
            )
            for file in files
        ],
        sessions=[
            Session(
                status=event.status,
                step=event.step,
                wall_time=number(event.wall_time),
                file=printable(files[event.file].path),
            )
            for event in sessions
            if event.file < len(files)
        ],
        tags=[
            RunTag(
                tag=tag.tag,
                kind=tag.kind,
                display_name=tag.display_name,
                description=tag.description,
                count=tag.count,
            )
            for tag in found.tags
        ],
    )


@router.post("/api/sizes")
def sizes(site: SiteOf, request: SizesRequest) -> Sizes:
    """What the event files of some runs take."""
    found = [site.logs.get(name) for name in request.runs]
    return Sizes(bytes=[None if run is None else sum(file.size for file in run.files) for run in found])


@router.get("/api/warnings")
def warnings(
    site: SiteOf,
    run: Annotated[str | None, Query(description="Only those of this run.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LISTED, description="At most so many, the first.")] = MAX_LISTED,
) -> Warnings:
    """Damage and disorder found in the files."""
    site.overview.refresh()
    total = site.overview.warnings if run is None else site.overview.warnings_of(run)
    return Warnings(
        total=total,
        warnings=[
            WarningEntry(
                run=warning.run,
                file=printable(warning.file),
                offset=warning.offset,
                rule=warning.rule,
                cause=warning.cause,
            )
            for warning in islice(_found(site, run), limit)
        ],
    )


def _found(site: Site, name: str | None) -> Iterator[LogWarning]:
    """Warnings as they are needed: all of them together may be millions."""
    yield from (warning for warning in site.logs.discovery_warnings if name is None or warning.run == name)
    for _, run in site.runs() if name is None else [(name, site.run(name))]:
        yield from run.warnings
