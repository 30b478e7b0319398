"""Setting the learning rate under a schedule."""

import pytest
import torch
from torch.optim import lr_scheduler

from kymo.train.control.learning_rate import LearningRate


def sgd(*rates: float) -> torch.optim.SGD:
    return torch.optim.SGD([{"params": [torch.zeros(1, requires_grad=True)], "lr": rate} for rate in rates], lr=1.0)


def rates_of(optimizer: torch.optim.Optimizer) -> list[float]:
    return [float(group["lr"]) for group in optimizer.param_groups]


SCHEDULES = {
    "step": lambda optimizer: lr_scheduler.StepLR(optimizer, step_size=3, gamma=0.5),
    "lambda": lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch)),
    "exponential": lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.9),
    "cosine": lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max=20, eta_min=0.001),
    "warm restarts": lambda optimizer: lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=5),
    "one cycle": lambda optimizer: lr_scheduler.OneCycleLR(
        optimizer, max_lr=[10 * rate for rate in rates_of(optimizer)], total_steps=20, cycle_momentum=False
    ),
    "cyclic": lambda optimizer: lr_scheduler.CyclicLR(
        optimizer, base_lr=rates_of(optimizer), max_lr=[3 * rate for rate in rates_of(optimizer)], step_size_up=4,
        cycle_momentum=False,
    ),
    "sequential": lambda optimizer: lr_scheduler.SequentialLR(
        optimizer,
        [lr_scheduler.LinearLR(optimizer, 0.1, total_iters=4), lr_scheduler.CosineAnnealingLR(optimizer, T_max=16)],
        milestones=[6],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_keeps_its_shape_and_goes_on_from_the_rate_that_was_set(name: str):
    plain, changed = sgd(0.1, 0.02), sgd(0.1, 0.02)
    schedules = SCHEDULES[name](plain), SCHEDULES[name](changed)

    def go_on(steps: int) -> None:
        for _ in range(steps):
            for optimizer, schedule in zip((plain, changed), schedules, strict=True):
                optimizer.step()
                schedule.step()

    go_on(3)
    rate = LearningRate(changed, schedules[1])
    before = rate.value
    rate.set(0.25 * before)
    for _ in range(12):
        go_on(1)
        assert rates_of(changed) == pytest.approx([0.25 * each for each in rates_of(plain)], rel=1e-6)


def test_a_rate_that_follows_no_schedule_stays_as_it_is_set():
    optimizer = sgd(0.1, 0.02)
    rate = LearningRate(optimizer)
    rate.set(0.3)
    assert rate.value == 0.3
    assert rates_of(optimizer) == pytest.approx([0.3, 0.06])
    assert not rate.is_scheduled


def test_a_rate_of_zero_can_be_left():
    optimizer = sgd(0.0, 0.0)
    LearningRate(optimizer).set(0.1)
    assert rates_of(optimizer) == [0.1, 0.1]


def test_a_rate_that_is_a_tensor_stays_the_same_tensor():
    given = torch.tensor(0.1)
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=given, capturable=False, foreach=False)
    held = optimizer.param_groups[0]["lr"]
    LearningRate(optimizer).set(0.01)
    assert optimizer.param_groups[0]["lr"] is held
    assert float(held) == pytest.approx(0.01)


def test_a_scheduler_that_waits_for_a_plateau_goes_on_from_the_rate():
    optimizer = sgd(0.1)
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0, min_lr=0.04)
    LearningRate(optimizer, schedule).set(0.01)
    schedule.step(1.0)
    schedule.step(1.0)
    assert rates_of(optimizer) == pytest.approx([0.005])
    schedule.step(1.0)
    assert rates_of(optimizer) == pytest.approx([0.004])


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_trained_with_is_refused(rate: float):
    optimizer = sgd(0.1)
    with pytest.raises(ValueError, match="cannot be trained with"):
        LearningRate(optimizer).set(rate)
    assert rates_of(optimizer) == [0.1]


def test_a_schedule_is_not_ended_by_a_rate_of_zero():
    optimizer = sgd(0.1)
    rate = LearningRate(optimizer, lr_scheduler.ExponentialLR(optimizer, 0.9))
    with pytest.raises(ValueError, match="give a number above 0, or pause the run"):
        rate.set(0.0)
    assert rate.value == 0.1
