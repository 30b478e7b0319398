"""What a batch pays for being able to stop: one look for the file `STOP`, and a turn of `run.batches` as a whole.

python benches/stop_file.py [--repeat 5]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import islice, repeat
from pathlib import Path
from typing import Any

from add_scalar import BUSY_NS, busy
from apart import measured_apart
from report import Row, budget, write

TURNS = 1_000  # between two looks at the clock, back to back
SAMPLES = 50
PACED = 500  # turns with work between them
LIMIT = 60.0
BUDGET_US = 2
REQUESTED, AFTER_BATCH = "StopFile.requested()", "StopFile.after_batch()"
KINDS = {
    "nothing": "a loop that does nothing",
    "os.access": "the look itself",
    "Path.exists": "the look in a loop by hand",
    REQUESTED: "the file of a run is looked for",
    AFTER_BATCH: "the same, as a stop condition",
    "a turn of run.batches": "all that a run does between two batches, none of them logged",
}
Figures = dict[str, float]


def turns(kind: str, directory: Path, ending: ExitStack) -> Iterator[Any]:
    """Does once, each time that it is asked for its next, what is measured."""
    if kind == "nothing":
        return repeat(None)
    if kind == "a turn of run.batches":
        from kymo import Run

        run = ending.enter_context(Run(directory, progress=False))
        epochs = run.epochs(1)
        next(epochs)
        ending.callback(epochs.close)
        batches = run.batches(repeat(None))
        ending.callback(batches.close)
        return batches
    from kymo import Progress, StopFile

    path = directory / "STOP"
    # No thread looks instead, as it would on a network: it is the look that is measured.
    stop = ending.enter_context(StopFile(path, far=False))
    calls: dict[str, Callable[[], object]] = {
        "os.access": partial(os.access, os.fspath(path), os.F_OK),
        "Path.exists": path.exists,
        REQUESTED: stop.requested,
        AFTER_BATCH: partial(stop.after_batch, Progress(epoch=0, step=1)),
    }
    return iter(calls[kind], object())  # calls until it gets that object, which it never does


def measure(kind: str, directory: Path) -> Figures:
    """Microseconds of a turn; runs in a process of its own."""
    clock = time.perf_counter_ns
    flood, paced = [], []
    with ExitStack() as ending:
        turn = turns(kind, directory, ending)
        for _ in islice(turn, TURNS):
            pass
        for _ in range(SAMPLES):
            start = clock()
            for _ in islice(turn, TURNS):
                pass
            flood.append((clock() - start) / TURNS)
        for _ in range(PACED):
            busy(clock() + BUSY_NS)
            start = clock()
            next(turn)
            paced.append(clock() - start)
    return {
        "p50": statistics.median(flood) / 1e3,
        "p50 paced": statistics.median(paced) / 1e3,
        "p99 paced": sorted(paced)[PACED * 99 // 100] / 1e3,
    }


def measured(kind: str) -> Figures:
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as directory:
        command = [sys.executable, __file__, "--one", kind, directory]
        outcome = measured_apart(command, LIMIT, must=True)
    assert isinstance(outcome, dict)
    return outcome


def row(kind: str, runs: list[Figures]) -> Row:
    return {
        "call": kind,
        "does": KINDS[kind],
        "back to back, p50 us": round(statistics.median(run["p50"] for run in runs), 3),
        "2 ms of work between, p50 us": round(statistics.median(run["p50 paced"] for run in runs), 2),
        "2 ms of work between, p99 us": round(statistics.median(run["p99 paced"] for run in runs), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--one", nargs=2, metavar=("KIND", "DIRECTORY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        kind, directory = arguments.one
        print(json.dumps(measure(kind, Path(directory))))
        return
    runs: dict[str, list[Figures]] = {kind: [] for kind in KINDS}
    for _ in range(arguments.repeat):
        for kind, done in runs.items():
            done.append(measured(kind))
    rows = [row(kind, done) for kind, done in runs.items()]
    found = {row["call"]: row for row in rows}
    made = [
        budget(
            f"{kind} while there is no file, back to back, us",
            float(found[kind]["back to back, p50 us"] or 0),
            BUDGET_US,
        )
        for kind in (REQUESTED, AFTER_BATCH)
    ]
    notes = [
        f"Median of {arguments.repeat} processes each, in turn: back to back of {SAMPLES} times {TURNS:,} turns,"
        f" between work of {PACED}, with what the clocks cost.",
        "On the disk of the system's temporary files; there is no file STOP.",
    ]
    write("stop_file", [*rows, *made], notes)


if __name__ == "__main__":
    main()
