"""Loops that are no run's, timed as those of one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from loading import Compose, Slow, Transformed
from torch.utils.data import DataLoader

import kymo
from kymo import pipeline


def logged(path: Path) -> Any:
    (log,) = kymo.open(path).values()
    return log


@pytest.fixture
def sampling() -> Callable[[], bool]:
    """Whether a thread samples that did not before the test."""
    before = set(threading.enumerate())
    return lambda: any(thread.name == "kymo-devices" for thread in set(threading.enumerate()) - before)


def test_a_loop_of_ones_own_logs_its_phases_its_batches_and_the_machine(
    tmp_path: Path, sampling: Callable[[], bool]
) -> None:
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    plain = DataLoader(Transformed(Compose([Slow()]), count=400), batch_size=4)
    with kymo.SummaryWriter(tmp_path) as writer:
        loader = pipeline.instrument(plain, writer, model=model, optimizer=optimizer, every=0.05)
        assert (len(loader), loader.batch_size) == (100, 4)
        for batch in loader:
            optimizer.zero_grad()
            model(batch[:, None]).square().mean().backward()
            optimizer.step()
        assert loader.steps == 100
        assert not sampling(), "the loop is over"
    log = logged(tmp_path)
    shares = [log[f"pipeline/{name}"].values for name in ("data_wait", "step")]
    assert sum(shares) == pytest.approx(100, abs=1)
    assert shares[0].mean() > shares[1].mean()
    assert log["pipeline/transform/Slow"].values.mean() > 30
    assert {"pipeline/forward", "pipeline/workers", "host/cpu"} <= set(log)
    assert not {"pipeline/copy", "pipeline/logging", "pipeline/copy_p50"} & set(log)
    assert log["pipeline/data_wait"].steps[-1] <= 100


def test_within_a_block_samples_are_taken_over_many_short_loops(tmp_path: Path, sampling: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    with kymo.SummaryWriter(tmp_path) as writer, pipeline.instrument(range(3), writer, every=0.1) as loader:
        for _ in forever():
            assert [batch for batch in loader if time.sleep(0.005) is None] == [0, 1, 2]
            assert sampling()
            writer.flush()
            if "pipeline/step" in logged(tmp_path) or time.monotonic() > ends:
                break
    assert not sampling()
    assert "pipeline/step" in logged(tmp_path)


def forever() -> Iterator[None]:
    while True:
        yield


def test_a_loop_that_is_left_ends_the_sampling(tmp_path: Path, sampling: Callable[[], bool]) -> None:
    with kymo.SummaryWriter(tmp_path) as writer:
        for _ in pipeline.instrument([1, 2, 3], writer):
            assert sampling()
            break
        assert not sampling()


def test_what_is_no_writer_is_told(tmp_path: Path) -> None:
    other: Any = "runs"
    with pytest.raises(TypeError, match=r"writer='runs' is no kymo\.SummaryWriter: make one"):
        pipeline.instrument([1], other)
    with kymo.SummaryWriter(tmp_path) as writer, pytest.raises(ValueError, match="every=0 is not above 0"):
        pipeline.instrument([1], writer, every=0)
