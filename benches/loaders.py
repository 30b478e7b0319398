"""Log directories made for the benches of reading, and each way to load them, in a process of its own."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from apart import Failure, OpenFiles, end, measured_apart, peak_mib

HERE = Path(__file__).resolve().parent
FILES = 10
TAGS = [f"train/metric_{i}" for i in range(5)]
PIXELS = 1000  # of each chart that is drawn
POINTS_AT_ONCE = 1_000_000  # that the data server is asked for: an answer costs it some 40 ms beside its size
Figures = dict[str, Any]
Outcome = Figures | Failure

# Each notes the clock when every point could be drawn, and CPU and memory by then; and the clock when a chart of every
# series had been made. What is only for telling is imported after that: its time is no part of loading.
KYMO = """
import sys
import kymo
logs = kymo.open(sys.argv[1], index=sys.argv[2] == "index")
series = [run[tag] for run in logs.values() for tag in run]
points = sum(map(len, series))
import time
ready, cpu, status = time.perf_counter(), time.process_time(), open("/proc/self/status").read()
for each in series:
    each.viewport(pixels=int(sys.argv[3]))
drawn = time.perf_counter()
logs.close()
end = time.process_time()
import json
from apart import peak_in, peak_mib
print(json.dumps({"ready": ready, "drawn": drawn, "points": points, "cpu": cpu, "peak": peak_in(status),
                  "cpu at the end": end, "peak at the end": peak_mib()}))
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
import time
ready, cpu = time.perf_counter(), time.process_time()
import json
from apart import peak_mib
print(json.dumps({"ready": ready, "drawn": ready, "points": points, "cpu": cpu, "peak": peak_mib()}))
"""
# What is imported on the way is imported before: `rchar` counts every read, of whatever file.
BYTES_READ = """
import json, sys, tempfile
from pathlib import Path
import kymo
def read():
    return int(Path("/proc/self/io").read_text().split()[1])
def opened(directory):
    with kymo.open(directory) as logs:
        return sum(float(run[tag].values[-1]) for run in logs.values() for tag in run)
with tempfile.TemporaryDirectory() as other:
    with kymo.SummaryWriter(other) as writer:
        writer.add_scalar("a", 1.0, 0)
    opened(other)
before = read()
opened(sys.argv[1])
print(json.dumps({"bytes": read() - before}))
"""


def make_logs(directory: Path, scalars: int, runs: int = FILES, tags: Sequence[str] = TAGS) -> int:
    """Writes one file a run and one event a scalar; returns the last step."""
    from kymo._core import EventWriter

    steps = scalars // (runs * len(tags))
    for run in range(runs):
        (directory / f"run{run}").mkdir(parents=True)
        writer = EventWriter(str(directory / f"run{run}" / "events.out.tfevents.1700000000.bench"))
        for step in range(steps):
            for tag in tags:
                writer.add_scalar(tag, 1.0 / (step + 1), step, 1.7e9 + step * 0.01)
            if step % 20_000 == 0:
                writer.flush()
        writer.close()
    return steps - 1


def size_and_warm(directory: Path) -> int:
    """Reads every file once, so that each load finds it in memory; returns the bytes."""
    size = 0
    for path in directory.rglob("*tfevents*"):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                size += len(block)
    return size


def _benches_first() -> str:
    return os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])


def in_python(
    program: str, limit: float, *arguments: str | Path, cache: Path | None = None, count_files: bool = False
) -> Any:
    """Runs one of the programs above; its clock becomes seconds since the start of its process."""
    environment = {"PYTHONPATH": _benches_first()} | ({"XDG_CACHE_HOME": str(cache)} if cache else {})
    started = time.perf_counter()
    command = [sys.executable, "-c", program, *map(str, arguments)]
    outcome = measured_apart(command, limit, environment, must=program != ACCUMULATOR, count_files=count_files)
    if isinstance(outcome, Failure) or "ready" not in outcome:
        return outcome
    return outcome | {"seconds": outcome["ready"] - started, "drawn": outcome["drawn"] - started}


def kymo_without_index(directory: Path, limit: float, *, count_files: bool = False) -> Outcome:
    return in_python(KYMO, limit, directory, "no index", str(PIXELS), count_files=count_files)


def kymo_with_index(directory: Path, cache: Path, limit: float) -> Outcome:
    """The index is written below `cache` where it is not there yet."""
    return in_python(KYMO, limit, directory, "index", str(PIXELS), cache=cache)


def event_accumulator(directory: Path, limit: float, *, count_files: bool = False) -> Outcome:
    return in_python(ACCUMULATOR, limit, directory, count_files=count_files)


def data_server(
    directory: Path,
    last_step: int,
    samples: str,
    limit: float,
    *,
    runs: int = FILES,
    tags: int = len(TAGS),
    count_files: bool = False,
) -> Outcome:
    """TensorBoard's data server until it knows the last step of every series; then a chart of each is asked for."""
    try:
        import grpc
        from tensorboard.data.grpc_provider import make_stub
        from tensorboard_data_server import server_binary
    except ImportError as error:
        return Failure(f"not installed: {error}")
    started = time.perf_counter()
    try:
        with (
            _server(server_binary(), directory, samples, started + limit) as (process, address),
            grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)]) as channel,
        ):
            stub = make_stub(channel)
            files = OpenFiles(process.pid)
            with files if count_files else nullcontext():
                _wait_until(lambda: _all_visible(stub, runs, tags, last_step), started + limit)
                ready, cpu, peak = time.perf_counter(), _cpu_seconds(process.pid), peak_mib(process.pid)
            _points(stub, PIXELS)
            drawn = time.perf_counter()
            points = _points(stub, last_step + 1)
    except (OSError, RuntimeError, grpc.RpcError) as error:
        return Failure(f"{type(error).__name__}: {error}"[:200])
    figures = {"seconds": ready - started, "drawn": drawn - started, "points": points, "cpu": cpu, "peak": peak}
    return figures | {"open files": files.most} if count_files else figures


