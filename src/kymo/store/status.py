"""Whether a run goes on."""

from typing import Literal

from kymo.format.run_file import RUNNING, RunFile

Status = Literal["live", "finished", "stale", "idle"]

# A run renews its heartbeat every few seconds; one that has not for this long has died or lost its disk. An event file
# that has not grown for this long belongs to a run that has ended, or that logs rarely: "idle" claims neither.
ALIVE_SECONDS = 30.0


def status_of(run_file: RunFile | None, last_growth: float | None, at: float) -> Status:
    """The status at a moment; all times are seconds since the epoch.

    Args:
        run_file: The run's own description, if it has one.
        last_growth: When its newest event file was last written to.
        at: The moment that is asked about.
    """
    said = run_file.status if run_file is not None else None
    if said is None or run_file is None:
        return "live" if _recent(last_growth, at) else "idle"
    if said != RUNNING:
        return "finished"
    # A run without a heartbeat of its own is believed as long as its files grow.
    heartbeat = run_file.heartbeat if run_file.heartbeat is not None else last_growth
    return "live" if _recent(heartbeat, at) else "stale"


def _recent(moment: float | None, at: float) -> bool:
    # A moment in the future is another machine's clock, and as fresh as can be.
    return moment is not None and at - moment <= ALIVE_SECONDS
