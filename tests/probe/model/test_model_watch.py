"""What is seen of networks while they are trained, beside what torch says of them."""

from __future__ import annotations

import copy
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from watched import counted, is_of, last, mlp, trained

import kymo
from kymo.probe.model.counted import Counter
from kymo.store.network import read_network


def test_weights_gradients_and_updates_are_those_of_the_step(tmp_path: Path) -> None:
    model = mlp()
    batch = torch.randn(16, 4)
    seen: dict[str, torch.Tensor] = {}

    class Noting(torch.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            seen["weight"] = model[0].weight.detach().clone()
            seen["gradient"] = model[0].weight.grad.clone()
            seen["all"] = torch.cat([each.grad.flatten() for each in model.parameters()])
            super().step(closure)
            seen["update"] = model[0].weight.detach() - seen["weight"]

    run = trained(tmp_path, model, batch=lambda: batch, optimizer=Noting(model.parameters(), lr=0.1, momentum=0.9))
    assert run.histograms("weights/0.weight").steps.tolist() == [3, 4]
    for kind, what in (("weights", "weight"), ("gradients", "gradient"), ("updates", "update")):
        assert is_of(run, f"{kind}/0.weight", seen[what]), kind
    norm = torch.linalg.vector_norm
    assert last(run, "0.weight/weight_norm") == pytest.approx(float(norm(seen["weight"])))
    assert last(run, "0.weight/grad_norm") == pytest.approx(float(norm(seen["gradient"])))
    assert last(run, "0.weight/update_norm") == pytest.approx(float(norm(seen["update"])))
    assert last(run, "0.weight/update_ratio") == pytest.approx(float(norm(seen["update"]) / norm(seen["weight"])))
    assert last(run, "0.weight/weight_std") == pytest.approx(float(seen["weight"].std(correction=0)), rel=1e-5)
    assert last(run, "grad_norm") == pytest.approx(float(norm(seen["all"])))
    assert all(run[tag].description for tag in run if tag.startswith("health/"))


@pytest.mark.parametrize("looks", [True, False])
def test_nothing_is_changed(tmp_path: Path, looks: bool) -> None:
    def final(watched: bool) -> tuple[Any, Any]:
        torch.manual_seed(1)
        model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.3), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
        batches = [torch.randn(16, 4) for _ in range(12)]
        with kymo.Run(tmp_path / str(watched), progress=False) as run:
            flags = dict.fromkeys(("weights", "gradients", "activations", "updates"), watched)
            run.watch(model, optimizer, budget=1, **flags)
            for _ in run.epochs(1):
                for batch in run.batches(batches):
                    optimizer.zero_grad()
                    model(batch).square().mean().backward()
                    optimizer.step()
        return copy.deepcopy(model.state_dict()), (torch.get_rng_state(), optimizer.state_dict())

    (weights, others), (with_it, others_with_it) = final(False), final(looks)
    assert all(torch.equal(weights[name], with_it[name]) for name in weights)
    assert torch.equal(others[0], others_with_it[0])
    assert str(others[1]) == str(others_with_it[1])
    tags = [tag.tag for tag in kymo.open(tmp_path / str(looks))["."].tags]
    assert ("weights/0.weight" in tags) == looks


def test_a_model_has_no_hooks_but_in_steps_that_are_looked_at(tmp_path: Path) -> None:
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with kymo.SummaryWriter(tmp_path) as writer:
        watch = kymo.ModelWatch(writer, model, optimizer, budget=1, every=3)
        hooked = []
        for step in range(12):
            watch.begin_step(step)
            hooked.append(bool(model[0]._forward_hooks) and "step" in vars(optimizer))
            assert watch.is_looking == hooked[-1]
            model(torch.ones(2, 4)).sum().backward()
            optimizer.step()
            watch.end_step()
            assert not model[0]._forward_hooks
            assert "step" not in vars(optimizer)
    assert [step for step in range(12) if hooked[step]] == [3, 6, 9]


