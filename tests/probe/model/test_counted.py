"""Counting on a device that tests play: nothing waits for it, and what it takes is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from played_device import PlayedStream, PlayedStreams
from stepped_clock import MS, Clock
from watched import mlp, trained

import kymo
from kymo.probe.model.counted import Counter
from kymo.probe.model.log_edges import log_edges
from kymo.probe.model.sample_log import SampleLog
from kymo.writer.device_counts import DeviceBins


@pytest.fixture
def streams() -> PlayedStreams:
    return PlayedStreams(Clock())


@pytest.fixture
def counter(streams: PlayedStreams, monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Each count takes two milliseconds of the device."""
    row = DeviceBins.row

    def counted(self: DeviceBins, values: torch.Tensor) -> torch.Tensor:
        streams.current().works(2.0)
        return row(self, values)

    monkeypatch.setattr(DeviceBins, "row", counted)
    return Counter(log_edges(), everywhere=True, streams=lambda _: streams)


def test_a_sample_is_copied_at_once_and_read_when_it_has_arrived(counter: Counter, streams: PlayedStreams) -> None:
    counts: list[Any] = []
    numbers: list[Any] = []
    counter.use(torch.device("cpu"))
    with counter.timed():
        for values in (torch.tensor([0.0, 1.0, -2.0]), torch.tensor([float("inf")])):
            counter.count(values, counts.append)
    counter.read(torch.tensor([3.0, 4.0]), numbers.append)
    first = counter.send()
    assert len(streams.copies) == 1
    with counter.timed():
        counter.count(torch.ones(5), counts.append)
    second = counter.send()
    streams.clock.pass_by(3.5)
    assert counter.take_device_time() == 0
    streams.clock.pass_by(1.0)  # counted, but not yet copied
    assert counter.arrive() < first
    assert not counts
    streams.clock.pass_by(0.5)
    assert counter.arrive() == first
    assert [each.finite for each in counts] == [3, 0]
    assert (counts[0].zeros, counts[0].min, counts[0].sum_squares, counts[1].positive_infinity) == (1, -2.0, 5.0, 1)
    assert numbers[0].tolist() == [3.0, 4.0]
    assert counter.take_device_time() == 4 * MS
    assert streams.waits == 0
    assert counter.arrive(wait=True) == second
    assert (counts[2].finite, streams.waits) == (5, 1)
    assert (counter.take_device_time(), counter.take_device_time()) == (2 * MS, 0)


def test_what_is_counted_on_another_stream_is_waited_for_by_the_stream_that_copies(
    counter: Counter, streams: PlayedStreams
) -> None:
    other = PlayedStream(streams)
    other.works(50.0)
    counts: list[Any] = []
    with streams.on(other):
        counter.count(torch.ones(3), counts.append)
    counter.send()
    assert streams.main.free_at == 53 * MS
    assert [stream for _, stream in streams.kept] == [streams.main]
    counter.arrive(wait=True)
    assert counts[0].finite == 3


def test_nothing_is_counted_while_a_graph_is_captured(counter: Counter, streams: PlayedStreams) -> None:
    streams.capturing = True
    counter.use(torch.device("cpu"))
    with counter.timed():
        counter.count(torch.ones(3), lambda _: pytest.fail("it was counted"))
    streams.capturing = False
    assert counter.arrive() == counter.send() - 1
    assert counter.arrive() == 1
    assert streams.made == 0


def test_a_device_that_lags_behind_is_not_waited_for(
    tmp_path: Path, counter: Counter, streams: PlayedStreams, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is looked at in each step, that is written which has arrived, though more is always on its way."""
    monkeypatch.setattr("kymo.probe.model.model_watch.Counter", lambda _: counter)
    write, written, before = SampleLog.write, [], []
    monkeypatch.setattr(SampleLog, "write", lambda *given: (written.append(given[1].step), write(*given)))

    def batches() -> Iterator[torch.Tensor]:
        while True:
            streams.clock.pass_by(30.0)
            before[:] = written
            yield torch.randn(16, 4)

    streams.pace = 1000.0  # minutes, in which hardly a second passes for the host
    source = batches()
    run = trained(tmp_path, mlp(), steps=12, batch=lambda: next(source))
    assert run.histograms("weights/0.weight").steps.tolist() == list(range(3, 12))
    assert before == list(range(3, 3 + len(before)))
    assert 4 < len(before) < 8
    assert run["health/cost"].values[-1] > 100, "what the device took counts"


def test_counts_wait_for_no_budget_that_is_not_known(
    tmp_path: Path, counter: Counter, streams: PlayedStreams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kymo.probe.model.model_watch.Counter", lambda _: counter)
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    looked = []
    with kymo.SummaryWriter(tmp_path) as writer:
        watch = kymo.ModelWatch(writer, model, optimizer, budget=0.999)
        for step in range(30):
            watch.begin_step(step)
            looked.append(watch.is_looking)
            model(torch.ones(2, 4)).sum().backward()
            optimizer.step()
            watch.end_step()
        watch.close()
    assert [step for step, is_looking in enumerate(looked) if is_looking] == [3], "the device has not come to it"
    assert kymo.open(tmp_path)["."]["health/cost"].values[-1] > 0
