"""What the tests of the pipeline's probes share."""

import sys
import time
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from stepped_clock import MS, Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that all durations are measured with, some time after it began."""
    clock = Clock()
    clock.now = MS
    monkeypatch.setattr(time, "perf_counter_ns", lambda: clock.now)
    return clock
