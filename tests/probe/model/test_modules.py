"""What is seen of a network's modules while it is trained, beside what torch says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint
from watched import counted, is_of, last, mlp, trained

from kymo.store.network import read_network


def test_activations_are_what_each_module_gives(tmp_path: Path) -> None:
    model, batch = mlp(), torch.randn(16, 4)
    before: list[torch.Tensor] = []

    def loss(model: nn.Module, given: torch.Tensor) -> torch.Tensor:
        before.append(nn.functional.linear(given, *model[0].parameters()).relu().detach())
        return model(given).square().mean()

    run = trained(tmp_path, model, batch=lambda: batch, loss=loss)
    assert is_of(run, "activations/1", before[-1])
    assert last(run, "1/activation_zeros") == pytest.approx(100 * float((before[-1] == 0).float().mean()))
    assert last(run, "1/activation_mean") == pytest.approx(float(before[-1].mean()), rel=1e-5)


def test_the_layers_are_told_in_the_order_in_which_they_are_called(tmp_path: Path) -> None:
    class Crossed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last = nn.Linear(6, 1)
            self.first = nn.Conv1d(4, 6, 1)
            self.unused = nn.Linear(2, 2)
            self.activation = nn.Tanh()
            self.scale = nn.Parameter(torch.ones(6))

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            hidden = self.activation(self.first(given)).mean(2)
            return self.last(self.activation(hidden * self.scale))

    run = trained(tmp_path, Crossed(), batch=lambda: torch.randn(3, 4, 5))
    layers = read_network(run)
    assert [layer.name for layer in layers] == ["Crossed", "first", "activation", "last", "unused"]
    root, first, activation, _, _ = layers
    assert (first.type, first.output_shape, first.calls) == ("Conv1d", (6, 5), 1)
    assert [(each.name, each.shape, each.size) for each in first.parameters] == [
        ("first.weight", (6, 4, 1), 24),
        ("first.bias", (6,), 6),
    ]
    assert (activation.activation, activation.calls) == ("tanh", 2)
    assert ([each.name for each in root.parameters], root.output_shape) == (["scale"], (1,))
    assert counted(run, "activations/activation") == 3 * 6 * 5 + 3 * 6  # both calls


def test_what_is_computed_once_more_for_its_gradients_is_counted_once(tmp_path: Path) -> None:
    for reentrant in (True, False):
        model = mlp()

        def loss(model: nn.Module, given: torch.Tensor, reentrant: bool = reentrant) -> torch.Tensor:
            given.requires_grad_()
            out: torch.Tensor = checkpoint(model, given, use_reentrant=reentrant)
            return out.square().mean()

        run = trained(tmp_path / str(reentrant), model, loss=loss)
        assert counted(run, "activations/1") == 16 * 8


def test_a_validation_in_a_step_is_not_counted(tmp_path: Path) -> None:
    def loss(model: nn.Module, given: torch.Tensor) -> torch.Tensor:
        model.eval()
        with torch.no_grad():
            model(torch.randn(100, 4))
        model.train()
        return model(given).square().mean()

    assert counted(trained(tmp_path, mlp(), loss=loss), "activations/0") == 16 * 8


@pytest.mark.parametrize("is_root", [True, False])
def test_a_network_that_is_in_eval_while_it_is_trained_is_seen(tmp_path: Path, is_root: bool) -> None:
    model = mlp()
    (model if is_root else model[0]).eval()  # as those do that keep the statistics of a network they go on with
    assert counted(trained(tmp_path, model), "activations/0") == 16 * 8


def test_an_evaluation_that_takes_gradients_is_not_counted(tmp_path: Path) -> None:
    def loss(model: nn.Module, given: torch.Tensor) -> torch.Tensor:
        model.eval()
        model(torch.randn(100, 4, requires_grad=True)).sum().backward()
        model.train()
        return model(given).square().mean()

    assert counted(trained(tmp_path, mlp(), loss=loss), "activations/0") == 16 * 8


def test_variances_are_compared_with_those_of_what_is_given(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(8, 1))
    batch = torch.randn(16, 4)
    run = trained(tmp_path, model, batch=lambda: batch, optimizer=torch.optim.SGD(model.parameters(), lr=0.0))
    expected = model[0](batch).detach().var(correction=0) / batch.var(correction=0)
    assert last(run, "0/activation_variance_ratio") == pytest.approx(float(expected), rel=1e-5)
    assert "health/1/activation_variance_ratio" not in run, "what it was given is not there any more"
    assert "health/2/activation_variance_ratio" not in run, "it hands on what it was given"
    assert "health/3/activation_variance_ratio" in run


def test_attention_is_one_layer_with_its_projection_behind_it(tmp_path: Path) -> None:
    model = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True)
    layers = read_network(trained(tmp_path, model, batch=lambda: torch.randn(3, 5, 8)))
    names = [layer.name for layer in layers]
    assert names[:3] == ["self_attn", "self_attn.out_proj", "dropout1"]
    assert (layers[0].output_shape, layers[0].calls, layers[1].calls) == ((5, 8), 1, 0)


@pytest.mark.parametrize("options", [{"include": "*.weight"}, {"activations": False}])
def test_the_layers_are_told_whatever_is_looked_at(tmp_path: Path, options: Any) -> None:
    run = trained(tmp_path, mlp(), **options)
    assert [(layer.name, layer.output_shape) for layer in read_network(run)] == [("0", (8,)), ("1", (8,)), ("2", (1,))]
    assert not [tag.tag for tag in run.tags if tag.tag.startswith("activations/")]


def test_units_that_nothing_ever_passes_are_dead(tmp_path: Path) -> None:
    model = mlp()
    with torch.no_grad():
        model[0].bias[:2] = -100.0
    run = trained(tmp_path, model, steps=15, optimizer=torch.optim.SGD(model.parameters(), lr=0.0))
    assert last(run, "1/dead_units") == 25.0
    assert run["health/1/dead_units"].steps[0] == 10  # the eighth sample


@pytest.mark.parametrize(("activation", "bias"), [(nn.Tanh, 100.0), (nn.Sigmoid, -100.0)])
def test_units_that_are_always_at_an_end_are_saturated(
    tmp_path: Path, activation: type[nn.Module], bias: float
) -> None:
    model = mlp(activation)
    with torch.no_grad():
        model[0].weight *= 0.1
        model[0].bias[:4] = bias
    run = trained(tmp_path, model, steps=15, optimizer=torch.optim.SGD(model.parameters(), lr=0.0))
    assert last(run, "1/saturated_units") == 50.0
    assert "health/1/dead_units" not in run


def test_channels_are_the_units_of_images(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(1))
    model(torch.ones(1, 1, 6, 6))
    with torch.no_grad():
        model[0].bias[0] = -100.0
    run = trained(
        tmp_path,
        model,
        steps=12,
        batch=lambda: torch.randn(8, 1, 6, 6),
        optimizer=torch.optim.SGD(model.parameters(), 0.0),
    )
    assert last(run, "1/dead_units") == 25.0


def test_a_layer_whose_weights_are_made_of_others_is_one_layer(tmp_path: Path) -> None:
    model = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(4, 8)), nn.Linear(8, 1))
    tags = [tag.tag for tag in trained(tmp_path, model).tags]
    assert [tag for tag in tags if tag.startswith("activations/")] == ["activations/0", "activations/1"]
    assert "gradients/0.parametrizations.weight.original1" in tags


def _complex() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 4, dtype=torch.complex64))


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")  # it goes on working
@pytest.mark.parametrize(
    ("model", "loss", "unseen"),
    [
        (lambda: torch.jit.script(mlp()), lambda model, given: model(given).square().mean(), "activations/0"),
        (mlp, lambda model, given: torch.vmap(model)(given).square().mean(), "activations/0"),
        (_complex, lambda model, given: model(given.to(torch.complex64)).abs().mean(), "weights/0.weight"),
    ],
    ids=["script", "vmap", "complex"],
)
def test_what_cannot_be_seen_is_no_end_of_the_rest(
    tmp_path: Path, model: Any, loss: Any, unseen: str, caplog: pytest.LogCaptureFixture
) -> None:
    run = trained(tmp_path, model(), loss=loss)
    assert not caplog.records
    assert unseen not in [tag.tag for tag in run.tags]
    assert last(run, "0.weight/update_ratio" if unseen != "weights/0.weight" else "cost") > 0
    assert [layer.name for layer in read_network(run)][:1] == ["0"]
