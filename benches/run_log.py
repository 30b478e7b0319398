"""What `run.log` of ten numbers costs a training loop, beside the loggers that take as many in a call.

python benches/run_log.py [--repeat 3] [--only kymo.Run kohakuboard]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from add_scalar import BUSY_NS, Figures, busy, cpu_seconds, figures, size_of
from add_scalar_peers import LOGGERS, TAGS, Logger
from apart import Failure, measured_apart
from report import Row, budget, versions, write

WARM_UP = 100
FLOOD, PACED = 20_000, 1_000  # calls
FLOOD_OF = {"torch": 2_000}  # ten add_scalar take it a millisecond
PACES = {False: "back to back", True: "2 ms of work between"}
SLOW_NS = 1_000_000
LIMIT = 120.0  # seconds that no case may take
_RECORD = struct.Struct("<Q4x")  # of TFRecord: a length and its checksum; a checksum of the payload follows it


class Training(Protocol):
    """A library that logs ten numbers in each step of a loop."""

    def steps(self, count: int, /) -> Iterable[int]: ...
    def ten(self, value: float, step: int, /) -> None: ...
    def finish(self) -> None: ...


class _KymoRun:
    """The loops that a user writes around `run.log`: `for epoch in run.epochs(1)`, `for batch in run.batches(…)`."""

    def __init__(self, directory: Path) -> None:
        import kymo

        self._run = kymo.Run(directory, progress=False)
        self._run.__enter__()
        self._epochs = self._run.epochs(1)
        next(self._epochs)

    def steps(self, count: int) -> Iterable[int]:
        return self._run.batches(range(count))

    def ten(self, value: float, _step: int, /) -> None:
        self._run.log(dict.fromkeys(TAGS, value))

    def finish(self) -> None:
        for _ in self._epochs:
            pass
        self._run.close()


class _Loop:
    """A plain loop around a logger."""

    def __init__(self, logger: Logger) -> None:
        self.ten = logger.ten
        self.finish = logger.finish
        self._done = 0

    def steps(self, count: int) -> Iterable[int]:
        self._done += count
        return range(self._done - count, self._done)


class _KymoRunLog:
    """What `run.log` does once it knows the step."""

    def __init__(self, directory: Path) -> None:
        from kymo import SummaryWriter
        from kymo.train.epoch_means import EpochMeans
        from kymo.train.run_log import RunLog

        self._writer = SummaryWriter(directory)
        self._log = RunLog(self._writer, EpochMeans())

    def one(self, value: float, step: int) -> None:
        self._log.log({TAGS[0]: value}, step, in_batch=True)

    def ten(self, value: float, step: int) -> None:
        self._log.log(dict.fromkeys(TAGS, value), step, in_batch=True)

    def finish(self) -> None:
        self._writer.close()


TRAININGS: dict[str, Callable[[Path], Training]] = {
    "kymo.Run": _KymoRun,
    "kymo RunLog": lambda directory: _Loop(_KymoRunLog(directory)),
    "kohakuboard": lambda directory: _Loop(LOGGERS["kohakuboard"](directory)),
    "trackio": lambda directory: _Loop(LOGGERS["trackio"](directory)),
    "torch": lambda directory: _Loop(LOGGERS["torch"](directory)),
}


def clocked(
    training: Training, count: int, pause_ns: int, call: Callable[[float, int], None]
) -> tuple[list[int], float]:
    """Nanoseconds of each call, and the CPU seconds that the work between calls took."""
    taken, between = [], 0.0
    clock = time.perf_counter_ns
    for step in training.steps(count):
        if pause_ns:
            cpu = time.thread_time()
            busy(clock() + pause_ns)
            between += time.thread_time() - cpu
        value = 1 / (step + 1)
        start = clock()
        call(value, step)
        taken.append(clock() - start)
    return taken, between


def waits() -> int:
    """How often this thread has given up its processor by itself."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw


def nothing(_value: float, _step: int) -> None:
    """A call that does nothing: what the clocks cost, caches cold after the work."""


def measure(library: str, paced: bool, directory: Path) -> Figures:
    """One library at one pace; runs in a process of its own."""
    count = PACED if paced else FLOOD_OF.get(library, FLOOD)
    pause_ns = BUSY_NS if paced else 0
    idle = _Loop(LOGGERS["kymo"](directory / "idle"))
    clock = statistics.median(clocked(idle, WARM_UP, pause_ns, nothing)[0])
    idle.finish()
    log = directory / "log"
    training = TRAININGS[library](log)
    for step in training.steps(WARM_UP):
        training.ten(0.5, step)
    waited, cpu = waits(), cpu_seconds()
    taken, between = clocked(training, count, pause_ns, training.ten)
    waited = waits() - waited
    result = figures([max(0.0, each - clock) for each in taken])
    result |= {"calls": count, "waits": waited, "slow": sum(each - clock > SLOW_NS for each in taken)}
    if not paced:  # again without clocks: what is left is the loop with its call
        start = time.perf_counter()
        for step in training.steps(count):
            training.ten(1 / (step + 1), step)
        result["step"] = (time.perf_counter() - start) / count * 1e6
        count *= 2
    training.finish()
    result["cpu"] = (cpu_seconds() - cpu - between) / count * 1e6
    result["bytes"] = size_of(log) / ((count + WARM_UP) * len(TAGS))
    if library.startswith("kymo"):
        result["events"] = events_with_tags(log) / (count + WARM_UP)
        result["missing"] = (count + WARM_UP) * len(TAGS) - points(log)
    return result


