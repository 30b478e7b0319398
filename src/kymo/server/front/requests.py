"""The routes that ask something of a run that goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException

from kymo.server.edits.failure import failure
from kymo.server.front.models import Control, ControlRequest, Stopping, StopRequest
from kymo.server.site import Site, SiteOf
from kymo.store.changes import Changes
from kymo.store.edits.refusal import Refusal
from kymo.store.edits.requests import ask_for, ask_to_stop
from kymo.store.place import Place

if TYPE_CHECKING:
    from kymo.store import Run

router = APIRouter()


@router.post("/api/stop")
def stop(site: SiteOf, request: StopRequest) -> Stopping:
    """Asks a run to end softly, after its batch or its epoch, with everything saved."""
    run = _going_on(site, request.run)
    try:
        ask_to_stop(Place.of(str(run.path), site.logs.logdirs), request.after)
    except (Refusal, OSError) as error:
        raise failure(f"{run.name!r} was not asked to stop", error) from error
    site.publish(Changes((run.name,)))
    return Stopping(after=request.after)


@router.post("/api/control")
def control(site: SiteOf, request: ControlRequest) -> Control:
    """Asks a run to save, validate, pause or go on, or to set a limit or its learning rate; it answers later."""
    run = _going_on(site, request.run)
    if run.metadata.get("offers") is None:
        raise HTTPException(409, f"{run.name!r} takes no requests but to stop: it was made with control=False.")
    if (request.verb == "set") != (request.name is not None and request.value is not None):
        raise HTTPException(422, f"A name and a value go with set, and with nothing else: the verb is {request.verb}.")
    try:
        place = Place.of(str(run.path), site.logs.logdirs)
        request_id = ask_for(place, request.verb, request.name, request.value)
    except (Refusal, OSError) as error:
        raise failure(f"Nothing was asked of {run.name!r}", error) from error
    site.publish(Changes((run.name,)))
    return Control(id=request_id)


def _going_on(site: Site, name: str) -> Run:
    run = site.run(name)
    if run.metadata.get("status") is None:
        raise HTTPException(409, f"{name!r} has no run.json, so no kymo.Run is there to be asked.")
    if run.status == "finished":
        raise HTTPException(409, f"{name!r} has ended already: {run.metadata['status']}.")
    if run.status != "live":
        raise HTTPException(409, f"{name!r} has not said for a while that it is alive, so nobody would be asked.")
    return run
