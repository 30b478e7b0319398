"""What counting values for a histogram costs the training thread and the machine, for kymo and its peers in turn.

python benches/histogram.py [--repeat 3] [--largest 1e7]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from add_scalar import Figures, cpu_seconds, size_of
from apart import Failure, measured_apart, peak_mib
from report import Row, budget, versions, write

LIBRARIES = {"kymo": "kymo", "torch": "torch.utils.tensorboard", "tensorboardX": "tensorboardX"}
SMALL, LARGE = 10_000, 10_000_000
CORES = ("all cores", "one core")
CALLS_WITHIN = 3.0  # seconds that calls of one case are made for
FEWEST, MOST = 3, 300  # calls
LIMIT = 300.0  # seconds that no case may take


def measure(library: str, values: int, cores: str, directory: Path) -> Figures:
    """One library, so many values, on so many cores; runs in a process of its own."""
    if cores == "one core":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import importlib

    import torch

    weights = torch.randn(values, generator=torch.Generator().manual_seed(0)) * 0.1
    writer: Any = importlib.import_module(LIBRARIES[library]).SummaryWriter(str(directory))
    writer.add_histogram("weights", weights, 0)  # what is made once
    taken: list[float] = []
    cpu, begun = cpu_seconds(), time.perf_counter()
    while len(taken) < FEWEST or (len(taken) < MOST and time.perf_counter() - begun < CALLS_WITHIN):
        start = time.perf_counter()
        writer.add_histogram("weights", weights, len(taken) + 1)
        taken.append(time.perf_counter() - start)
    writer.close()
    used = (cpu_seconds() - cpu) / len(taken)
    return {
        "ms": statistics.median(taken) * 1e3,
        "cpu": used * 1e3,
        "calls": float(len(taken)),
        "bytes": size_of(directory) / (len(taken) + 1),
        "peak": peak_mib(),
    }


def measured(library: str, values: int, cores: str) -> Figures | Failure:
    with tempfile.TemporaryDirectory(prefix="kymo-bench-", ignore_cleanup_errors=True) as directory:
        command = [sys.executable, __file__, "--one", library, str(values), cores, f"{directory}/log"]
        return measured_apart(command, LIMIT, must=library == "kymo")


def row(library: str, values: int, cores: str, runs: list[Figures], failures: list[Failure]) -> Row:
    def median(key: str, digits: int) -> float | None:
        return round(statistics.median(run[key] for run in runs), digits) if runs else None

    return {
        "library": library,
        "values": values,
        "on": cores,
        "ms a call": median("ms", 3),
        "CPU ms": median("cpu", 3),
        "ns a value": round(statistics.median(run["ms"] for run in runs) * 1e6 / values, 2) if runs else None,
        "calls": sum(int(run["calls"]) for run in runs),
        "bytes a histogram": median("bytes", 0),
        "peak MiB": median("peak", 1),
        "told": failures[0].why if failures else "",
    }


def claims(rows: list[Row]) -> list[Row]:
    """How kymo compares with torch, for those sizes that torch was measured at."""
    found = {(r["library"], r["values"], r["on"]): float(r["ms a call"] or 0) for r in rows}
    made = []
    for cores, where in zip(CORES, ("", ", on one core"), strict=True):
        ours, theirs = found.get(("kymo", LARGE, cores)), found.get(("torch", LARGE, cores))
        if ours and theirs:
            made.append(budget(f"histogram of 10 M float32 on the CPU{where}: kymo / torch", ours / theirs, 1 / 10))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--largest", type=float, default=LARGE)
    parser.add_argument("--one", nargs=4, metavar=("LIBRARY", "VALUES", "CORES", "DIRECTORY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        library, values, cores, directory = arguments.one
        print(json.dumps(measure(library, int(values), cores, Path(directory))))
        return
    sizes = [size for size in (SMALL, LARGE) if size <= arguments.largest]
    cases = [(library, size, cores) for size in sizes for cores in CORES for library in LIBRARIES]
    runs: dict[tuple[str, int, str], list[Figures]] = {case: [] for case in cases}
    failures: dict[tuple[str, int, str], list[Failure]] = {case: [] for case in cases}
    for _ in range(arguments.repeat):
        for case in cases:
            outcome = measured(*case)
            if isinstance(outcome, Failure):
                failures[case].append(outcome)
            else:
                runs[case].append(outcome)
    rows = [row(*case, runs[case], failures[case]) for case in cases]
    notes = [
        f"Median of the calls of a process after its first, and of {arguments.repeat} processes each, in turn.",
        "Normally distributed float32 in a tensor on the CPU, counted in TensorBoard's own bins.",
        "'CPU': all threads until everything is on disk. 'peak' is of the whole process, with torch and the values.",
        versions("torch", "tensorboardX", "numpy"),
    ]
    write("histogram", [*rows, *claims(rows)], notes)


if __name__ == "__main__":
    main()
