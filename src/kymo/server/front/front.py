"""The route that says how a run is doing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from fastapi import APIRouter, Query

from kymo.format.control_answer import newest_answers
from kymo.format.file_names import BEST_FILE, LAST_FILE
from kymo.server.front import models
from kymo.server.front.curves import curves_of
from kymo.server.models import number, plain, printable
from kymo.server.site import Site, SiteOf
from kymo.store.checkpoint_files import checkpoint_files
from kymo.store.edits.refusal import Refusal
from kymo.store.edits.requests import asked_to_stop, unanswered
from kymo.store.place import Place
from kymo.store.said import Said
from kymo.store.standing import standing_of
from kymo.store.timeline import timeline_of

if TYPE_CHECKING:
    from kymo.store import Run

router = APIRouter()

MAX_EVENTS = 500
_CHECKPOINTS = 20
_REQUESTS = 10


@router.get("/api/front")
def front(
    site: SiteOf,
    run: Annotated[str, Query(description="The run's name.")],
    events: Annotated[int, Query(ge=0, le=MAX_EVENTS, description="At most so many events, the newest.")] = 100,
) -> models.Front:
    """How a run is doing: what stands at the head of its page."""
    found = site.run(run)
    now = time.time()
    said = Said(found.metadata)
    standing = standing_of(said, found.status, now)
    timeline = timeline_of(found, events)
    progress = _progress(said)
    ends_at, ends_by = _end(said) if standing.state in ("running", "validating") else (None, None)
    monitors = said.inside("monitors")
    outcome = said.inside("outcome")
    goes_on = found.status == "live" and said.text("status") is not None
    return models.Front(
        run=found.name,
        now=now,
        state=standing.state,
        text=standing.text,
        started=said.number("started") or found.started,
        ended=said.number("ended") if found.status == "finished" else None,
        told=said.number("told"),
        progress=progress,
        ends_at=ends_at,
        ends_by=ends_by,
        best=[value for best in said.objects("best") if (value := _best(found, best, monitors)) is not None],
        conditions=_conditions(said),
        curves=curves_of(found, monitors.names()),
        prospects=site.prospects.of(found, {name: monitors.text(name) for name in monitors.names()}),
        config=plain(found.metadata.get("config")),
        command=said.texts("command"),
        commit=said.text("commit"),
        directory=said.text("directory"),
        host=said.text("host"),
        pid=said.count("pid"),
        versions={name: said.inside("versions").text(name) or "" for name in said.inside("versions").names()},
        resume=outcome.text("resume"),
        exit_code=outcome.count("exit_code"),
        events=[
            models.RunEvent(
                kind=event.kind,
                step=event.step,
                wall_time=number(event.wall_time),
                text=event.text,
                superseded=event.superseded,
            )
            for event in timeline.events
        ],
        events_total=timeline.total,
        can_stop=goes_on and not site.read_only,
        offers=_offers(said) if goes_on and not site.read_only else None,
        **_in_directory(site, found, said),
    )


def _progress(said: Said) -> models.Progress | None:
    epoch, step = said.count("epoch"), said.count("step")
    if epoch is None or step is None:
        return None
    epochs, batch, batches = said.count("planned_epochs"), said.count("batch") or 0, said.count("batches")
    fraction = None
    if epochs:
        fraction = min(1.0, (epoch + (min(1.0, batch / batches) if batches else 0.0)) / epochs)
    return models.Progress(epoch=epoch, epochs=epochs, batch=batch, batches=batches, step=step, fraction=fraction)


def _end(said: Said) -> tuple[float | None, str | None]:
    left, told = said.inside("left"), said.number("told")
    seconds = left.number("seconds")
    return (None, None) if seconds is None or told is None else (told + seconds, left.text("by"))


def _best(run: Run, best: Said, monitors: Said) -> models.BestValue | None:
    monitor, value, step = best.text("monitor"), best.number("value"), best.count("step")
    if monitor is None or value is None:
        return None
    mode = monitors.text(monitor)
    return models.BestValue(
        monitor=monitor,
        mode=cast("Literal['min', 'max']", mode) if mode in ("min", "max") else None,
        value=value,
        epoch=best.count("epoch"),
        step=step,
        at=_logged(run, monitor, step),
    )


def _logged(run: Run, tag: str, step: int | None) -> float | None:
    """When the series had this step for the last time."""
    series = run.get(tag)
    if series is None or step is None:
        return None
    snapshot = series.snapshot()
    at = (snapshot.steps == step).nonzero()[0]
    return float(snapshot.wall_times[at[-1]]) if len(at) else None


def _conditions(said: Said) -> list[models.Condition]:
    stop = said.inside("stop")
    found = []
    for name in stop.names():
        fraction, text = stop.inside(name).number("fraction"), stop.inside(name).text("text")
        if fraction is not None and text is not None:
            found.append(models.Condition(name=name, fraction=min(1.0, max(0.0, fraction)), text=text))
    return sorted(found, key=lambda condition: -condition.fraction)


def _offers(said: Said) -> models.Offers | None:
    offers = said.inside("offers")
    if not offers.names():
        return None
    settings = offers.inside("settings")
    return models.Offers(
        verbs=offers.texts("verbs"),
        settings=[models.Setting(name=name, value=settings.text(name) or "") for name in settings.names()],
    )


def _in_directory(site: Site, run: Run, said: Said) -> dict[str, Any]:
    """What lies in the run directory; nothing where it is reached through a link, or is gone."""
    steps = {LAST_FILE: said.count("saved_step")}
    for best in said.objects("best"):
        path = best.text("path") or BEST_FILE
        steps[path.rsplit("/", 1)[-1]] = best.count("step")
    try:
        with Place.of(str(run.path), site.logs.logdirs).opened() as directory:
            waiting = [
                models.AskedOf(
                    id=one.id, request=one.text, by=one.by, asked=one.at, status="waiting", text=None, answered=None
                )
                for one in unanswered(directory, _REQUESTS)
            ]
            answered = [
                models.AskedOf(
                    id=one.id,
                    request=one.request,
                    by=one.by,
                    asked=one.asked,
                    status=one.status,
                    text=one.text,
                    answered=one.answered,
                )
                for one in newest_answers(directory, _REQUESTS)
            ]
            return {
                "checkpoints": [
                    models.Checkpoint(
                        name=printable(file.name), bytes=file.bytes, at=file.at, step=steps.get(file.name)
                    )
                    for file in checkpoint_files(directory, _CHECKPOINTS)
                ],
                "stop_asked": asked_to_stop(directory),
                "requests": [*waiting, *answered][:_REQUESTS],
            }
    except (Refusal, OSError):
        return {"checkpoints": [], "stop_asked": None, "requests": []}
