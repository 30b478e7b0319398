"""`kymo gpu`, beside a training that the driver says has memory on a card."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from played import H100, OLD, Driver

COMMAND = [sys.executable, "-m", "kymo", "gpu"]
TRAINING = """
import sys, kymo
with kymo.Run(sys.argv[1], progress=False, probes=False) as run:
    for epoch in run.epochs(9):
        for _ in run.batches(range(2)):
            run.log({"train/loss": 1.0})
        if epoch == 2:
            run.checkpoint_now()
            run.writer.flush()
            print("trains", flush=True)
            sys.stdin.read()
"""


@pytest.fixture
def environ(library: Path, tmp_path: Path) -> dict[str, str]:
    found = {**os.environ, "LD_LIBRARY_PATH": str(library.parent), "KYMO_FAKE_NVML": str(tmp_path / "recording")}
    return {**found, "COLUMNS": "280"}


@pytest.fixture
def training(tmp_path: Path) -> Iterator[int]:
    """The number of a process that trains in `runs/mlp`."""
    command = [sys.executable, "-c", TRAINING, str(tmp_path / "runs" / "mlp")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"trains\n"
        try:
            yield process.pid
        finally:
            process.communicate(b"", timeout=60)


def played(tmp_path: Path, training: int) -> Driver:
    driver = Driver(tmp_path / "recording")
    driver.plug({**H100, "compute": f"{training}:2147483648 4000000:1024", "graphics": ""}, OLD)
    return driver


def test_the_table_tells_what_each_card_does_and_which_run_it_is_for(
    environ: dict[str, str], training: int, tmp_path: Path
) -> None:
    played(tmp_path, training)
    done = subprocess.run([*COMMAND, "--once"], env=environ, capture_output=True, text=True, check=True, timeout=60)
    lines = done.stdout.splitlines()
    assert " ".join(lines[0].split()) == "gpu name busy memory power °C held down by trainings and other processes"
    assert "97 % (88 % SM)  40.0 of 80.0 GiB  312 of 700 W  41  power cap, thermal software" in lines[1]
    assert re.search(rf"  {tmp_path}/runs/mlp: running, epoch \d of 9 \(pid {training}, 2.0 GiB\)", lines[1])
    assert "another user's (pid 4000000, 0.0 GiB)" in lines[2]
    assert "Tesla K80" in lines[3]
    assert "– W" in lines[3]
    assert lines[-1].strip() == "driver 550.54.15"


def test_json_has_all_numbers(environ: dict[str, str], training: int, tmp_path: Path) -> None:
    played(tmp_path, training)
    done = subprocess.run([*COMMAND, "--json"], env=environ, capture_output=True, text=True, check=True, timeout=60)
    told = json.loads(done.stdout)
    first, second = told["gpus"]
    assert told["driver"] == "550.54.15"
    assert (first["power"], first["sm_active"], first["throttled"]) == (312.5, 88.5, ["power_cap", "thermal_software"])
    assert second["power"] is None
    run, other = sorted(first["processes"], key=lambda process: process["pid"])
    assert (run["pid"], run["run"], run["memory"]) == (training, f"{tmp_path}/runs/mlp", 2 << 30)
    assert (other["command"], other["run"], other["said"]) == ("", None, None)


def test_it_goes_on_until_ctrl_c(environ: dict[str, str], training: int, tmp_path: Path) -> None:
    driver = played(tmp_path, training)
    # A terminal's table is drawn anew; what it shows at the end is what the cards told last.
    screen, printed = os.openpty()
    with subprocess.Popen([*COMMAND, "--every", "0.2"], env={**environ, "TERM": "xterm"}, stdout=printed) as process:
        os.close(printed)
        shown = b""
        while b"H100" not in shown:
            shown += os.read(screen, 4096)
        driver.change(0, temperature=77)
        while b"77" not in shown:
            shown += os.read(screen, 4096)
        process.send_signal(signal.SIGINT)
        while process.poll() is None:
            with contextlib.suppress(OSError):  # the terminal's other end is closed
                os.read(screen, 4096)
    os.close(screen)
    assert process.returncode == 130


def test_without_a_driver_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "libnvidia-ml.so.1").write_bytes(b"")
    environ = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path)}
    done = subprocess.run(COMMAND, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("kymo: There is no NVIDIA driver here")
    assert done.stderr.count("\n") == 1
