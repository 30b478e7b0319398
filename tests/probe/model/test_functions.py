"""What is seen of activation functions that are no modules."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import _get_current_function_mode
from torch.utils.checkpoint import checkpoint
from watched import counted, is_of, last, mlp, trained

import kymo
from kymo.probe.model.function_look import FunctionLook
from kymo.store.network import read_network


class Block(nn.Module):
    """Calls one function twice, and another one."""

    def __init__(self, act: Callable[[torch.Tensor], torch.Tensor] = F.relu) -> None:
        super().__init__()
        self.first, self.second, self.act = nn.Linear(4, 8), nn.Linear(8, 4), act
        self.scale = nn.Parameter(torch.ones(1, 1))

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return self.act(self.second(self.act(self.first(given)))) * F.softplus(self.scale) + torch.tanh(given)


def network(act: Callable[[torch.Tensor], torch.Tensor] = F.relu) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(Block(act), nn.ReLU(), Block(act))


def activations(run: Any) -> list[str]:
    tags = [tag.tag.removeprefix("activations/") for tag in run.tags if tag.tag.startswith("activations/")]
    return sorted(tag for tag in tags if tag.rpartition(".")[2] not in ("first", "second"))


SPELLINGS: dict[str, tuple[Callable[[torch.Tensor], torch.Tensor], str]] = {
    "F.relu": (F.relu, "relu"),
    "F.relu in place": (lambda given: F.relu(given, inplace=True), "relu"),
    "torch.relu": (torch.relu, "relu"),
    "Tensor.relu": (lambda given: given.relu(), "relu"),
    "Tensor.relu_": (lambda given: given.relu_(), "relu"),
    "F.sigmoid": (F.sigmoid, "sigmoid"),
    "torch.sigmoid": (torch.sigmoid, "sigmoid"),
    "F.gelu": (F.gelu, "gelu"),
    "F.silu by name": (lambda given: F.silu(input=given), "silu"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_functions_are_named_by_their_module_and_repeats_are_numbered(tmp_path: Path, spelling: str) -> None:
    act, name = SPELLINGS[spelling]
    run = trained(tmp_path, network(act))
    expected = [f"{block}.{each}" for block in (0, 2) for each in (name, f"{name}.2", "tanh")]
    assert activations(run) == sorted(["1", *expected])
    for each in expected:
        assert run.histograms(f"activations/{each}").steps.tolist() == [3, 4], each
    assert counted(run, f"activations/0.{name}") == 16 * 8
    assert counted(run, f"activations/0.{name}.2") == counted(run, "activations/0.tanh") == 16 * 4
    layers = {layer.name: layer for layer in read_network(run)}
    assert (layers[f"0.{name}"].type, layers[f"0.{name}"].output_shape, layers[f"0.{name}"].calls) == (name, (8,), 1)
    names = list(layers)
    assert names.index("0.first") < names.index(f"0.{name}") < names.index("0.second") < names.index("1")


def test_their_values_and_their_dead_and_saturated_units_are_those_of_modules(tmp_path: Path) -> None:
    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = nn.Linear(4, 8), nn.Linear(8, 8)

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            return self.other(F.relu(self.one(given))).tanh()

    model, batch = Functional(), torch.randn(16, 4)
    with torch.no_grad():
        model.one.bias[:2] = -100.0
        model.other.bias[:4] = 100.0
    run = trained(tmp_path, model, steps=15, batch=lambda: batch, optimizer=torch.optim.SGD(model.parameters(), lr=0.0))
    assert is_of(run, "activations/relu", model.one(batch).relu())
    assert last(run, "relu/dead_units") >= 25.0
    assert last(run, "relu/dead_units") == 100 * float((model.one(batch) <= 0).all(0).float().mean())
    assert last(run, "tanh/saturated_units") >= 50.0
    before, after = model.one(batch).var(correction=0), model.one(batch).relu().var(correction=0)
    assert last(run, "relu/activation_variance_ratio") == pytest.approx(float((after / before).detach()), rel=1e-5)


def test_names_of_modules_stay_theirs_and_loops_are_told_apart_up_to_a_number(tmp_path: Path) -> None:
    class Loop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.relu = nn.Sequential(nn.Linear(4, 4))
            self.layer = nn.Linear(4, 4)

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            for _ in range(40):
                given = torch.tanh(self.layer(given))
            return F.relu(self.relu(given))

    run = trained(tmp_path, Loop(), loss=lambda model, given: model(given).sum())
    expected = ["relu.2", "tanh", *(f"tanh.{number}" for number in range(2, 17))]
    assert activations(run) == sorted(["layer", "relu.0", *expected])
    assert counted(run, "activations/layer") == 40 * 16 * 4


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"include": "*.relu"}, ["0.relu", "2.relu"]),
        ({"exclude": ["0.*", "*.relu*"]}, ["1", "2.tanh"]),
        ({"activations": False}, []),
    ],
)
def test_patterns_choose_them_too(tmp_path: Path, options: Any, expected: list[str]) -> None:
    assert activations(trained(tmp_path, network(), **options)) == expected


def _stepped(watched: bool, directory: Path, how: str) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    torch.manual_seed(1)
    model = nn.Sequential(Block(), nn.Dropout(0.3), nn.TransformerEncoderLayer(4, 2, 8, batch_first=True))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    with kymo.SummaryWriter(directory) as writer:
        watch = kymo.ModelWatch(writer, model, optimizer, budget=1)
        for step in range(8):
            given = torch.randn(3, 16, 4)
            if watched:
                watch.begin_step(step)
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=how == "autocast"):
                if "reentrant" in how:
                    given.requires_grad_()
                    out = checkpoint(model, given, use_reentrant=how == "reentrant")
                else:
                    out = model(given)
            out.float().square().mean().backward()
            optimizer.step()
            if watched:
                watch.end_step()
        watch.close()
    assert _get_current_function_mode() is None
    return dict(model.state_dict()), torch.get_rng_state()


@pytest.mark.parametrize("how", ["plain", "autocast", "reentrant", "not reentrant"])
def test_nothing_is_changed_and_what_is_computed_once_more_is_counted_once(tmp_path: Path, how: str) -> None:
    (weights, state), (weights_with_it, state_with_it) = (_stepped(on, tmp_path / str(on), how) for on in (False, True))
    assert all(torch.equal(weights[name], weights_with_it[name]) for name in weights)
    assert torch.equal(state, state_with_it)
    run = kymo.open(tmp_path)["True"]
    assert counted(run, "activations/0.relu") == 3 * 16 * 8
    assert counted(run, "activations/2.relu") == 3 * 16 * 8
    assert last(run, "0.relu.2/activation_norm") > 0


def test_a_forward_that_fails_leaves_nothing_on(tmp_path: Path) -> None:
    model = network()
    with kymo.SummaryWriter(tmp_path) as writer:
        watch = kymo.ModelWatch(writer, model, budget=1)
        for step in range(6):
            watch.begin_step(step)
            with pytest.raises(RuntimeError, match="shapes"):
                model(torch.randn(2, 5))
            assert _get_current_function_mode() is None
            model(torch.randn(2, 4)).sum().backward()
            assert _get_current_function_mode() is None
            watch.end_step()
            assert not any(each._forward_hooks or each._forward_pre_hooks for each in model.modules())
        watch.close()
    assert counted(kymo.open(tmp_path)["."], "activations/0.tanh") == 2 * 4


def test_a_forward_that_is_interrupted_leaves_nothing_on_when_the_step_ends(tmp_path: Path) -> None:
    class Interrupted(nn.Module):
        def forward(self, given: torch.Tensor) -> torch.Tensor:
            raise KeyboardInterrupt

    model = nn.Sequential(nn.Linear(4, 4), Interrupted())
    with kymo.SummaryWriter(tmp_path) as writer:
        watch = kymo.ModelWatch(writer, model, budget=1)
        for step in range(4):
            watch.begin_step(step)
        with pytest.raises(KeyboardInterrupt):
            model(torch.randn(2, 4))
        assert _get_current_function_mode() is not None
        watch.close()
    assert _get_current_function_mode() is None


@pytest.mark.filterwarnings("ignore:.*torch.jit.script_method.*:DeprecationWarning")  # torch's compiler uses it
def test_where_something_is_compiled_they_are_not_seen_and_that_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    compile_: Any = torch.compile(backend="eager")
    doubled = compile_(lambda given: 2 * given)
    with caplog.at_level(logging.INFO, "kymo"):
        run = trained(
            tmp_path, network(), loss=lambda model, given: (model(given) + doubled(given).mean()).square().mean()
        )
    assert activations(run) == ["1"]
    assert len([text for text in caplog.messages if "functions that are no modules are not seen" in text]) == 1


def test_functions_of_the_loss_and_of_a_validation_are_not_seen(tmp_path: Path) -> None:
    def loss(model: nn.Module, given: torch.Tensor) -> torch.Tensor:
        model.eval()
        with torch.no_grad():
            F.relu(model(torch.randn(100, 4)))
        model.train()
        return F.relu(model(given)).square().mean()

    run = trained(tmp_path, network(), loss=loss)
    assert counted(run, "activations/0.relu") == 16 * 8
    assert "activations/relu" not in {tag.tag for tag in run.tags}
    assert activations(trained(tmp_path / "modules", mlp())) == ["0", "1", "2"]


def test_what_fails_while_a_function_is_looked_at_is_no_affair_of_the_network() -> None:
    def see(*_: Any) -> None:
        raise RuntimeError("not to be seen")

    module = nn.Linear(2, 2)
    look = FunctionLook(["block"], see)
    look.enter("block", module)
    output = torch.ones(1, 2).relu()
    look.leave(module)
    assert output.tolist() == [[1.0, 1.0]]
    assert _get_current_function_mode() is None
