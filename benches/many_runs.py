"""How long very many small runs take until every tag can be drawn: kymo, TensorBoard's data server, its Python loader.

python benches/many_runs.py [--runs 1000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from report import Row, budget, write

TAGS = [f"train/metric_{i}" for i in range(20)]
STEPS = 100
SLICE = 50  # EventAccumulator is too slow for more than this part of the runs
LIMIT = 120.0  # seconds that no load may take
FILES_ALLOWED = 99

# Each prints a line when every tag can be drawn, and ends when its input does: none is measured taking itself apart.
KYMO = """
import os, sys, kymo
logs = kymo.open(sys.argv[1], index=False)
print(sum(len(run[tag]) for run in logs.values() for tag in run), flush=True)
sys.stdin.read()
os._exit(0)
"""
ACCUMULATOR = """
import os, sys
from pathlib import Path
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
points, kept = 0, []
for directory in sorted(Path(sys.argv[1]).iterdir()):
    events = EventAccumulator(str(directory), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    points += sum(len(events.Scalars(tag)) for tag in events.Tags()["scalars"])
    kept.append(events)
print(points, flush=True)
sys.stdin.read()
os._exit(0)
"""


class Load(NamedTuple):
    seconds: float  # from the start of the process until every tag can be drawn
    cpu: float  # of the process by then
    peak_mib: float
    open_files: int  # the most that were seen at once


class OpenFiles:
    """Counts the files that another process has open, as often as it can, until it is told to stop."""

    def __init__(self, pid: int) -> None:
        self.most = 0
        self._directory = Path(f"/proc/{pid}/fd")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> OpenFiles:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.001):
            try:
                self.most = max(self.most, sum(1 for _ in self._directory.iterdir()))
            except OSError:
                return  # it has ended


def make_logs(directory: Path, runs: int) -> None:
    """Writes one file a run and one event a scalar."""
    from kymo._core import EventWriter

    for run in range(runs):
        (directory / f"run{run:04}").mkdir(parents=True)
        writer = EventWriter(str(directory / f"run{run:04}" / "events.out.tfevents.1700000000.bench"))
        for step in range(STEPS):
            for tag in TAGS:
                writer.add_scalar(tag, 1.0 / (step + 1), step, 1.7e9 + step * 0.01)
        writer.close()


def size_and_warm(directory: Path) -> int:
    """Reads every file once, so that each load finds it in memory; returns the bytes."""
    return sum(len(file.read_bytes()) for file in directory.rglob("*tfevents*"))


@contextmanager
def loading(command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], Load]]]:
    """The process, and what to call at the moment when all is loaded."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        with OpenFiles(process.pid) as files:

            def loaded() -> Load:
                seconds = time.perf_counter() - started
                return Load(seconds, cpu_seconds(process.pid), peak_mib(process.pid), files.most)

            yield process, loaded
    finally:
        process.kill()
        process.communicate()


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def load_in_python(program: str, directory: Path, points: int) -> Load:
    with loading([sys.executable, "-c", program, str(directory)]) as (process, loaded):
        assert process.stdout is not None
        line = process.stdout.readline()
        load = loaded()
    if line.strip() != str(points).encode():
        raise RuntimeError(f"loading {directory.name} found {line.decode()!r} points instead of {points}")
    return load


def load_in_data_server(directory: Path, runs: int) -> Load:
    import grpc
    from tensorboard.data.grpc_provider import GrpcDataProvider, make_stub
    from tensorboard_data_server import server_binary

    with tempfile.TemporaryDirectory() as scratch:
        port_file = Path(scratch) / "port"
        flags = [f"--logdir={directory}", "--reload=once", "--port=0", f"--port-file={port_file}"]
        with loading([server_binary(), *flags]) as (_, loaded):
            wait_until(lambda: port_file.exists() and port_file.read_text().endswith("\n"))
            address = f"localhost:{int(port_file.read_text())}"
            with grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)]) as channel:
                provider = GrpcDataProvider(address, make_stub(channel))
                wait_until(lambda: all_visible(provider, runs))
                return loaded()


def all_visible(provider: Any, runs: int) -> bool:
    # Asking for the runs costs the server less than asking for all series, which is done once all runs are there.
    if len(provider.list_runs(None, experiment_id="")) < runs:
        return False
    found = provider.list_scalars(None, experiment_id="", plugin_name="scalars")
    series = [each for tags in found.values() for each in tags.values()]
    return len(series) == runs * len(TAGS) and all(each.max_step == STEPS - 1 for each in series)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + LIMIT
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError(f"not loaded within {LIMIT:g} seconds")
        time.sleep(0.01)


def row(name: str, runs: int, size: int, loads: list[Load], kept: str) -> Row:
    return {
        "loader": name,
        "runs": runs,
        "series": runs * len(TAGS),
        "MB": round(size / 1e6, 1),
        "seconds": round(statistics.median(load.seconds for load in loads), 3),
        "CPU s": round(statistics.median(load.cpu for load in loads), 3),
        "peak MiB": round(statistics.median(load.peak_mib for load in loads)),
        "open files": max(load.open_files for load in loads),
        "kept": kept,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    runs, part = arguments.runs, max(1, arguments.runs // SLICE)
    points = len(TAGS) * STEPS
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as scratch:
        whole, small = Path(scratch) / "whole", Path(scratch) / "small"
        make_logs(whole, runs)
        make_logs(small, part)
        sizes = size_and_warm(whole), size_and_warm(small)
        loads: dict[str, list[Load]] = {"kymo": [], "server": [], "accumulator": []}
        for _ in range(arguments.repeat):  # in turn, so that what disturbs the machine disturbs all
            loads["kymo"].append(load_in_python(KYMO, whole, runs * points))
            loads["server"].append(load_in_data_server(whole, runs))
            loads["accumulator"].append(load_in_python(ACCUMULATOR, small, part * points))
    rows = [
        row("kymo.open", runs, sizes[0], loads["kymo"], "every point, checksums verified"),
        row("tensorboard-data-server", runs, sizes[0], loads["server"], "1000 points a series, no checksums"),
        row("EventAccumulator", part, sizes[1], loads["accumulator"], "every point"),
    ]
    kymo, server = rows[0], rows[1]
    shape = f"{runs} runs of {len(TAGS)} tags"
    claims: list[Row] = [
        budget(
            f"{shape}, {what}: kymo / tensorboard-data-server", float(kymo[key] or 0) / float(server[key] or 1), 0.25
        )
        for what, key in (("seconds", "seconds"), ("CPU", "CPU s"))
    ]
    claims.append(budget(f"{shape}, files open at once", float(kymo["open files"] or 0), FILES_ALLOWED))
    notes = [
        f"One file a run, {len(TAGS)} tags of {STEPS} points, one event a scalar; files are in the page cache.",
        f"Seconds from the start of the process, CPU and memory by then; median of {arguments.repeat}, in turn.",
        "Open files are counted about a thousand times a second; the highest count of all repetitions is shown.",
        f"EventAccumulator reads 1/{SLICE} of the runs, its own start included.",
    ]
    write("many_runs", [*rows, *claims], notes)


if __name__ == "__main__":
    main()
