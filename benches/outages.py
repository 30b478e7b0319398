"""What logging costs the training thread while the disk fails, and what memory ten million calls take.

python benches/outages.py [--calls 20000] [--many 10000000]

The disk's failures are made by tests/stress/outage_shim.cpp, which is preloaded: the same for every library.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from add_scalar_peers import LOGGERS
from report import Row, budget, write

SHIM = Path(__file__).resolve().parent.parent / "tests" / "stress" / "outage_shim.cpp"
# what is wrong -> as the shim takes it
DISKS = {
    "healthy": "",
    "full": "write,open 28 0 0",
    "failing": "write 5 0 13",
    "slow, 300 ms a write": "write,fsync 0 300 0",
}
LIBRARIES = ("kymo", "torch")
PAUSE_EVERY = 100  # calls, after which the training computes for a while: the outage lasts for many writes
PAUSE = 0.01
LONGEST = 15.0  # seconds for all calls, of which a library that waits for the disk makes fewer


def resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def waits() -> int:
    """How often this thread has given up its processor: it was not pushed aside, as on a busy machine, but waited."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw


def numbers_in(directory: Path) -> int:
    """How many points can be read, whoever wrote them."""
    import kymo

    return sum(len(run[tag]) for run in kymo.open(directory).values() for tag in run)


def log_through(name: str, disk: str, calls: int, directory: Path) -> Row:
    """Runs in a process of its own, in the shim."""
    logging.getLogger("kymo").addHandler(logging.NullHandler())  # torch imports logging, so a training has it
    logger = LOGGERS[name](directory)
    for step in range(100):
        logger.one(0.5, step)
    time.sleep(0.2)
    control = Path(os.environ["KYMO_OUTAGE"])
    control.write_text(DISKS[disk])
    taken, raised, waited, before = [], 0, 0, waits()
    clock, begun = time.perf_counter_ns, time.perf_counter()
    for step in range(100, 100 + calls):
        start = clock()
        try:
            logger.one(0.5, step)
        except OSError:
            raised += 1
        taken.append(clock() - start)
        if step % PAUSE_EVERY == 0:
            waited += waits() - before
            time.sleep(PAUSE)
            before = waits()
        if time.perf_counter() - begun > LONGEST:
            break
    waited += waits() - before
    control.write_text("")
    try:
        logger.finish()
    except OSError:
        raised += 1
    worst = max(taken) / 1e3
    slow = sum(each > 1_000_000 for each in taken)
    kept = numbers_in(directory) / (100 + len(taken))
    return {
        "library": name,
        "disk": disk,
        "calls": len(taken),
        "worst us": round(worst, 1),
        "calls over 1 ms": slow,
        "waits": waited,
        "calls that raised": raised,
        "kept %": round(100 * kept, 2),
    }


def log_many(calls: int, directory: Path) -> Row:
    from kymo import SummaryWriter

    writer = SummaryWriter(directory)
    at: dict[str, int | float | str | bool | None] = {"library": "kymo"}
    start, done = time.perf_counter(), 0
    for goal in (calls // 100, calls // 10, calls):
        for step in range(done, goal):
            writer.add_scalar("loss", 0.5, step)
        done = goal
        at[f"MiB after {goal:,}"] = round(resident_mib(), 1)
    at["us a call"] = round((time.perf_counter() - start) / calls * 1e6, 2)
    writer.close()
    at["kept %"] = round(100 * numbers_in(directory) / calls, 2)
    return at


def apart(shim: Path, *arguments: str) -> Row:
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as directory:
        environment = os.environ | {"LD_PRELOAD": str(shim), "KYMO_OUTAGE": f"{directory}/outage"}
        command = [sys.executable, __file__, "--one", *arguments, f"{directory}/log"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments} failed: {done.stderr.strip()[-2000:]}")
    row: Row = json.loads(done.stdout.strip().splitlines()[-1])
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--many", type=int, default=10_000_000)
    parser.add_argument("--one", nargs=4, metavar=("LIBRARY", "DISK", "CALLS", "DIRECTORY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        name, disk, calls, directory = arguments.one
        row = log_through(name, disk, int(calls), Path(directory)) if disk else log_many(int(calls), Path(directory))
        print(json.dumps(row))
        return
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as built:
        shim = Path(built) / "shim.so"
        compiler = os.environ.get("CXX", "c++")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(shim), str(SHIM), "-ldl"], check=True)
        rows = [apart(shim, name, disk, str(arguments.calls)) for disk in DISKS for name in LIBRARIES]
        many = apart(shim, "kymo", "", str(arguments.many))
    ours = [row for row in rows if row["library"] == "kymo"]
    made = [
        budget(f"worst of {arguments.calls:,} add_scalar, disk {row['disk']}, us", float(row["worst us"] or 0), 1000)
        for row in ours
    ]
    sizes = [float(value or 0) for key, value in many.items() if key.startswith("MiB")]
    made.append(budget(f"growth in memory from {arguments.many // 100:,} calls on, MiB", sizes[-1] - sizes[0], 4))
    notes = [
        f"{PAUSE * 1e3:.0f} ms of rest after every {PAUSE_EVERY} calls, so that the outage lasts for many writes; "
        f"calls end after {LONGEST:.0f} s.",
        "'waits': how often the calling thread went to sleep, for a lock or the disk; being pushed aside is none.",
        "'kept': the points that can be read after the disk is back and the writer closed.",
    ]
    write("outages", [*rows, many, *made], notes)


if __name__ == "__main__":
    main()
