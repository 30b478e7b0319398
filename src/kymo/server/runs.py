"""Routes about the server and its runs."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter, Query, Request, Response

from kymo.server.headline import headline
from kymo.server.models import (
    Info,
    Loading,
    Newest,
    RunDetail,
    RunFile,
    Runs,
    RunSummary,
    RunTag,
    Session,
    WarningEntry,
    number,
    plain,
    printable,
)
from kymo.server.site import Site, SiteOf

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
    )


@router.get("/api/runs", response_model=Runs)
def runs(
    site: SiteOf,
    request: Request,
    value_tag: str | None = Query(
        None, description="The scalar tag whose newest value each run shows; without one the tag that says most."
    ),
) -> Response:
    """All runs, and how far reading them has come."""
    key = (site.logs.version, site.logs.loading, value_tag)
    return site.snapshots.respond(request, "runs", key, lambda: _runs(site, value_tag))


def _runs(site: Site, value_tag: str | None) -> Runs:
    version, loading = site.logs.version, site.logs.loading
    counts = site.warning_counts()
    found = site.runs()
    if value_tag is None:
        value_tag = headline(Counter(tag for _, run in found for tag in run))
    summaries = []
    for name, run in found:
        series = None if value_tag is None else run.get(value_tag)
        last = None if series is None else series.last
        summaries.append(
            RunSummary(
                name=name,
                status=run.status,
                started=run.started,
                last_event=run.last_event,
                tags=len(run.tags),
                points=run.points,
                warnings=counts[name],
                newest=_newest(run.newest),
                value=None if value_tag is None or last is None else _newest((value_tag, *last)),
            )
        )
    progress = None if loading is None else Loading(files_done=loading[0], files_total=loading[1])
    return Runs(version=version, value_tag=value_tag, loading=progress, runs=summaries)


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


@router.get("/api/warnings")
def warnings(site: SiteOf) -> list[WarningEntry]:
    """Damage and disorder found in the files."""
    return [
        WarningEntry(
            run=warning.run, file=printable(warning.file), offset=warning.offset, rule=warning.rule, cause=warning.cause
        )
        for warning in site.logs.warnings
    ]
