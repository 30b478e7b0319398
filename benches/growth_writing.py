"""How the cost of logging grows with the number of points: up to ten million, and a hundred million by a flag.

python benches/growth_writing.py [--largest 1e7] [--only kymo torch]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from add_scalar import cpu_seconds, size_of
from add_scalar_peers import LOGGERS, WRITERS
from apart import Failure, measured_apart, peak_mib, peak_of_children_mib
from growth import LIMIT, OURS, Figures, Rounds, in_turn, sizes
from report import Row, versions, write

HERE = Path(__file__).resolve().parent
PATIENCE = 2 * LIMIT  # seconds until a measurement that was foretold to be short is stopped
OUR_PATIENCE = 1800.0


def log(library: str, points: int, directory: Path) -> Figures:
    """Logs the points back to back; runs in a process of its own."""
    logger = LOGGERS[library](directory)
    call = logger.one
    cpu, start = cpu_seconds(), time.perf_counter()
    for step in range(points):
        call(step * 1e-6, step)
    calls = time.perf_counter() - start
    logger.finish()
    return {
        "calls": calls,
        "seconds": time.perf_counter() - start,
        "cpu": cpu_seconds() - cpu,
        "peak": peak_mib() + peak_of_children_mib(),
    }


def logged(library: str, points: int) -> Figures | Failure:
    """The cost, the size of what was written, and how many of the points are in it."""
    with tempfile.TemporaryDirectory(prefix="kymo-bench-", ignore_cleanup_errors=True) as scratch:
        directory = Path(scratch) / "log"
        ours = library == OURS
        patience = OUR_PATIENCE if ours else PATIENCE
        command = [sys.executable, __file__, "--one", library, str(points), str(directory)]
        cost = measured_apart(command, patience, must=ours)
        if isinstance(cost, Failure):
            return cost
        command = [sys.executable, str(HERE / "stored_points.py"), library, str(directory)]
        found = measured_apart(command, patience, {"XDG_CACHE_HOME": scratch}, must=ours)
        if isinstance(found, Failure):
            return Failure(f"not readable: {found.why}")
        return cost | {"bytes": size_of(directory) / points, "kept": found["points"]}


def row(library: str, points: int, rounds: Rounds) -> Row:
    return {
        "library": library,
        "points": points,
        "calls s": rounds.median("calls", 4),
        "on disk s": rounds.median("seconds", 4),
        "CPU s": rounds.median("cpu", 4),
        "peak MiB": rounds.median("peak", 1),
        "bytes a point": rounds.median("bytes", 1),
        "points kept": rounds.median("kept"),
        "rounds": len(rounds.done),
        "told": rounds.told,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=lambda text: int(float(text)), default=10_000_000, help="such as 1e8")
    parser.add_argument("--only", nargs="*", choices=WRITERS, default=WRITERS)
    parser.add_argument("--one", nargs=3, metavar=("LIBRARY", "POINTS", "DIRECTORY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        library, points, directory = arguments.one
        print(json.dumps(log(library, int(points), Path(directory))))
        return
    rows: list[Row] = []
    before: dict[str, Rounds] = {}
    for points in sizes(arguments.largest):
        measures = {library: partial(logged, library, points) for library in arguments.only}
        before = in_turn(measures, before)
        rows += [row(library, points, rounds) for library, rounds in before.items()]
    notes = [
        "One series, a point a call, back to back; 'calls' until the last call returned, 'on disk' until the library"
        " had finished, 'CPU' of all threads and finished children. The loop that calls is in all of them.",
        "'peak' is of the whole process with what it imports, plus its largest child.",
        f"Median of the rounds. A peer is not run where a tenth of the points foretells more than {LIMIT:g} s.",
        versions("torch", "tensorboardX", "kohakuboard", "trackio"),
    ]
    write("growth_writing", rows, notes)


if __name__ == "__main__":
    main()
