"""What logging a number costs the training thread and the machine, for kymo and its peers in turn.

python benches/add_scalar.py [--repeat 3] [--only kymo torch]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from add_scalar_peers import LOGGERS, TAGS
from apart import Failure, measured_apart, peak_mib, peak_of_children_mib
from report import Row, budget, versions, write

BUSY_NS = 2_000_000  # Python work between paced calls: what a training step does beside logging
WARM_UP = 100
LIMIT = 120.0  # seconds that no case may take
# what -> (numbers a call, calls back to back, calls between work)
KINDS = {"one": (1, 20_000, 300), "ten": (len(TAGS), 3_000, 300)}
Figures = dict[str, float]
Call = Callable[[float, int], None]


def busy(until: int) -> None:
    total = 0
    while time.perf_counter_ns() < until:
        total += sum(range(50))


def cpu_seconds() -> float:
    """All threads of this process, and its finished children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def clocked(call: Call, first: int, calls: int, pause_ns: int) -> tuple[list[int], float]:
    """Nanoseconds of each call, and the CPU seconds that the work between calls took."""
    taken, between = [], 0.0
    clock = time.perf_counter_ns
    for step in range(first, first + calls):
        if pause_ns:
            cpu = time.thread_time()
            busy(clock() + pause_ns)
            between += time.thread_time() - cpu
        start = clock()
        call(0.5, step)
        taken.append(clock() - start)
    return taken, between


def size_of(directory: Path) -> int:
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())


def figures(taken: list[float]) -> Figures:
    ordered = sorted(taken)
    return {
        "mean": statistics.fmean(taken) / 1e3,
        "p50": ordered[len(ordered) // 2] / 1e3,
        "p99": ordered[len(ordered) * 99 // 100] / 1e3,
        "worst": ordered[-1] / 1e3,
    }


def measure(name: str, kind: str, paced: bool, directory: Path) -> Figures:
    """One library, one kind of call, at one pace; runs in a process of its own."""
    numbers, flood_calls, paced_calls = KINDS[kind]
    logger = LOGGERS[name](directory)
    call: Call = getattr(logger, kind)
    for step in range(WARM_UP):
        call(0.5, step)
    pause_ns = BUSY_NS if paced else 0
    # What clocks and loop cost by themselves, caches cold after the work: taken off the figures of every library.
    cpu = cpu_seconds()
    nothing, between = clocked(lambda _value, _step: None, 0, WARM_UP, pause_ns)
    overhead = (cpu_seconds() - cpu - between) / len(nothing)
    cpu = cpu_seconds()
    taken, between = clocked(call, WARM_UP, paced_calls if paced else flood_calls, pause_ns)
    between += overhead * len(taken)
    calls = len(taken)
    clock = statistics.median(nothing)
    result = figures([max(0.0, each - clock) for each in taken])
    if not paced:  # again without a clock around each call, which costs about as much as the fastest call
        start = time.perf_counter()
        for step in range(WARM_UP + calls, WARM_UP + 2 * calls):
            call(0.5, step)
        result["mean"] = (time.perf_counter() - start) / calls * 1e6
        calls *= 2
    logger.finish()
    result["cpu"] = (cpu_seconds() - cpu - between) / calls * 1e6
    result["bytes"] = size_of(directory) / ((calls + WARM_UP) * numbers)
    result["peak"] = peak_mib() + peak_of_children_mib()
    return result


def measured(name: str, kind: str, paced: bool) -> Figures | Failure:
    with tempfile.TemporaryDirectory(prefix="kymo-bench-", ignore_cleanup_errors=True) as directory:
        command = [sys.executable, __file__, "--one", name, kind, "paced" if paced else "flood", f"{directory}/log"]
        return measured_apart(command, LIMIT, must=name.startswith("kymo"))


def row(name: str, kind: str, paced: bool, runs: list[Figures], failures: list[Failure]) -> Row:
    def median(key: str, digits: int) -> float | None:
        return round(statistics.median(run[key] for run in runs), digits) if runs else None

    return {
        "library": name,
        "numbers a call": KINDS[kind][0],
        "pace": "2 ms of work between" if paced else "back to back",
        "mean us": median("mean", 2),
        "p50 us": median("p50", 2),
        "p99 us": median("p99", 2),
        "worst us": round(max(run["worst"] for run in runs), 1) if runs else None,
        "all CPU us": median("cpu", 2),
        "bytes a number": median("bytes", 1),
        "peak MiB": median("peak", 1),
        "told": failures[0].why if failures else "",
    }


def claims(rows: list[Row]) -> list[Row]:
    def figure(name: str, kind: str, paced: bool, key: str) -> float:
        numbers, pace = KINDS[kind][0], "2 ms of work between" if paced else "back to back"
        found = (r for r in rows if (r["library"], r["numbers a call"], r["pace"]) == (name, numbers, pace))
        return float(next(found)[key] or 0)

    def ratio(ours: str, peer: str, kind: str, paced: bool, key: str) -> float:
        return figure(ours, kind, paced, key) / figure(peer, kind, paced, key)

    made = []
    for paced in (False, True):
        pace = "between work" if paced else "back to back"
        for key, limit, what in (("mean us", 1 / 40, "calling thread"), ("all CPU us", 1 / 20, "all CPU")):
            value = ratio("kymo", "torch", "one", paced, key)
            made.append(budget(f"add_scalar, {what}, {pace}: kymo / torch", value, limit))
        value = ratio("kymo core", "kohakuboard", "ten", paced, "mean us")
        made.append(budget(f"ten numbers, {pace}: kymo core / kohakuboard", value, 1 / 3))
    made.append(budget("worst of 20 000 add_scalar, us", figure("kymo", "one", False, "worst us"), 1000))
    made.append(budget("bytes a number, ten in one event", figure("kymo core", "ten", False, "bytes a number"), 33))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=list(LOGGERS), default=list(LOGGERS))
    parser.add_argument("--one", nargs=4, metavar=("LIBRARY", "KIND", "PACE", "DIRECTORY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        name, kind, pace, directory = arguments.one
        print(json.dumps(measure(name, kind, pace == "paced", Path(directory))))
        return
    cases = [(name, kind, paced) for kind in KINDS for paced in (False, True) for name in arguments.only]
    runs: dict[tuple[str, str, bool], list[Figures]] = {case: [] for case in cases}
    failures: dict[tuple[str, str, bool], list[Failure]] = {case: [] for case in cases}
    for _ in range(arguments.repeat):
        for case in cases:
            outcome = measured(*case)
            if isinstance(outcome, Failure):
                failures[case].append(outcome)
            else:
                runs[case].append(outcome)
    rows = [row(*case, runs[case], failures[case]) for case in cases]
    done = {name for name in arguments.only if all(runs[case] for case in cases if case[0] == name)}
    made = claims(rows) if {"kymo", "kymo core", "torch", "kohakuboard"} <= done else []
    notes = [
        f"Median of {arguments.repeat} processes each, libraries in turn; 'worst' is the worst of all of them.",
        "All figures are less what the clocks cost around a call that does nothing.",
        "'all CPU': all threads and finished children until everything is on disk, less the work between.",
        "Ten numbers: one call of kohakuboard and trackio, ten add_scalar of the writers, one event of 'kymo core'.",
        "'peak' is of the whole process with what it imports, plus its largest child.",
        versions("torch", "tensorboardX", "kohakuboard", "trackio"),
    ]
    write("add_scalar", [*rows, *made], notes)


if __name__ == "__main__":
    main()
