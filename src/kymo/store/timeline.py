"""What has happened to a run beside its numbers."""

from typing import TYPE_CHECKING, NamedTuple

from kymo.format.event_kinds import EVENT_KINDS, EventKind, read_event_tag

if TYPE_CHECKING:
    from kymo.store.run import Run


class Event(NamedTuple):
    """One event of a run.

    Attributes:
        kind: What kind of event it is.
        step: The global step.
        wall_time: When, in seconds since the epoch.
        text: What has happened, a sentence.
        superseded: Whether a restart went on from before it.
    """

    kind: EventKind
    step: int
    wall_time: float
    text: str
    superseded: bool


class Timeline(NamedTuple):
    """The newest events of a run, the newest last, and how many there are."""

    events: list[Event]
    total: int


def timeline_of(run: "Run", limit: int) -> Timeline:
    """The events that the run has logged; of a run that logs none, the starts that its writers have noted.

    Args:
        run: The run.
        limit: How many of the newest to read.
    """
    tags = event_tags(run)
    if not tags:
        starts = [session for session in run.sessions if session.status == "START"]
        events = [
            Event("start", start.step, start.wall_time, "A writer began.", False)
            for start in sorted(starts, key=lambda start: start.wall_time)
        ]
        return Timeline(events[-limit:] if limit else [], len(events))
    found = [
        Event(kind, text.step, text.wall_time, " ".join(text.text), text.superseded)
        for kind, tag in tags.items()
        for text in run.texts(tag, limit)
    ]
    found.sort(key=lambda event: event.wall_time)
    total = sum(info.count for tag in tags.values() if (info := run.reader.log.info(tag)) is not None)
    return Timeline(found[-limit:] if limit else [], total)


def event_tags(run: "Run") -> dict[EventKind, str]:
    """The tags that events of a run are under, by their kind; those that it has."""
    tags = {kind: read_event_tag(kind) for kind in EVENT_KINDS}
    return {kind: tag for kind, tag in tags.items() if run.reader.log.info(tag) is not None}