@contextmanager
def _server(
    binary: str, directory: Path, samples: str, deadline: float
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with tempfile.TemporaryDirectory() as scratch:
        port_file = Path(scratch) / "port"
        flags = [f"--logdir={directory}", "--reload=once", f"--samples-per-plugin=scalars={samples}", "--port=0"]
        command = [binary, *flags, f"--port-file={port_file}"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            _wait_until(lambda: port_file.exists() and port_file.read_text().endswith("\n"), deadline)
            yield process, f"localhost:{int(port_file.read_text())}"
        finally:
            end(process)


def _all_visible(stub: Any, runs: int, tags: int, last_step: int) -> bool:
    from tensorboard.data.proto.data_provider_pb2 import ListRunsRequest

    # Asking for the runs costs the server less than asking for every series, which is done once all runs are there.
    if len(stub.ListRuns(ListRunsRequest()).runs) < runs:
        return False
    found = [tag.metadata.max_step for run in _runs(stub) for tag in run.tags]
    return len(found) == runs * tags and all(step == last_step for step in found)


def _runs(stub: Any) -> Any:
    from tensorboard.data.proto.data_provider_pb2 import ListScalarsRequest

    return stub.ListScalars(ListScalarsRequest(plugin_filter={"plugin_name": "scalars"})).runs


def _points(stub: Any, at_most: int) -> int:
    """Asks for every series, up to so many points of each, some runs at a time; returns how many came."""
    from tensorboard.data.proto.data_provider_pb2 import ReadScalarsRequest

    count, runs = 0, _runs(stub)
    at_once = max(1, POINTS_AT_ONCE // (at_most * max((len(run.tags) for run in runs), default=1)))
    for start in range(0, len(runs), at_once):
        request = ReadScalarsRequest(plugin_filter={"plugin_name": "scalars"}, downsample={"num_points": at_most})
        request.run_tag_filter.runs.names.extend(run.run_name for run in runs[start : start + at_once])
        count += sum(len(tag.data.step) for found in stub.ReadScalars(request).runs for tag in found.tags)
    return count


def _cpu_seconds(pid: int) -> float:
    """All threads of another process, also those that have ended."""
    clock = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
        raise ProcessLookupError(f"process {pid} has no clock")
    return time.clock_gettime(clock.value)


def _wait_until(condition: Callable[[], bool], deadline: float) -> None:
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError("not loaded in time")
        time.sleep(0.005)
