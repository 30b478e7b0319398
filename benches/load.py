"""How long a log directory takes until all of it can be drawn: kymo, TensorBoard's data server, EventAccumulator.

python benches/load.py [--scalars 5000000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from report import Row, budget, write

FILES = 10
TAGS = [f"train/metric_{i}" for i in range(5)]
SLICE = 50  # EventAccumulator is too slow for more than this part of the data
LIMIT = 120.0  # seconds that no load may take

KYMO = """
import sys, kymo
logs = kymo.open(sys.argv[1])
points = sum(len(run[tag]) for run in logs.values() for tag in run)
assert points == int(sys.argv[2]), points
"""
ACCUMULATOR = """
import sys
from pathlib import Path
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
points = 0
for directory in sorted(Path(sys.argv[1]).iterdir()):
    events = EventAccumulator(str(directory), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    points += sum(len(events.Scalars(tag)) for tag in events.Tags()["scalars"])
assert points == int(sys.argv[2]), points
"""


class Load(NamedTuple):
    seconds: float  # from the start of the process until everything can be drawn
    cpu: float
    peak_mib: float


def make_logs(directory: Path, scalars: int) -> int:
    """Writes one file a run and one event a scalar; returns the last step."""
    from kymo._core import EventWriter

    steps = scalars // (FILES * len(TAGS))
    for run in range(FILES):
        (directory / f"run{run}").mkdir(parents=True)
        writer = EventWriter(str(directory / f"run{run}" / "events.out.tfevents.1700000000.bench"))
        for step in range(steps):
            for tag in TAGS:
                writer.add_scalar(tag, 1.0 / (step + 1), step, 1.7e9 + step * 0.01)
            if step % 20_000 == 0:
                writer.flush()
        writer.close()
    return steps - 1


def size_and_warm(directory: Path) -> int:
    """Reads every file once, so that each load finds it in memory; returns the bytes."""
    return sum(len(file.read_bytes()) for file in directory.rglob("*tfevents*"))


def ended(process: subprocess.Popen[bytes], started: float, seconds: float | None = None) -> Load:
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    taken = time.perf_counter() - started if seconds is None else seconds
    return Load(taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def load_in_python(program: str, directory: Path, points: int) -> Load:
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", program, str(directory), str(points)])
    load = ended(process, started)
    if process.returncode != 0:
        raise RuntimeError(f"loading {directory.name} ended with exit code {process.returncode}")
    return load


def load_in_data_server(directory: Path, last_step: int, samples: str) -> Load:
    import grpc
    from tensorboard.data.grpc_provider import GrpcDataProvider, make_stub
    from tensorboard_data_server import server_binary

    with tempfile.TemporaryDirectory() as scratch:
        port_file = Path(scratch) / "port"
        flags = [f"--logdir={directory}", "--reload=once", f"--samples-per-plugin=scalars={samples}", "--port=0"]
        command = [server_binary(), *flags, f"--port-file={port_file}", "--die-after-stdin"]
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        wait_until(lambda: port_file.exists() and port_file.read_text().endswith("\n"), started)
        address = f"localhost:{int(port_file.read_text())}"
        with grpc.insecure_channel(address) as channel:
            provider = GrpcDataProvider(address, make_stub(channel))
            wait_until(lambda: all_visible(provider, last_step), started)
            seconds = time.perf_counter() - started
        assert process.stdin is not None
        process.stdin.close()
        return ended(process, started, seconds)


def all_visible(provider: Any, last_step: int) -> bool:
    runs = provider.list_scalars(None, experiment_id="", plugin_name="scalars")
    series = [found for tags in runs.values() for found in tags.values()]
    return len(series) == FILES * len(TAGS) and all(found.max_step == last_step for found in series)


def wait_until(condition: Callable[[], bool], started: float) -> None:
    while not condition():
        if time.perf_counter() - started > LIMIT:
            raise TimeoutError(f"not loaded within {LIMIT:g} seconds")
        time.sleep(0.005)


def row(name: str, scalars: int, size: int, loads: list[Load], kept: str) -> Row:
    seconds = statistics.median(load.seconds for load in loads)
    return {
        "loader": name,
        "scalars": scalars,
        "MB": round(size / 1e6, 1),
        "seconds": round(seconds, 3),
        "CPU s": round(statistics.median(load.cpu for load in loads), 3),
        "scalars/s": round(scalars / seconds),
        "MB/s": round(size / 1e6 / seconds, 1),
        "peak MiB": round(statistics.median(load.peak_mib for load in loads)),
        "kept": kept,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scalars", type=int, default=5_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    scalars, part = arguments.scalars, arguments.scalars // SLICE
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as scratch:
        whole, small = Path(scratch) / "whole", Path(scratch) / "small"
        last = make_logs(whole, scalars)
        make_logs(small, part)
        sizes = size_and_warm(whole), size_and_warm(small)
        loads: dict[str, list[Load]] = {"kymo": [], "server": [], "server, all": [], "accumulator": []}
        for _ in range(arguments.repeat):  # in turn, so that what disturbs the machine disturbs all
            loads["kymo"].append(load_in_python(KYMO, whole, scalars))
            loads["server"].append(load_in_data_server(whole, last, "1000"))
            loads["server, all"].append(load_in_data_server(whole, last, "all"))
            loads["accumulator"].append(load_in_python(ACCUMULATOR, small, part))
    rows = [
        row("kymo.open", scalars, sizes[0], loads["kymo"], "every point, checksums verified"),
        row("tensorboard-data-server", scalars, sizes[0], loads["server"], "1000 points a series, no checksums"),
        row("tensorboard-data-server, all", scalars, sizes[0], loads["server, all"], "every point, no checksums"),
        row("EventAccumulator", part, sizes[1], loads["accumulator"], "every point"),
    ]
    seconds = [float(each["seconds"] or 0) for each in rows]
    rates = [float(each["scalars/s"] or 0) for each in rows]
    claims: list[Row] = [budget("cold load, seconds: kymo / tensorboard-data-server", seconds[0] / seconds[1], 1 / 5)]
    notes = [
        f"{FILES} runs of one file and {len(TAGS)} tags each, one event a scalar; files are in the page cache.",
        f"Seconds from the start of the process, median of {arguments.repeat}, loaders in turn.",
        f"EventAccumulator reads 1/{SLICE} of the data, its own start included: {rates[3]:,.0f} scalars/s.",
    ]
    write("load", [*rows, *claims], notes)


if __name__ == "__main__":
    main()
