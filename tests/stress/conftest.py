"""Outages made to order, and logs read back by every reader."""

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

import kymo
from kymo import _core

HERE = Path(__file__).parent
# What the tests share is a module beside them, not of the package.
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that makes a process' event files fail, built with the compiler that kymo is built with."""
    library = tmp_path_factory.mktemp("shim") / "outage_shim.so"
    compiler = os.environ.get("CXX") or shutil.which("c++") or shutil.which("g++") or "clang++"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(HERE / "outage_shim.cpp"), "-ldl"]
    subprocess.run(command, check=True)
    return library


@pytest.fixture
def training(shim: Path, tmp_path: Path) -> object:
    from outage import Training

    return Training(shim, tmp_path / "outage")


def whole_records(path: Path) -> tuple[int, int]:
    """How many records the file begins with, whose checksums must hold, and where they end."""
    data, count, at = path.read_bytes(), 0, 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        assert struct.unpack_from("<I", data, at + 8)[0] == _core.mask_crc(_core.crc32c(data[at : at + 8]))
        if at + 16 + length > len(data):
            break
        at += 16 + length
        count += 1
    return count, at


@pytest.fixture(scope="session")
def read_back() -> Callable[[Path], list[int]]:
    """The steps of "loss" in a run of one file that must be whole: all readers must find the same."""

    def read(log_dir: Path) -> list[int]:
        (path,) = log_dir.glob("events.out.tfevents.*")
        count, end = whole_records(path)
        assert end == path.stat().st_size, "the file does not end with a record"
        (run,) = kymo.open(log_dir).values()
        found: list[int] = run["loss"].steps.tolist()
        assert not run.warnings
        assert count == len(found) + 1
        if count < 100_000:  # a reader in Python takes its time
            events = [event for event in EventFileLoader(str(path)).Load() if event.HasField("summary")]
            assert [event.step for event in events] == found
        return found

    return read
