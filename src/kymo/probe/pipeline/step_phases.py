"""Where the time of a training's steps goes, as the process that trains sees it."""

from __future__ import annotations

from collections.abc import Sequence

from kymo.probe.series import pipeline_tag

# Percentiles of more steps than this in a second are those of so many of them, evenly chosen.
_ENOUGH = 2_000
_MILLISECOND = 1_000_000


# What one step took, in nanoseconds: waiting for its batch; moving that to its device; the body of the loop, but for
# logging; `run.log`, and what a run does between two batches. Last, how many batches lay ready when it was asked for.
# Together the four are all the time from asking for one batch to asking for the next.
Step = tuple[int, int, int, int, int | None]
_PHASES = ("data_wait", "copy", "step", "logging")


class StepPhases:
    """Tells of the steps since the last look: shares of the time, and how long each phase is.

    The first batch of a loop, which waits for workers to start, is told apart; validation and what is done between
    loops are no part of a step. On a GPU, whose work goes on behind the host's back, `step` is how long the host took
    to ask for it, and a wait for the GPU is in the phase that waits.

    Attributes:
        steps: Those that were not looked at yet; whoever trains appends them.
        fetched: Of some batches: how long the training waited for it, how long its thread was at work meanwhile, and
            how long that had no core, in nanoseconds. Appended by whoever trains.
        workers: How many processes make the batches; None where that is not known.
        logged: Nanoseconds that logging has taken so far, all steps together; whoever logs adds to it.
        first: Nanoseconds that the first batch of the newest loop was waited for; None once that was told.

    Example:
        >>> phases = StepPhases()
        >>> phases.steps.append((3_000_000, 0, 6_500_000, 500_000, 0))
        >>> found = phases.read(now=1.0)
        >>> found["pipeline/data_wait"], found["pipeline/data_wait_p50"], found["pipeline/step_time_p50"]
        (30.0, 3.0, 10.0)
    """

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.fetched: list[tuple[int, int, int]] = []
        self.workers: int | None = None
        self.logged = 0
        self.first: int | None = None

    def read(self, now: float) -> dict[str, float]:  # noqa: ARG002, a sensor's
        """Numbers by their series; none where no step was made.

        Args:
            now: Seconds.
        """
        found: dict[str, float] = {}
        first, self.first = self.first, None
        if first is not None:
            found["first_batch"] = first / _MILLISECOND
        steps = self.steps[:]
        del self.steps[: len(steps)]
        fetched = self.fetched[:]
        del self.fetched[: len(fetched)]
        if fetched:
            walls, at_work, waited = (sum(times) for times in zip(*fetched, strict=True))
            found["data_wait_cpu"] = min(100.0, 100 * at_work / max(1, walls))
            found["data_wait_core"] = min(100.0, 100 * waited / max(1, walls))
        total = sum(sum(step[:4]) for step in steps)
        if total:
            for phase, times in zip(_PHASES, zip(*(step[:4] for step in steps), strict=True), strict=True):
                found[phase] = 100 * sum(times) / total
                found |= _spread(phase, times)
            found |= _spread("step_time", [sum(step[:4]) for step in steps])
            if self.workers is not None:
                found["workers"] = float(self.workers)
            ready = [step[4] for step in steps if step[4] is not None]
            if ready:
                found["batches_ready"] = sum(ready) / len(ready)
                found["queue_empty"] = 100 * ready.count(0) / len(ready)
        return {pipeline_tag(name): value for name, value in found.items()}

    def close(self) -> None:
        """There is nothing to let go of."""


def _spread(name: str, times: Sequence[int]) -> dict[str, float]:
    """The median, and what one in twenty and one in a hundred steps exceed, in milliseconds."""
    ordered = sorted(times[:: max(1, len(times) // _ENOUGH)])
    places = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {f"{name}_{key}": ordered[int(at * (len(ordered) - 1) + 0.5)] / _MILLISECOND for key, at in places.items()}
