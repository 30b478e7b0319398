"""The route that changes what is noted of a run."""

from __future__ import annotations

from fastapi import APIRouter

from kymo.server.edits.failure import failure
from kymo.server.models import NotesRequest, RunNotes
from kymo.server.runs import noted
from kymo.server.site import SiteOf
from kymo.store.changes import Changes
from kymo.store.edits.notes import change_notes
from kymo.store.edits.refusal import Refusal
from kymo.store.place import Place

router = APIRouter()


@router.put("/api/notes")
def note(site: SiteOf, request: NotesRequest) -> RunNotes:
    """Changes what is noted of a run. Notes that say nothing are removed."""
    run = site.run(request.run)
    changes = request.model_dump(exclude={"run"}, exclude_none=True)
    try:
        notes = change_notes(Place.of(str(run.path), site.logs.logdirs), changes)
    except (Refusal, OSError) as error:
        raise failure(f"Nothing was noted of {run.name!r}", error) from error
    if site.logs.renote(run):
        site.publish(Changes((run.name,)))
    return noted(notes)
