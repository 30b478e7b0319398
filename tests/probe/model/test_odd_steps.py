"""What is seen in steps that are made in other ways than once a batch, by an optimizer that torch calls."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch._dynamo.utils import counters
from watched import counted, is_of, last, mlp, trained

import kymo


def _watched(
    directory: Path,
    model: nn.Module,
    optimizers: Any,
    make_step: Callable[[int], Any],
    *,
    steps: int = 5,
    **options: Any,
) -> Any:
    with kymo.SummaryWriter(directory) as writer:
        watch = kymo.ModelWatch(writer, model, optimizers, **{"budget": 1, **options})
        for step in range(steps):
            watch.begin_step(step)
            make_step(step)
            watch.end_step()
        watch.close()
    return kymo.open(directory)["."]


def test_several_steps_of_an_optimizer_in_a_batch_are_looked_at_once(tmp_path: Path) -> None:
    model, batch = mlp(), torch.randn(16, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    seen: list[torch.Tensor] = []

    def make_step(_: int) -> None:
        for number in range(3):
            optimizer.zero_grad()
            model(batch).square().mean().backward()
            if number == 0:
                seen.append(model[0].weight.grad.clone())
            optimizer.step()

    run = _watched(tmp_path, model, optimizer, make_step)
    assert counted(run, "weights/0.weight") == counted(run, "updates/0.weight") == 32
    assert is_of(run, "gradients/0.weight", seen[-1])
    assert last(run, "0.weight/update_norm") == pytest.approx(0.1 * float(seen[-1].norm()), rel=1e-4)


def test_several_optimizers_and_parameters_that_none_has(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 1))
    one = torch.optim.SGD([{"params": [model[0].weight]}, {"params": [model[0].bias], "lr": 0.0}], lr=0.1)
    other = torch.optim.Adam(model[1].parameters())

    def make_step(step: int) -> None:
        model.zero_grad()
        model(torch.randn(8, 4)).square().mean().backward()
        one.step()
        if step == 3:
            other.step()

    run = _watched(tmp_path, model, [one, other], make_step)
    steps = {tag.tag: run.histograms(tag.tag).steps.tolist() for tag in run.tags if tag.kind == "histogram"}
    assert {steps[f"weights/{layer}.{what}"] == [3, 4] for layer in range(3) for what in ("weight", "bias")} == {True}
    assert steps["updates/0.weight"] == steps["updates/0.bias"] == [3, 4]
    assert steps["updates/1.weight"] == steps["gradients/1.weight"] == [3]
    assert "gradients/2.weight" not in steps
    assert last(run, "0.bias/update_norm") == 0


@pytest.mark.parametrize("by_name", [True, False])
def test_the_gradients_of_a_closure_are_those_of_its_first_evaluation(tmp_path: Path, by_name: bool) -> None:
    model, batch = mlp(), torch.randn(16, 4)
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)
    made: list[tuple[torch.Tensor, torch.Tensor]] = []

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss: torch.Tensor = model(batch).square().mean()
        loss.backward()
        made.append((model[0].weight.detach().clone(), model[0].weight.grad.clone()))
        return loss

    def make_step(_: int) -> None:
        made.clear()
        optimizer.step(closure=closure) if by_name else optimizer.step(closure)

    run = _watched(tmp_path, model, optimizer, make_step)
    assert len(made) == 3
    weight, gradient = made[0]
    assert is_of(run, "weights/0.weight", weight)
    assert is_of(run, "gradients/0.weight", gradient)
    changed = model[0].weight.detach() - weight
    assert last(run, "0.weight/update_ratio") == pytest.approx(float(changed.norm() / weight.norm()), rel=1e-4)


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("unscaled", [False, True])
def test_gradients_are_those_without_the_scale_in_whatever_way_it_is_taken_off(
    tmp_path: Path, fused: bool, unscaled: bool
) -> None:
    model, batch = mlp(), torch.randn(16, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0, fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**12)

    def make_step(step: int) -> None:
        optimizer.zero_grad()
        loss = model(batch).square().mean()
        if step == 3:
            loss = loss * float("inf")  # the scaler leaves such a step out; a fused optimizer does by itself
        scaler.scale(loss).backward()
        if unscaled:
            scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()

    run = _watched(tmp_path, model, optimizer, make_step, steps=6)
    model.zero_grad()
    model(batch).square().mean().backward()
    assert is_of(run, "weights/0.weight", model[0].weight)
    assert last(run, "0.weight/grad_norm") == pytest.approx(float(model[0].weight.grad.norm()), rel=1e-5)
    assert last(run, "0.weight/update_norm") == 0


def test_update_ratios_need_no_histograms_of_weights(tmp_path: Path) -> None:
    run = trained(tmp_path / "some", mlp(), weights=False, batch=lambda: torch.ones(16, 4))
    whole = trained(tmp_path / "all", mlp(), batch=lambda: torch.ones(16, 4))
    assert "weights/0.weight" not in [tag.tag for tag in run.tags]
    for tag in ("0.weight/update_ratio", "update_ratio"):
        assert last(run, tag) == pytest.approx(last(whole, tag))
    assert last(whole, "0.weight/update_ratio") > 0


def _compiled(model: nn.Module, optimizer: Any, what: str) -> Callable[[torch.Tensor], None]:
    """A step of a training, of which a part is compiled."""

    def loss(batch: torch.Tensor) -> torch.Tensor:
        if what == "broken loss":
            torch._dynamo.graph_break()
        out: torch.Tensor = model(batch).square().mean()
        return out

    def step() -> None:
        optimizer.step()

    compile_: Any = torch.compile(backend="eager")
    loss_of = compile_(loss) if "loss" in what else loss
    make = compile_(step) if "step" in what else step

    def made(batch: torch.Tensor) -> None:
        optimizer.zero_grad()
        loss_of(batch).backward()
        make()

    return made


@pytest.mark.filterwarnings("ignore:.*torch.jit.script_method.*:DeprecationWarning")  # torch's compiler uses it
@pytest.mark.parametrize("what", ["loss", "broken loss", "SGD step", "Adam step"])
def test_functions_that_are_compiled(tmp_path: Path, what: str, caplog: pytest.LogCaptureFixture) -> None:
    model = mlp()
    kind: Any = torch.optim.Adam if "Adam" in what else torch.optim.SGD
    optimizer = kind(model.parameters(), lr=0.1)
    step = _compiled(model, optimizer, what)
    seen: dict[str, torch.Tensor] = {}

    def make_step(_: int) -> None:
        seen["before"] = model[0].weight.detach().clone()
        step(torch.ones(16, 4))
        seen["gradient"] = model[0].weight.grad.clone()
        seen["update"] = model[0].weight.detach() - seen["before"]

    with caplog.at_level(logging.INFO, "kymo"):
        run = _watched(tmp_path, model, optimizer, make_step, steps=30, every=2)  # looks at the last one, too
    assert not [record for record in caplog.records if record.name == "kymo" and record.levelno >= logging.WARNING]
    assert counters["stats"]["unique_graphs"] <= 3, "what is compiled is compiled again and again"
    assert run.histograms("gradients/0.weight").steps[-1] == 29
    assert is_of(run, "gradients/0.weight", seen["gradient"])
    tags = {tag.tag for tag in run.tags}
    is_seen = "step" in what
    assert ("activations/0" in tags) == is_seen
    assert len([text for text in caplog.messages if "activations are not seen" in text]) == (not is_seen)
    assert is_of(run, "updates/0.weight", seen["update"])