def test_accumulated_gradients_are_seen_when_the_optimizer_takes_them(tmp_path: Path) -> None:
    model, batch = mlp(), torch.randn(16, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    with kymo.SummaryWriter(tmp_path) as writer:
        watch = kymo.ModelWatch(writer, model, optimizer, budget=1)
        for step in range(8):
            watch.begin_step(step)
            model(batch).square().mean().backward()
            if step % 4 == 3:
                expected = model[0].weight.grad.clone()
                optimizer.step()
                optimizer.zero_grad()
            watch.end_step()
        watch.close()
    run = kymo.open(tmp_path)["."]
    assert run["health/0.weight/grad_norm"].steps.tolist() == [3, 4]
    assert is_of(run, "gradients/0.weight", expected)
    assert counted(run, "activations/2") == 16


def test_the_scale_of_a_loss_is_no_part_of_its_gradients(tmp_path: Path) -> None:
    model, batch = mlp(), torch.randn(16, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
    with kymo.SummaryWriter(tmp_path) as writer:
        watch = kymo.ModelWatch(writer, model, optimizer, budget=1)
        for step in range(5):
            watch.begin_step(step)
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16):
                loss = model(batch).square().mean()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            watch.end_step()
        watch.close()
    model.zero_grad()
    with torch.autocast("cpu", torch.bfloat16):
        model(batch).square().mean().backward()
    expected = float(torch.linalg.vector_norm(model[0].weight.grad))
    assert last(kymo.open(tmp_path)["."], "0.weight/grad_norm") == pytest.approx(expected, rel=0.05)


def test_a_fused_optimizer_has_yet_to_divide_its_gradients(tmp_path: Path) -> None:
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0, fused=True)
    optimizer.grad_scale, optimizer.found_inf = torch.tensor(4.0), torch.tensor(0.0)
    run = trained(tmp_path, model, optimizer=optimizer, loss=lambda m, x: 4 * m[0].weight.sum() + 0 * m(x).sum())
    assert last(run, "0.weight/grad_mean") == 1.0


def test_shared_frozen_and_unused_parameters(tmp_path: Path) -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = nn.Linear(4, 4)
            self.same = nn.Linear(4, 4)
            self.same.weight = self.one.weight
            self.frozen = nn.Linear(4, 4).requires_grad_(False)
            self.unused = nn.Linear(4, 4)

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            return self.same(self.frozen(self.one(given)))

    run = trained(tmp_path, Odd())
    tags = {tag.tag for tag in run.tags}
    assert {"weights/one.weight", "gradients/one.weight", "weights/frozen.weight", "weights/unused.weight"} <= tags
    assert not tags & {
        "weights/same.weight",
        "gradients/frozen.weight",
        "gradients/unused.weight",
        "updates/unused.weight",
    }


def test_sparse_gradients_are_those_of_the_rows_that_have_some(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Embedding(50, 4, sparse=True), nn.Flatten(), nn.Linear(8, 1))
    run = trained(tmp_path, model, batch=lambda: torch.tensor([[1, 2], [2, 3]]))
    assert counted(run, "gradients/0.weight") == 3 * 4


def test_not_finite_values_are_told(tmp_path: Path) -> None:
    model = mlp()
    with torch.no_grad():
        model[0].bias[0] = float("nan")
    run = trained(
        tmp_path, model, loss=lambda model, given: model[0].weight.sum() + model(given).detach().nan_to_num().sum()
    )
    assert last(run, "0/activation_nonfinite") == 12.5
    assert last(run, "2/activation_nonfinite") == 100.0
    assert run.histograms("activations/0").figures[-1, 5] == 16


