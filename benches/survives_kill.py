"""What `kill -9` leaves of a run: each writer logs a number about every millisecond until its process is killed.

python benches/survives_kill.py [--kills 6] [--only kymo torch]
"""

from __future__ import annotations

import argparse
import mmap
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from add_scalar_peers import LOGGERS, WRITERS
from apart import Failure, end, measured_apart
from report import Row, budget, versions, write

HERE = Path(__file__).resolve().parent
START_LIMIT = 60.0  # seconds until a library must have logged its first number
READ_LIMIT = 60.0
MOMENTS = (1.0, 4.0)  # seconds of logging before the kill
SETTLE = 3.0  # seconds that a writer's other processes are given to write what they have
PACE = 0.001
ROOM = 60_000  # numbers: more than can be logged until the kill at this pace
BUDGET_MS = 50


class Kill(NamedTuple):
    logged: int
    kept: int
    newest_kept_ms: float | None  # how old the newest number kept was at the kill; None where nothing was kept
    oldest_lost_ms: float  # how old the oldest number lost was; 0 where nothing was lost


def log_until_killed(library: str, directory: Path, journal: Path) -> None:
    """Logs 0, 1, 2 …, and notes in the journal when each call had returned; the journal outlives the process."""
    with journal.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
        returned = memoryview(mapped).cast("d")
        logger = LOGGERS[library](directory)
        for step in range(ROOM):
            logger.one(0.5, step)
            returned[step] = time.monotonic()
            time.sleep(PACE)
    raise SystemExit("nobody killed this process")


def times_in(journal: Path) -> list[float]:
    with memoryview(journal.read_bytes()) as content:
        return [at for at in content.cast("d").tolist() if at]


def killed(library: str, after: float, scratch: Path) -> Kill | Failure:
    """One process that is killed so many seconds after its first number."""
    journal, directory = scratch / "journal", scratch / "log"
    with journal.open("wb") as file:
        file.truncate(8 * ROOM)
    command = [sys.executable, __file__, "--one", library, str(directory), str(journal)]
    with (scratch / "errors").open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True)
    try:
        deadline = time.monotonic() + START_LIMIT
        while not times_in(journal):
            if process.poll() is not None or time.monotonic() > deadline:
                return Failure(f"logged nothing: {(scratch / 'errors').read_text(errors='replace').strip()[-150:]}")
            time.sleep(0.02)
        time.sleep(after)
        at = time.monotonic()
        process.kill()
        if process.wait() != -signal.SIGKILL:
            return Failure(f"ended by itself: {(scratch / 'errors').read_text(errors='replace').strip()[-150:]}")
        if _has_other_processes(process.pid):
            time.sleep(SETTLE)
    finally:
        end(process)
    found = measured_apart(
        [sys.executable, HERE / "stored_points.py", library, directory], READ_LIMIT, {"XDG_CACHE_HOME": str(scratch)}
    )
    return found if isinstance(found, Failure) else judged(times_in(journal), at, found)


def _has_other_processes(session: int) -> bool:
    try:
        os.killpg(session, 0)
    except ProcessLookupError:
        return False
    return True


def judged(returned: list[float], at: float, found: dict[str, int]) -> Kill:
    """A number written before its call had returned is kept, but counts neither as logged nor as kept."""
    logged = len(returned)
    ages = [max(0.0, at - each) * 1e3 for each in returned]
    newest, missing = min(found["newest"], logged - 1), found["first_missing"]
    return Kill(
        logged,
        min(found["points"], logged),
        ages[newest] if newest >= 0 else None,
        ages[missing] if missing < logged else 0.0,
    )


def row(library: str, kills: list[Kill], failure: Failure | None) -> Row:
    shares = [100 * kill.kept / kill.logged for kill in kills]
    ages = [kill.newest_kept_ms for kill in kills if kill.newest_kept_ms is not None]
    nothing = len(kills) - len(ages)
    told = [failure.why] if failure else []
    told += [f"nothing at all was kept {nothing} times"] if nothing else []
    return {
        "library": library,
        "kills": len(kills),
        "numbers logged": sum(kill.logged for kill in kills),
        "kept %": round(statistics.median(shares), 2) if shares else None,
        "worst kept %": round(min(shares), 2) if shares else None,
        "newest kept ms": round(statistics.median(ages), 1) if ages else None,
        "worst newest kept ms": round(max(ages), 1) if ages and not nothing else None,
        "worst oldest lost ms": round(max(kill.oldest_lost_ms for kill in kills), 1) if kills else None,
        "told": "; ".join(told),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=6, help="of each library")
    parser.add_argument("--only", nargs="*", choices=WRITERS, default=WRITERS)
    parser.add_argument("--one", nargs=3, metavar=("LIBRARY", "DIRECTORY", "JOURNAL"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        library, directory, journal = arguments.one
        log_until_killed(library, Path(directory), Path(journal))
        return
    moments = random.Random(1)
    kills: dict[str, list[Kill]] = {library: [] for library in arguments.only}
    failures: dict[str, Failure] = {}
    for _ in range(arguments.kills):
        after = moments.uniform(*MOMENTS)  # the same for all
        for library in kills:
            with tempfile.TemporaryDirectory(prefix="kymo-bench-", ignore_cleanup_errors=True) as scratch:
                kill = killed(library, after, Path(scratch))
            if isinstance(kill, Failure):
                if library == "kymo":
                    raise RuntimeError(kill.why)
                failures[library] = kill
            else:
                kills[library].append(kill)
    rows = [row(library, kills[library], failures.get(library)) for library in kills]
    claims = [
        budget("kill -9, age of the oldest number lost, worst ms", float(each["worst oldest lost ms"] or 0), BUDGET_MS)
        for each in rows
        if each["library"] == "kymo" and each["kills"]
    ]
    notes = [
        "One number about every millisecond, killed after 1 to 4 seconds, at the same moments for all, in turn.",
        f"A writer's other processes live on for {SETTLE:g} s. Ages are at the moment of the kill: 'newest kept' and"
        " 'oldest lost' tell from when on numbers are missing.",
        "Every library with its defaults. Event files are read by kymo.open, which passes over a torn tail.",
        versions("torch", "tensorboardX", "kohakuboard", "trackio"),
    ]
    write("survives_kill", [*rows, *claims], notes)


if __name__ == "__main__":
    main()
