"""The routes of the trash: what is deleted, put back, and removed for good."""

from __future__ import annotations

from collections.abc import Callable
from heapq import nlargest

from fastapi import APIRouter, HTTPException

from kymo.server.failure import failure, reason
from kymo.server.models import MAX_LISTED
from kymo.server.site import Site, SiteOf
from kymo.server.trash_models import (
    Emptied,
    EmptyRequest,
    RefusedEntry,
    RefusedRun,
    Restored,
    RestoreRequest,
    Trashed,
    TrashEntry,
    TrashList,
    TrashRequest,
)
from kymo.store.names import prefixes
from kymo.store.place import Place
from kymo.store.refusal import Refusal
from kymo.store.trash import Trash

router = APIRouter()


@router.post("/api/trash")
def trash(site: SiteOf, request: TrashRequest) -> Trashed:
    """Puts runs into the trash of their log directories."""
    trashed: list[str] = []
    refused: list[RefusedRun] = []
    trashes = {trash.logdir: trash for trash in _trashes(site)}
    stay = [str(path) for path in site.logs.logdirs] + [str(run.path) for _, run in site.runs()]
    for name in dict.fromkeys(request.runs):
        run = site.logs.get(name)
        if run is None:
            refused.append(RefusedRun(run=name, reason="No run is called so."))
            continue
        path = str(run.path)
        logdir = Place.of(path, site.logs.logdirs).logdir
        others = [other for other in stay if other != path]
        why = _tried(lambda: trashes[logdir].put(run, others))  # noqa: B023 - called at once
        if why is None:
            trashed.append(name)
            stay = others
        else:
            refused.append(RefusedRun(run=name, reason=why))
    if trashed:
        site.look()
    return Trashed(trashed=trashed, refused=refused)


def _trashes(site: Site) -> list[Trash]:
    logdirs = site.logs.logdirs
    return [Trash(logdir, prefix) for logdir, prefix in zip(logdirs, prefixes(logdirs), strict=True)]


def _tried(change: Callable[[], object]) -> str | None:
    """Why a change was not made, or None where it was."""
    try:
        change()
    except Refusal as refusal:
        return str(refusal)
    except OSError as error:
        return reason(error)
    return None


@router.get("/api/trash")
def trashed(site: SiteOf) -> TrashList:
    """What is in the trash, at most the newest 1000."""
    try:
        found = [entry for trash in _trashes(site) for entry in trash.entries()]
    except Refusal as refusal:
        raise HTTPException(409, str(refusal)) from refusal
    except OSError as error:
        raise failure("The trash cannot be read", error) from error
    return TrashList(
        total=len(found),
        entries=[
            TrashEntry(
                id=entry.id,
                run=entry.run,
                trashed_at=entry.trashed_at,
                bytes=entry.size.bytes,
                files=entry.size.files,
            )
            for entry in nlargest(MAX_LISTED, found, key=lambda entry: entry.id)
        ],
    )


@router.post("/api/trash/restore")
def restore(site: SiteOf, request: RestoreRequest) -> Restored:
    """Puts runs back to where they were; nothing is overwritten."""
    restored: list[str] = []
    refused: list[RefusedEntry] = []
    for entry in dict.fromkeys(request.ids):
        holder = next((trash for trash in _trashes(site) if trash.holds(entry)), None)
        if holder is None:
            refused.append(RefusedEntry(id=entry, reason="It is not in the trash."))
            continue
        why = _tried(lambda: restored.append(holder.restore(entry)))  # noqa: B023 - called at once
        if why is not None:
            refused.append(RefusedEntry(id=entry, reason=why))
    if restored:
        site.look()
    return Restored(restored=restored, refused=refused)


@router.post("/api/trash/empty")
def empty(site: SiteOf, request: EmptyRequest) -> Emptied:
    """Removes runs in the trash for good."""
    emptied, taken = 0, 0
    try:
        for trash in _trashes(site):
            count, size = trash.empty(request.ids)
            emptied, taken = emptied + count, taken + size
    except Refusal as refusal:
        raise HTTPException(409, str(refusal)) from refusal
    except OSError as error:
        raise failure("The trash cannot be emptied", error) from error
    return Emptied(emptied=emptied, bytes=taken)
