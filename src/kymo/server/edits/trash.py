"""The routes of the trash: what is deleted, put back, and removed for good."""

from __future__ import annotations

from bisect import bisect_left
from heapq import nlargest

from fastapi import APIRouter

from kymo.server.edits.failure import failure, reason
from kymo.server.edits.models import (
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
from kymo.server.models import MAX_LISTED
from kymo.server.site import Site, SiteOf
from kymo.store.edits.refusal import Refusal
from kymo.store.edits.trash import Trash
from kymo.store.names import prefixes
from kymo.store.place import Place

router = APIRouter()


@router.post("/api/trash")
def trash(site: SiteOf, request: TrashRequest) -> Trashed:
    """Puts runs into the trash of their log directories."""
    found = {name: site.logs.get(name) for name in request.runs}
    refused = {name: "No run is called so." for name, run in found.items() if run is None}
    trashes = {trash.logdir: trash for trash in _trashes(site)}
    stay = sorted([*map(str, site.logs.logdirs), *(str(run.path) for _, run in site.runs())])
    # A run within another one goes first, so that it does not keep the other's directory where it is.
    known = [run for run in found.values() if run is not None]
    for run in sorted(known, key=lambda run: run.path, reverse=True):
        path = str(run.path)
        try:
            trashes[Place.of(path, site.logs.logdirs).logdir].put(run, stay)
            del stay[bisect_left(stay, path)]
        except (Refusal, OSError) as error:
            refused[run.name] = reason(error)
    if len(refused) < len(found):
        site.look()
    return Trashed(
        trashed=[name for name in found if name not in refused],
        refused=[RefusedRun(run=name, reason=why) for name, why in refused.items()],
    )


def _trashes(site: Site) -> list[Trash]:
    logdirs = site.logs.logdirs
    return [Trash(logdir, prefix) for logdir, prefix in zip(logdirs, prefixes(logdirs), strict=True)]


@router.get("/api/trash")
def trashed(site: SiteOf) -> TrashList:
    """What is in the trash, at most the newest 1000."""
    try:
        found = [entry for trash in _trashes(site) for entry in trash.entries()]
    except (Refusal, OSError) as error:
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
            for entry in nlargest(MAX_LISTED, found, key=lambda entry: (entry.trashed_at, entry.id))
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
        try:
            restored.append(holder.restore(entry))
        except (Refusal, OSError) as error:
            refused.append(RefusedEntry(id=entry, reason=reason(error)))
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
    except (Refusal, OSError) as error:
        raise failure("The trash cannot be emptied", error) from error
    return Emptied(emptied=emptied, bytes=taken)
