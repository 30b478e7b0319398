"""Batches that are copied beside what a device computes: on a device that the tests play, and on this machine."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from played_device import PlayedStreams
from stepped_clock import MS, Clock
from torch.utils.data import DataLoader

import kymo
from kymo.train.batch_copies import BatchCopies, batch_copies


@pytest.fixture
def streams(monkeypatch: pytest.MonkeyPatch) -> PlayedStreams:
    """A device, on a machine whose tensors are in pinned memory unless they say that they are not."""
    monkeypatch.setattr(torch.Tensor, "is_pinned", lambda self: not hasattr(self, "pageable"))
    return PlayedStreams(Clock())


def pageable(tensor: torch.Tensor) -> torch.Tensor:
    tensor.pageable = True  # type: ignore[attr-defined] # a mark for `is_pinned` of these tests
    return tensor


def test_a_copy_goes_on_while_the_steps_before_are_computed_and_its_own_step_waits_for_it(streams: PlayedStreams):
    copies = BatchCopies("cpu", streams)
    streams.copy_ms = 4
    streams.main.works(10)
    batch = copies.move({"image": torch.ones(2), "label": [torch.zeros(1), "name"]})
    assert batch == {"image": pytest.approx(torch.ones(2)), "label": [torch.zeros(1), "name"]}
    assert streams.copies == [streams.side] * 2
    assert (streams.side.free_at, streams.main.free_at) == (8 * MS, 10 * MS)
    copies.move([torch.ones(1)] * 3)
    assert streams.main.free_at == streams.side.free_at == 20 * MS
    assert streams.waits == 0


def test_what_is_computed_on_keeps_its_memory_until_it_was(streams: PlayedStreams):
    moved = BatchCopies("cpu", streams).move((torch.ones(2), pageable(torch.ones(3))))
    assert [(id(tensor), stream) for tensor, stream in streams.kept] == [(id(moved[0]), streams.main)]


def test_only_pinned_memory_is_copied_beside(streams: PlayedStreams):
    batch = [pageable(torch.ones(2)), torch.nn.utils.rnn.pack_sequence([torch.ones(3, 1)])]
    moved = BatchCopies("cpu", streams).move(batch)
    assert torch.equal(moved[0], torch.ones(2))
    assert not streams.copies


def test_a_host_that_is_far_ahead_does_not_fill_the_device_with_batches(streams: PlayedStreams):
    copies = BatchCopies("cpu", streams)
    for _ in range(20):
        copies.move(torch.ones(1))
        streams.main.works(100)
    assert len(streams.copies) == 8
    streams.clock.pass_by(250)
    for _ in range(20):
        copies.move(torch.ones(1))
        streams.main.works(100)
    assert len(streams.copies) == 11


def test_nothing_is_asked_of_events_while_a_graph_is_captured(streams: PlayedStreams):
    copies = BatchCopies("cpu", streams)
    copies.move(torch.ones(1))
    streams.capturing = True
    assert torch.equal(copies.move(torch.ones(3)), torch.ones(3))
    assert len(streams.copies) == 1


def test_a_device_that_fails_costs_the_overlap_alone(streams: PlayedStreams, monkeypatch: pytest.MonkeyPatch):
    def fails(*_: Any) -> torch.Tensor:
        raise RuntimeError("no stream")

    copies = BatchCopies("cpu", streams)
    monkeypatch.setattr(streams, "copied", fails)
    assert torch.equal(copies.move(torch.ones(3)), torch.ones(3))
    monkeypatch.undo()
    assert torch.equal(copies.move(torch.ones(3)), torch.ones(3))
    assert not streams.copies


def test_a_batch_that_cannot_be_moved_fails_as_it_does_without(streams: PlayedStreams):
    class Broken:
        def to(self, device: Any) -> None:
            raise ValueError("cannot be moved")

    with pytest.raises(ValueError, match="cannot be moved"):
        BatchCopies("cpu", streams).move([torch.ones(1), Broken()])


def test_no_device_but_a_gpu_copies_beside():
    assert batch_copies("cpu") is None
    assert batch_copies(None) is None
    assert batch_copies("no device") is None


Loop = Callable[..., Iterator[Any]]


@pytest.fixture(params=["plain", "prefetch", "played"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Loop:
    """`run.batches` in three ways, which are to be the same to the training."""
    if request.param == "played":
        streams = PlayedStreams(Clock())
        monkeypatch.setattr(torch.Tensor, "is_pinned", lambda _: True)
        monkeypatch.setattr("kymo.train.run.batch_copies", lambda device: BatchCopies(device, streams))

    def batches(run: kymo.Run, loader: Any) -> Iterator[Any]:
        return run.batches(loader, "cpu", prefetch=request.param != "plain")

    return batches


def test_nothing_is_asked_for_before_its_turn_and_nothing_after_a_loop_that_is_left(tmp_path: Path, loop: Loop):
    told: list[str] = []

    def loader() -> Iterator[torch.Tensor]:
        for number in range(5):
            told.append(f"asked for {number}")
            yield torch.tensor(number)

    batches = loader()
    with kymo.Run(tmp_path, progress=False) as run:
        for _ in run.epochs(1):
            for batch in loop(run, batches):
                told.append(f"trained on {batch.item()}")
                if batch == 2:
                    break
            assert run.step == 3
            assert [batch.item() for batch in loop(run, batches)] == [3, 4]
    assert told[:6] == [f"{what} {number}" for number in range(3) for what in ("asked for", "trained on")]
    assert run.step == 5


def test_what_a_loader_raises_comes_at_its_turn(tmp_path: Path, loop: Loop):
    def loader() -> Iterator[torch.Tensor]:
        yield torch.tensor(0)
        yield torch.tensor(1)
        raise OSError("the disk is gone")

    trained: list[int] = []
    with pytest.raises(OSError, match="the disk is gone"), kymo.Run(tmp_path, progress=False) as run:
        for _ in run.epochs(1):
            trained.extend(batch.item() for batch in loop(run, loader()))
    assert trained == [0, 1]
    assert run.step == 2


def drawn(directory: Path, loop: Loop, stop: int | None = None, *, resume: bool = False) -> list[Any]:
    """Batches of a shuffled loader without workers, beside random numbers that the training draws itself."""
    torch.manual_seed(1)
    loader = DataLoader(range(14), 2, shuffle=True, collate_fn=lambda items: torch.tensor(items) + torch.rand(2))
    found: list[Any] = []
    with kymo.Run(directory, stop=[kymo.MaxSteps(stop)] if stop else [], resume=resume, progress=False) as run:
        run.watch(torch.nn.Linear(1, 1))
        for _ in run.epochs(2):
            found.extend((batch.tolist(), torch.rand(()).item()) for batch in loop(run, loader))
    return found


@pytest.mark.parametrize("stop", [3, 7, 9])
def test_a_resumed_run_goes_on_with_the_batch_after_the_last_one_that_was_given_out(
    tmp_path: Path, loop: Loop, stop: int
):
    plain = drawn(tmp_path / "plain", lambda run, loader: run.batches(loader, "cpu"))
    first = drawn(tmp_path / "parts", loop, stop)
    assert len(first) == stop
    assert first + drawn(tmp_path / "parts", loop, resume=True) == plain
