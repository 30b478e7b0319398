from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from kymo import Diverged, Progress
from kymo.train import device_numbers
from kymo.train.stopping import MissingMetricError


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("make", [float, torch.tensor, lambda value: torch.tensor([value], dtype=torch.float16)])
def test_on_the_cpu_it_is_found_at_once(bad: float, make: Any) -> None:
    diverged = Diverged()
    assert not diverged.update(make(0.5), step=10)
    assert diverged.update(make(bad), step=11)
    assert diverged.update(make(0.5), step=12), "what has diverged stays so"
    assert diverged.fired is not None
    assert (diverged.fired.reason, diverged.fired.evidence["steps"]) == ("diverged", 11)
    assert (diverged.fired.evidence["last_good"], diverged.fired.evidence["last_good_steps"]) == (0.5, 10)


def test_a_threshold_is_one_that_is_passed() -> None:
    diverged = Diverged(threshold=10)
    assert [diverged.update(value) for value in (10.0, 10.5)] == [False, True]
    assert diverged.fired is not None and diverged.fired.text == "train/loss is 10.5, above 10, since step 2."


def test_in_a_run_it_takes_the_loss_from_among_the_metrics() -> None:
    diverged = Diverged()
    assert diverged.after_batch(Progress(0, 1, {"train/loss": 1.0, "lr": math.nan})) is None
    assert diverged.after_batch(Progress(0, 2)) is None
    assert diverged.after_batch(Progress(0, 3, {"train/loss": math.nan})) is not None


def test_a_loss_that_never_comes_is_an_error() -> None:
    diverged = Diverged("loss")
    assert diverged.after_epoch() is None, "nothing was measured at all"
    diverged.after_batch(Progress(0, 1, {"train/loss": 1.0}))
    with pytest.raises(MissingMetricError, match="There is no metric 'loss': there is 'train/loss'"):
        diverged.after_epoch()


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [({"every": 0}, ValueError, "every 0 looks at no loss"), ({"every": 1.5}, TypeError, "every 1.5 .float.")],
)
def test_bad_options_are_told(options: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Diverged(**options)


class Device:
    """A loss as it comes from a device, without one."""

    type = "cuda"


class DeviceLoss:
    def __init__(self, value: float, elements: int = 1) -> None:
        self.device = Device()
        self.value = value
        self.elements = elements

    def numel(self) -> int:
        return self.elements


class Ring:
    """A ring whose losses arrive two steps later."""

    def __init__(self, like: Any, size: int) -> None:
        self.kept: list[tuple[int, float]] = []

    def takes(self, loss: Any) -> bool:
        return True

    def add(self, step: int, loss: DeviceLoss) -> None:
        self.kept.append((step, loss.value))

    def arrived(self) -> list[tuple[int, float]]:
        return [self.kept.pop(0)] if len(self.kept) > 2 else []

    def settle(self) -> list[tuple[int, float]]:
        kept, self.kept = self.kept, []
        return kept


def test_from_a_device_it_is_found_later_with_the_step_at_which_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_numbers, "DeviceNumbers", Ring)
    diverged = Diverged()
    answers = [diverged.update(DeviceLoss(math.nan if step >= 3 else 1.0), step=step) for step in range(1, 6)]
    assert answers == [False, False, False, False, True]
    assert diverged.fired is not None
    assert (diverged.fired.evidence["steps"], diverged.fired.evidence["noticed_steps"]) == (3, 5)
    with pytest.raises(ValueError, match="train/loss has 2 elements: pass a loss of one"):
        diverged.update(DeviceLoss(1.0, elements=2))


def test_the_end_of_an_epoch_and_a_checkpoint_wait_for_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_numbers, "DeviceNumbers", Ring)
    for settle in (Diverged.after_epoch, Diverged.settle, lambda each: each.state_dict()["last_good"] == [1, 1.0]):
        diverged = Diverged()
        diverged.update(DeviceLoss(1.0))
        assert not diverged.update(DeviceLoss(math.nan))
        assert settle(diverged) and diverged.fired is not None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_is_not_waited_for() -> None:
    diverged = Diverged(every=4)
    loss = torch.ones((), device="cuda", requires_grad=True)
    diverged.update(loss)  # the first pinned buffer
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        for step in range(2, 200):
            diverged.update(loss * (math.inf if step >= 100 else 1.0), step=step)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert diverged.settle() and diverged.fired is not None and diverged.fired.evidence["steps"] == 100
