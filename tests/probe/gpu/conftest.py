"""GPUs that the machine does not have, played by a library that answers as a driver's does."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pynvml
import pytest

# Modules that several tests share.
sys.path.append(str(Path(__file__).parent))

from played import Driver


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library, under the name that the driver's has."""
    path = tmp_path_factory.mktemp("nvml") / "libnvidia-ml.so.1"
    source = Path(__file__).with_name("fake_nvml.cpp")
    # Without a soname: the loader gives it to nobody in this process who asks for the driver's by name.
    compiler = os.environ.get("CXX", "c++")
    subprocess.run([compiler, "-std=c++17", "-shared", "-fPIC", "-o", str(path), str(source)], check=True)
    return path


@pytest.fixture
def driver(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Driver]:
    """A driver without cards."""
    played = Driver(tmp_path / "recording")
    played.plug()
    monkeypatch.setenv("KYMO_FAKE_NVML", str(tmp_path / "recording"))
    monkeypatch.setattr(pynvml, "nvmlLib", ctypes.CDLL(str(library)))
    pynvml._nvmlGetFunctionPointer_cache.clear()
    yield played
    pynvml._nvmlGetFunctionPointer_cache.clear()
