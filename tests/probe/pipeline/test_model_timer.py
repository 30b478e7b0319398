"""The passes of a model, on a clock that only they move."""

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
import torch._dynamo.utils  # it takes the hooks of optimizers off, which must make no difference
from stepped_clock import MS, Clock
from torch import Tensor, nn

import kymo
from kymo.probe.device_sampler import DeviceSampler
from kymo.probe.pipeline.model_timer import ModelTimer
from kymo.probe.pipeline.timed_step import ModelTimes


@pytest.fixture(autouse=True)
def nothing_compiled() -> None:
    """Whatever other tests have compiled."""
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()


class Passing(torch.autograd.Function):
    """Has time pass in both directions."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, clock: Clock, forward: int, backward: int) -> Tensor:
        ctx.clock, ctx.backward = clock, backward
        clock.pass_by(forward)
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        ctx.clock.pass_by(ctx.backward)
        return gradient, None, None, None


class Model(nn.Module):
    """Takes 3 ms forward and 7 ms backward."""

    def __init__(self, clock: Clock, form: str = "tensor") -> None:
        super().__init__()
        self.linear = nn.Linear(2, 1)
        self.clock, self.form = clock, form

    def forward(self, x: Tensor) -> Any:
        y = Passing.apply(self.linear(x), self.clock, 3, 7)
        return {"tensor": y, "dict": {"logits": y, "name": "net"}, "tuple": (None, [y])}[self.form]


class Slow(torch.optim.SGD):
    clock: Clock

    def step(self, closure: Any = None) -> Any:
        self.clock.pass_by(5)
        return super().step(closure)


def output(given: Any) -> Tensor:
    found: Tensor = given["logits"] if isinstance(given, dict) else given[1][0] if isinstance(given, tuple) else given
    return found


def optimizer_of(model: Model) -> Slow:
    optimizer = Slow(model.parameters(), lr=0.1)
    optimizer.clock = model.clock
    return optimizer


def step(model: Model, optimizer: Slow) -> None:
    y = output(model(torch.ones(4, 2)))
    loss = Passing.apply(y.square().mean(), model.clock, 11, 13)  # a loss function takes its time, too
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


@pytest.mark.parametrize("form", ["tensor", "dict", "tuple"])
def test_each_pass_has_its_time(clock: Clock, form: str) -> None:
    model = Model(clock, form)
    optimizer = optimizer_of(model)
    timer = ModelTimer(model, optimizer)
    for passes in (1, 2):
        timer.begin()
        for _ in range(passes):
            step(model, optimizer)
        assert timer.end() == ModelTimes(3 * MS * passes, 7 * MS * passes, 5 * MS * passes)


def test_beyond_the_steps_that_are_timed_there_are_no_hooks(clock: Clock) -> None:
    model = Model(clock)
    optimizer = optimizer_of(model)
    timer = ModelTimer(model, optimizer)
    timer.begin()
    y = model(torch.ones(1, 2))
    timer.end()
    assert not model._forward_hooks
    assert not model._forward_pre_hooks
    assert "step" not in vars(optimizer)
    y.sum().backward()
    step(model, optimizer)
    assert timer.end() == ModelTimes(0, 0, 0)


def test_a_scheduler_that_counts_steps_goes_on_counting(clock: Clock) -> None:
    model = Model(clock)
    optimizer = optimizer_of(model)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)
    counting = vars(optimizer)["step"]
    timer = ModelTimer(model, optimizer)
    for _ in range(2):
        timer.begin()
        step(model, optimizer)
        assert timer.end() == ModelTimes(3 * MS, 7 * MS, 5 * MS)
        scheduler.step()
    assert vars(optimizer)["step"] is counting
    assert scheduler.get_last_lr() == [0.05]


def test_a_scheduler_may_be_made_in_a_step_that_is_timed(clock: Clock) -> None:
    model = Model(clock)
    optimizer = optimizer_of(model)
    timer = ModelTimer(model, optimizer)
    timer.begin()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    for _ in range(2):
        step(model, optimizer)
        scheduler.step()
    assert timer.end() == ModelTimes(3 * MS * 2, 7 * MS * 2, 5 * MS * 2)
    assert scheduler.get_last_lr() == [0.025]
    timer.begin()
    step(model, optimizer)
    assert timer.end() == ModelTimes(3 * MS, 7 * MS, 5 * MS)


@pytest.mark.parametrize("is_timed_when_compiled", [False, True])
def test_a_step_that_is_compiled_as_a_whole_is_trained_as_without(is_timed_when_compiled: bool) -> None:
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    timer = ModelTimer(model, optimizer)

    @torch.compile(backend="eager", fullgraph=True)
    def loss_of(x: Tensor) -> Tensor:
        return model(x).square().mean()  # type: ignore[no-any-return] # torch's __call__

    for number in range(30):
        if number or is_timed_when_compiled:
            timer.begin()
        optimizer.zero_grad()
        loss_of(torch.ones(3 + number % 2, 2)).backward()
        optimizer.step()
        assert (timer.end() is None) == (number > 0)
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] <= 3, "compiled anew each time"


def test_a_hook_that_fails_is_no_reason_for_a_training_to_end(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model(clock)
    timer = ModelTimer(model, optimizer_of(model))
    monkeypatch.setattr(timer, "_after_call", lambda *_: 1 / 0)
    timer.begin()
    model(torch.ones(1, 2)).sum().backward()
    assert timer.end() == ModelTimes(0, 0, 0)


def test_a_copy_of_the_model_that_is_made_meanwhile_is_not_timed(clock: Clock) -> None:
    model = Model(clock)
    timer = ModelTimer(model)
    timer.begin()
    copied, loaded = copy.deepcopy(model), pickle.loads(pickle.dumps(model))
    for other in (copied, loaded):
        other(torch.ones(1, 2)).sum().backward()
    assert timer.end() == ModelTimes(0, 0, 0)


def test_what_takes_no_hooks_is_not_timed(clock: Clock) -> None:
    model = Model(clock)
    model.compile(backend="eager")
    timer = ModelTimer(model, optimizer_of(model))
    timer.begin()
    assert timer.end() is None
    other: Any = object()
    timer = ModelTimer(other)
    timer.begin()
    assert timer.end() is None


def test_a_run_that_watches_a_model_tells_of_its_parts(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeviceSampler, "start", lambda _: None)
    model = Model(clock)
    optimizer = optimizer_of(model)
    with kymo.Run(tmp_path, progress=False) as run:
        run.watch(model, optimizer)
        for _ in run.epochs(1):
            for _ in run.batches(range(4)):
                step(model, optimizer)
        found = run._session.phases.read(0.0)
    medians = [found[f"pipeline/{part}_p50"] for part in ("forward", "backward", "optimizer", "other", "step")]
    assert medians == [3, 7, 5, 24, 39]
