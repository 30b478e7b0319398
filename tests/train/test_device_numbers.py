"""Numbers of a device that the tests play: when they are read, and in which order they are logged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from played_device import PlayedStream, PlayedStreams
from stepped_clock import MS, Clock

import kymo
from kymo.train import run_log
from kymo.train.device_numbers import DeviceNumbers


@pytest.fixture
def streams() -> PlayedStreams:
    return PlayedStreams(Clock())


def ring_of(streams: PlayedStreams | None, size: int = 2) -> DeviceNumbers[int]:
    return DeviceNumbers[int](torch.tensor(0.0), size, streams)  # type: ignore[arg-type] # a played one


def test_a_buffer_is_read_only_when_it_has_arrived(streams: PlayedStreams) -> None:
    ring = ring_of(streams)
    streams.main.works(10)
    ring.add(1, torch.tensor(1.0))
    ring.add(2, torch.tensor(2.0))
    assert ring.arrived() == []
    ring.add(3, torch.tensor(3.0))
    streams.clock.pass_by(10.5)
    assert ring.arrived() == [], "the copy is behind what was computed, and takes a millisecond"
    streams.main.works(10)
    ring.add(4, torch.tensor([4.0]))
    streams.clock.pass_by(0.5)
    assert ring.arrived() == [(1, 1.0), (2, 2.0)]
    ring.add(5, torch.tensor(5.0))
    assert ring.arrived() == []
    assert streams.waits == 0
    assert ring.settle() == [(3, 3.0), (4, 4.0), (5, 5.0)]


def test_copies_keep_nothing_that_is_computed_waiting(streams: PlayedStreams) -> None:
    ring = ring_of(streams)
    streams.copy_ms = 50
    for step in range(6):
        ring.add(step, torch.tensor(float(step)))
    assert streams.copies == [streams.side] * 3
    assert (streams.main.free_at, streams.side.free_at) == (0, 150 * MS)


def test_a_buffer_is_filled_again_only_after_it_was_read(streams: PlayedStreams) -> None:
    ring = ring_of(streams)
    for step in range(6):
        ring.add(step, torch.tensor(float(step)))
    sent = [copy.buffer for copy in ring._copies]
    assert len({id(buffer.device) for buffer in sent}) == 3
    streams.clock.pass_by(1)
    assert ring.arrived() == [(0, 0.0), (1, 1.0)]
    for step in (6, 7):
        ring.add(step, torch.tensor(float(step)))
    assert ring._copies[-1].buffer is sent[0]
    assert ring.settle() == [(step, float(step)) for step in range(2, 8)]


def test_numbers_of_several_streams_wait_each_for_its_own(streams: PlayedStreams) -> None:
    ring = ring_of(streams, size=8)
    other = PlayedStream(streams)
    streams.main.works(5)
    ring.add(1, torch.tensor(1.0))
    with streams.on(other):
        other.works(100)
        ring.add(2, torch.tensor(2.0))
    ring.add(3, torch.tensor(3.0))
    ring.send()
    streams.clock.pass_by(7)
    assert ring.arrived() == [(1, 1.0)]
    streams.clock.pass_by(95)
    assert ring.arrived() == [(2, 2.0), (3, 3.0)]


def test_without_streams_a_full_buffer_is_waited_for() -> None:
    ring = DeviceNumbers[int](torch.tensor(0.0, dtype=torch.bfloat16), 2)
    ring.add(1, torch.tensor(1.0, dtype=torch.bfloat16))
    assert ring.arrived() == []
    ring.add(2, torch.tensor(2.0, dtype=torch.bfloat16))
    assert ring.arrived() == [(1, 1.0), (2, 2.0)]
    assert ring.settle() == []


class OnDevice(torch.Tensor):
    """A number that says it is on a device."""

    is_cpu = False  # type: ignore[assignment] # a property of tensors


def on_device(value: float, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.tensor(value, dtype=dtype).as_subclass(OnDevice)


@pytest.fixture
def played(streams: PlayedStreams, monkeypatch: pytest.MonkeyPatch) -> PlayedStreams:
    """Runs whose numbers are on a played device."""
    monkeypatch.setattr(run_log, "_is_on_device", lambda value: isinstance(value, OnDevice))
    monkeypatch.setattr(run_log, "DeviceNumbers", lambda value: DeviceNumbers[Any](value, 4, streams))  # type: ignore[arg-type]
    return streams


def test_numbers_of_one_name_are_logged_in_their_order_with_their_steps_and_times(
    tmp_path: Path, played: PlayedStreams, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("kymo.train.run_log.time.time", lambda: clock[0])
    losses = []
    with kymo.Run(tmp_path, progress=False, probes=False) as run:
        for _ in run.epochs(1):
            for step in run.batches(range(40)):
                kinds = (float(step), on_device(step), on_device(step, torch.float16), torch.tensor(float(step)))
                loss = kinds[step * 7 % 4]
                clock[0] += 1
                losses.append((clock[0], float(step)))
                played.main.works(3)
                run.log({"loss": loss, "twice": on_device(2 * step), "here": float(step)})
                played.clock.pass_by(1)
            assert played.waits == 0
    found = kymo.open(tmp_path)["."]
    assert list(zip(found["loss"].wall_times.tolist(), found["loss"].values.tolist(), strict=True)) == losses
    assert found["loss"].steps.tolist() == found["twice"].steps.tolist() == found["here"].steps.tolist()
    assert found["twice"].values.tolist() == [2.0 * step for step in range(40)]
    assert found["here"].values.tolist() == [float(step) for step in range(40)]


def test_a_device_that_fails_costs_numbers_and_no_training(
    tmp_path: Path, played: PlayedStreams, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("an illegal memory access was encountered")

    monkeypatch.setattr(run_log, "_SEND_SECONDS", float("inf"))  # a buffer is sent when it is full
    with kymo.Run(tmp_path, progress=False, probes=False) as run:
        for _ in run.epochs(1):
            for step in run.batches(range(22)):
                if step == 6:
                    monkeypatch.setattr(PlayedStreams, "event", fails)
                run.log({"loss": on_device(step), "here": float(step)})
                played.clock.pass_by(10)
    found = kymo.open(tmp_path)["."]
    assert found["here"].values.tolist() == [float(step) for step in range(22)]
    assert found["loss"].values.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert "4 numbers on a device could not be read, and are not logged: an illegal memory access" in caplog.text
    assert caplog.text.count("could not be read") == 1


def test_what_is_captured_into_a_graph_is_no_number(
    tmp_path: Path, played: PlayedStreams, caplog: pytest.LogCaptureFixture
) -> None:
    with kymo.Run(tmp_path, progress=False, probes=False) as run:
        for _ in run.epochs(1):
            for step in run.batches(range(12)):
                played.capturing = 3 <= step < 6
                run.log(loss=on_device(step))
                played.clock.pass_by(10)
    found = kymo.open(tmp_path)["."]["loss"]
    assert found.values.tolist() == [0.0, 1.0, 2.0, *(float(step) for step in range(6, 12))]
    assert caplog.text.count("'loss' is not logged while a CUDA graph is captured") == 1
