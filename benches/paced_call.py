"""Why logging is slower between other work than in a loop: what calls cost there, by how much they do.

What a call touches leaves the processor's caches while other work, the kernel and other machines on the same cores take
its place. So each kind of call is timed in a loop, between 2 ms of work, and after its caches were overwritten: where
the last two are alike, the caches are the reason, and a call that does nothing shows the floor of every library's.

python benches/paced_call.py [--repeat 20]
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Callable

from add_scalar import BUSY_NS, busy
from report import Row, write

from kymo import SummaryWriter
from kymo._core import EventWriter

CALLS = 10  # of one kind, before it is the next kind's turn; the first of them is not counted
EVICTING_BYTES = 32 << 20  # copied: more than a core's own caches hold, and about what cores share
Call = Callable[[str, float, int], object]
Pause = Callable[[], None]


def kinds(writer: SummaryWriter, events: EventWriter) -> dict[str, Call]:
    return {
        "nothing, in Python": lambda _tag, _value, _step: None,
        "an empty native call": lambda _tag, value, _step: math.fabs(value),
        "reading the clock": lambda _tag, _value, _step: time.time(),
        "EventWriter.add_now": lambda tag, value, step: events.add_now(tag, value, step),
        "SummaryWriter.add_scalar": lambda tag, value, step: writer.add_scalar(tag, value, step),
    }


def pauses() -> dict[str, Pause]:
    source, target = memoryview(bytearray(EVICTING_BYTES)), memoryview(bytearray(EVICTING_BYTES))

    def overwrite_caches() -> None:
        target[:] = source

    return {
        "back to back": lambda: None,
        "2 ms of work between": lambda: busy(time.perf_counter_ns() + BUSY_NS),
        "caches overwritten": overwrite_caches,
    }


def clocked(call: Call, pause: Pause) -> list[int]:
    """Nanoseconds of each call, with the clocks around it."""
    taken = []
    clock = time.perf_counter_ns
    for step in range(CALLS):
        pause()
        start = clock()
        call("train/loss", 0.5, step)
        taken.append(clock() - start)
    return taken[1:]


def rows(repeat: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as directory:
        events = EventWriter(f"{directory}/events.out.tfevents.1.bench")
        with SummaryWriter(f"{directory}/run") as writer:
            calls, between = kinds(writer, events), pauses()
            taken: dict[tuple[str, str], list[int]] = {(kind, pause): [] for pause in between for kind in calls}
            for _ in range(repeat):
                for kind, pause in taken:
                    taken[kind, pause] += clocked(calls[kind], between[pause])
        events.close()

    def median_us(kind: str, pause: str) -> float:
        return round(statistics.median(taken[kind, pause]) / 1e3, 2)

    return [{"call": kind} | {f"{pause}, p50 us": median_us(kind, pause) for pause in between} for kind in calls]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=20)
    repeat = parser.parse_args().repeat
    notes = [
        f"{repeat * (CALLS - 1)} calls of each kind at each pace, {CALLS - 1} at a turn, all in one process.",
        "The clocks around a call are included: 'nothing' is the floor.",
    ]
    write("paced_call", rows(repeat), notes)


if __name__ == "__main__":
    main()
