from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import torch

from kymo.train.device_numbers import DeviceNumbers


class Event:
    """A device's event that comes when the test says so."""

    made: ClassVar[list[Event]] = []

    def __init__(self) -> None:
        self.here = False
        self.waited_for = False
        Event.made.append(self)

    def record(self, stream: Any) -> None:
        assert stream == "the stream"

    def query(self) -> bool:
        return self.here

    def synchronize(self) -> None:
        self.waited_for = True


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeviceNumbers]:
    """A ring of two losses on the CPU that takes itself for one on a device."""
    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _: "the stream")
    monkeypatch.setattr(DeviceNumbers, "_pinned", lambda self: torch.empty_like(self._buffer))
    Event.made = []
    ring = DeviceNumbers[int](torch.tensor(0.0), 2)
    ring._is_asynchronous = True
    yield ring


def test_a_buffer_is_read_only_when_it_has_arrived(ring: DeviceNumbers) -> None:
    ring.add(1, torch.tensor(1.0))
    assert ring.arrived() == []
    ring.add(2, torch.tensor(2.0))
    assert ring.arrived() == []
    ring.add(3, torch.tensor(3.0))
    assert ring.arrived() == []
    Event.made[0].here = True
    ring.add(4, torch.tensor([4.0]))
    assert ring.arrived() == [(1, 1.0), (2, 2.0)]
    ring.add(5, torch.tensor(5.0))
    assert ring.arrived() == []
    assert ring.settle() == [(3, 3.0), (4, 4.0), (5, 5.0)]
    assert len(Event.made) == 3


def test_a_buffer_on_the_host_is_used_again_only_after_it_was_read(ring: DeviceNumbers) -> None:
    for step in range(6):
        ring.add(step, torch.tensor(float(step)))
    assert len({id(copy.host) for copy in ring._copies}) == 3
    Event.made[0].here = True
    first = ring._copies[0].host
    assert ring.arrived() == [(0, 0.0), (1, 1.0)]
    ring.add(6, torch.tensor(6.0))
    ring.add(7, torch.tensor(7.0))
    assert ring._copies[-1].host is first
    assert ring.settle() == [(step, float(step)) for step in range(2, 8)]


def test_without_events_a_full_buffer_is_waited_for() -> None:
    ring = DeviceNumbers(torch.tensor(0.0, dtype=torch.bfloat16), 2)
    ring.add(1, torch.tensor(1.0, dtype=torch.bfloat16))
    assert ring.arrived() == []
    ring.add(2, torch.tensor(2.0, dtype=torch.bfloat16))
    assert ring.arrived() == [(1, 1.0), (2, 2.0)]
    assert ring.settle() == []