def events_with_tags(directory: Path) -> int:
    """How many events hold one of the tags: a number in more than one event would count twice, and one in none not."""
    fields = [b"\x0a" + bytes([len(tag)]) + tag.encode() for tag in TAGS]  # a tag as it stands in a Summary.Value
    found = 0
    for file in directory.glob("events.out.tfevents.*"):
        content, at = file.read_bytes(), 0
        while at < len(content):
            (length,) = _RECORD.unpack_from(content, at)
            payload = content[at + _RECORD.size : at + _RECORD.size + length]
            found += any(field in payload for field in fields)
            at += _RECORD.size + length + 4
    return found


def points(directory: Path) -> int:
    """How many of the numbers kymo.open finds."""
    import kymo

    (run,) = kymo.open(directory).values()
    return sum(len(run[tag]) for tag in TAGS)


def measured(library: str, paced: bool) -> Figures | Failure:
    with tempfile.TemporaryDirectory(prefix="kymo-bench-", ignore_cleanup_errors=True) as directory:
        command = [sys.executable, __file__, "--one", library, PACES[paced], directory]
        return measured_apart(command, LIMIT, {"XDG_CACHE_HOME": directory}, must=library.startswith("kymo"))


def row(library: str, paced: bool, runs: list[Figures], failures: list[Failure]) -> Row:
    def median(key: str, digits: int) -> float | None:
        found = [run[key] for run in runs if key in run]
        return round(statistics.median(found), digits) if found else None

    told = [failure.why for failure in failures[:1]]
    if missing := sum(int(run.get("missing", 0)) for run in runs):
        told.append(f"{missing:,} numbers are missing")
    return {
        "library": library,
        "pace": PACES[paced],
        "calls": int(runs[0]["calls"]) if runs else None,
        "mean us": median("mean", 2),
        "p50 us": median("p50", 2),
        "p99 us": median("p99", 2),
        "worst us": round(max(run["worst"] for run in runs), 1) if runs else None,
        "calls over 1 ms": sum(int(run["slow"]) for run in runs) if runs else None,
        "waits": sum(int(run["waits"]) for run in runs) if runs else None,
        "step us": median("step", 2),
        "all CPU us": median("cpu", 2),
        "bytes a number": median("bytes", 1),
        "events a call": max((run["events"] for run in runs if "events" in run), default=None),
        "told": "; ".join(told),
    }


def claims(rows: list[Row]) -> list[Row]:
    """The promises, of those that were measured."""
    found = {(str(each["library"]), str(each["pace"])): each for each in rows if each["calls"] is not None}
    made = []
    for pace in PACES.values():
        ours, peer = found.get(("kymo.Run", pace)), found.get(("kohakuboard", pace))
        if ours and peer:
            ratio = float(ours["mean us"] or 0) / float(peer["mean us"] or 0)
            made.append(budget(f"run.log of ten numbers, {pace}: kymo / kohakuboard", ratio, 1 / 3))
    if ours := found.get(("kymo.Run", PACES[False])):
        made += [
            budget(f"worst of {FLOOD:,} run.log of ten numbers, us", float(ours["worst us"] or 0), 1000),
            budget("events for one run.log of ten numbers", float(ours["events a call"] or 0), 1),
            budget("bytes a number, run.log of ten numbers", float(ours["bytes a number"] or 0), 33),
        ]
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="*", choices=list(TRAININGS), default=list(TRAININGS))
    parser.add_argument("--one", nargs=3, metavar=("LIBRARY", "PACE", "DIRECTORY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        library, pace, directory = arguments.one
        print(json.dumps(measure(library, pace == PACES[True], Path(directory))))
        return
    cases = [(library, paced) for paced in PACES for library in arguments.only]
    runs: dict[tuple[str, bool], list[Figures]] = {case: [] for case in cases}
    failures: dict[tuple[str, bool], list[Failure]] = {case: [] for case in cases}
    for _ in range(arguments.repeat):
        for case in cases:
            outcome = measured(*case)
            if isinstance(outcome, Failure):
                failures[case].append(outcome)
            else:
                runs[case].append(outcome)
    rows = [row(*case, runs[case], failures[case]) for case in cases]
    notes = [
        f"Median of {arguments.repeat} processes each, libraries in turn; 'worst', 'over 1 ms' and 'waits' are of all.",
        "A call is one dict of ten numbers; of torch, ten add_scalar. 'kymo.Run' is called in its own loops,"
        " 'kymo RunLog' is what it calls. Figures of calls are less what the clocks cost around one that does nothing.",
        "'step us': a turn of the loop with its call, without clocks. 'waits': how often the calling thread went to"
        " sleep while calls were timed; being pushed aside by a busy machine is none.",
        "'all CPU': all threads and finished children until everything is on disk, less the work between. 'bytes': of"
        " all files of the run.",
        versions("torch", "kohakuboard", "trackio"),
    ]
    write("run_log", [*rows, *claims(rows)], notes)


if __name__ == "__main__":
    main()