def test_a_compiled_model_shows_all_but_its_activations(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = torch.compile(mlp(), backend="eager")
    with caplog.at_level(logging.INFO, "kymo"):
        run = trained(tmp_path, model, steps=6)
    tags = {tag.tag for tag in run.tags}
    assert {"weights/0.weight", "gradients/0.weight", "updates/0.weight"} <= tags
    assert not [tag for tag in tags if tag.startswith("activations/")]
    assert len([text for text in caplog.messages if "compiled" in text]) == 1


def test_patterns_choose(tmp_path: Path) -> None:
    tags = {tag.tag for tag in trained(tmp_path, mlp(), include="0*", exclude=["*.bias"]).tags}
    assert {tag for tag in tags if not tag.startswith("health/")} == {
        "activations/0", "weights/0.weight", "gradients/0.weight", "updates/0.weight"
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"include='layer9\*' matches no parameter and no module"):
        kymo.ModelWatch(kymo.SummaryWriter(tmp_path / "x", write_to_disk=False), mlp(), include="layer9*")


@pytest.mark.parametrize(
    ("options", "text"),
    [({"budget": "much"}, "budget='much'"), ({"budget": 0}, "budget=0"), ({"every": 0}, "every=0")],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, options: Any, text: str) -> None:
    with kymo.Run(tmp_path, progress=False) as run, pytest.raises(ValueError, match=text):
        run.watch(mlp(), **options)


def test_without_an_optimizer_gradients_are_those_that_are_there(tmp_path: Path) -> None:
    model = mlp()
    with kymo.SummaryWriter(tmp_path) as writer:
        watch = kymo.ModelWatch(writer, model, budget=1)
        for step in range(4):
            watch.begin_step(step)
            model.zero_grad()
            model(torch.ones(2, 4)).sum().backward()
            watch.end_step()
        watch.close()
    run = kymo.open(tmp_path)["."]
    assert is_of(run, "gradients/0.weight", model[0].weight.grad)
    assert "updates/0.weight" not in [tag.tag for tag in run.tags]


def test_what_fails_ends_the_looking_and_not_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no such memory")

    monkeypatch.setattr(Counter, "count", fail)
    model = mlp()
    trained(tmp_path, model, steps=8)
    assert [text for text in caplog.messages if "no such memory" in text] == [
        "The network is no longer watched, and the training goes on: RuntimeError: no such memory"
    ]
    assert not model[0]._forward_hooks


def test_counting_as_on_a_device_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_of(name: str) -> Any:
        torch.manual_seed(3)
        batch = torch.randn(16, 4)
        return trained(tmp_path / name, mlp(), steps=12, batch=lambda: batch)

    here = run_of("here")
    init = Counter.__init__
    monkeypatch.setattr(Counter, "__init__", lambda self, edges: init(self, edges, everywhere=True))
    there = run_of("there")
    assert list(here) == list(there)
    for tag in here:
        if tag != "health/cost":
            np.testing.assert_allclose(here[tag].values, there[tag].values, rtol=1e-5, err_msg=tag)
    for tag in [each.tag for each in here.tags if each.kind == "histogram"]:
        one, two = here.histograms(tag), there.histograms(tag)
        for column in ("steps", "offsets", "left", "right", "counts"):
            np.testing.assert_array_equal(getattr(one, column), getattr(two, column), err_msg=tag)


def test_the_model_of_a_run_can_be_copied_and_its_log_says_what_it_is(tmp_path: Path) -> None:
    model = mlp()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with kymo.Run(tmp_path, progress=False) as run:
        run.watch(model, optimizer, budget=1)
        for _ in run.epochs(1):
            for _ in run.batches(range(6)):
                optimizer.zero_grad()
                copy.deepcopy(model)(torch.ones(2, 4)).sum().backward()
                model(torch.ones(2, 4)).sum().backward()
                optimizer.step()
                run.log({"train/loss": 1.0})
    found = kymo.open(tmp_path)["."]
    assert found.histograms("activations/0").figures[:, 0].tolist() == [16.0] * len(found.histograms("activations/0"))
    assert set(found.histograms("weights/0.weight").steps.tolist()) <= set(found["train/loss"].steps.tolist())
    text = json.dumps([layer._asdict() for layer in read_network(found)], default=list)
    assert '"0.weight"' in text
