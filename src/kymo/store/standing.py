"""How a run is doing."""

from typing import Literal, NamedTuple

from kymo.format.duration_text import duration_text
from kymo.store.said import Said
from kymo.store.status import Status

State = Literal[
    "running", "validating", "paused", "stopping", "stalled", "finished", "stopped", "failed", "crashed", "idle"
]

_FINISHED = ("completed", "early_stopping", "target_reached")
_FAILED = ("diverged", "error")


class Standing(NamedTuple):
    """How a run is doing, in a word and in a sentence.

    "running", "validating" and "paused": its loop says so. "stopping": it has taken a request to stop, or has met a
    condition, and saves. "stalled": its process is alive and its loop says nothing. "finished": it has done what it
    was to do. "stopped": something ended it before. "failed": an exception, or a loss that is no number. "crashed": it
    has not said that it ended, and says nothing any more: its process was killed, or its machine or disk is gone.
    "idle": it says nothing about itself, and nothing grows.
    """

    state: State
    text: str


def standing_of(said: Said, status: Status, at: float) -> Standing:
    """How a run is doing.

    Args:
        said: What it says of itself.
        status: Whether it goes on.
        at: The moment that is asked about, in seconds since the epoch.

    >>> standing_of(Said({"status": "completed", "outcome": {"text": "All 9 epochs are done."}}), "finished", 0.0)
    Standing(state='finished', text='All 9 epochs are done.')
    """
    if status == "finished":
        return _ended(said)
    if status == "stale":
        heard = said.number("heartbeat")
        since = f" for {duration_text(max(0.0, at - heard))}" if heard is not None else ""
        return Standing("crashed", f"It has said nothing{since}: it was killed, or its machine or its disk is gone.")
    if said.text("status") is None:
        grows = status == "live"
        return Standing("running", "Its log grows.") if grows else Standing("idle", "Its log does not grow.")
    if (stopping := said.inside("stopping").text("text")) is not None:
        return Standing("stopping", f"{stopping} It is saving.")
    return _going_on(said, at)


def _ended(said: Said) -> Standing:
    reason = said.text("status")
    text = said.inside("outcome").text("text") or f"It says that it has ended: {reason}."
    if reason in _FAILED:
        return Standing("failed", text)
    is_stopped = said.inside("outcome").text("reason") is not None and reason not in _FINISHED
    return Standing("stopped" if is_stopped else "finished", text)


def _going_on(said: Said, at: float) -> Standing:
    told, phase = said.number("told"), said.text("phase")
    quiet = at - told if told is not None else 0.0
    if phase == "paused":
        return Standing("paused", "It stands still until it is asked to go on.")
    after = said.number("stalled_after")
    if after is not None and quiet > after:
        what = "Its validation has not ended" if phase == "validation" else "No batch has ended"
        return Standing("stalled", f"{what} for {duration_text(quiet)}, though its process is alive.")
    return (
        Standing("validating", "A validation goes on.")
        if phase == "validation"
        else Standing("running", "Training goes on.")
    )
