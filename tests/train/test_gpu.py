"""What needs a GPU: that nothing waits for it, and that what leaves it is right."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

import kymo
from kymo.format.control_request import ask
from kymo.format.open_directory import open_directory
from kymo.probe.device_sampler import DeviceSampler
from kymo.train import session
from kymo.train.batch_copies import batch_copies
from kymo.train.checkpoints.host_copy import host_copy
from kymo.train.control import inbox
from kymo.train.device_numbers import DeviceNumbers
from kymo.train.model_checks import DeviceMismatchError

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")


def busy() -> torch.Tensor:
    """Work that the device is busy with for a while after the host has gone on."""
    one = torch.randn(4096, 4096, device="cuda")
    for _ in range(20):
        one = one @ one / 4096
    return one


def test_a_copy_holds_what_the_device_came_to():
    expected = torch.arange(1_000_000, dtype=torch.float32)
    state = {"weight": torch.zeros(1_000_000, device="cuda"), "steps": [torch.zeros(3, device="cuda"), 7]}
    busy()
    state["weight"].copy_(expected.cuda())
    copied = host_copy(state)
    state["weight"].zero_()
    assert torch.equal(copied["weight"], expected)
    assert copied["weight"].device.type == copied["steps"][0].device.type == "cpu"


def test_logging_waits_for_no_device(tmp_path: Path):
    steps = 400
    model = nn.Linear(8, 1).cuda()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    data = [torch.full((2, 8), float(step)).pin_memory() for step in range(steps)]
    with kymo.Run(tmp_path / "run", stop=[kymo.Diverged("train/loss")]) as run:
        run.watch(model, optimizer)
        for _ in run.epochs(1):
            for number, x in enumerate(run.batches(data, device="cuda")):
                if number == 2:  # from the third on: the first ones make buffers and are looked at for mistakes
                    torch.cuda.set_sync_debug_mode("error")
                loss = model(x).square().mean() * 0 + x[0, 0]
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                run.log({"train/loss": loss, "train/twice": 2 * loss.detach().half(), "on the host": float(number)})
                if number == steps - 1:
                    torch.cuda.set_sync_debug_mode("default")
    found = kymo.open(tmp_path)["run"]
    for tag, factor in (("train/loss", 1), ("train/twice", 2), ("on the host", 1)):
        assert found[tag].steps.tolist() == list(range(1, steps + 1)), tag
        assert found[tag].values.tolist() == [factor * step for step in range(steps)], tag
    assert found["train/loss/epoch"].values.tolist() == [(steps - 1) / 2]


def test_numbers_arrive_while_the_device_goes_on_computing():
    torch.cuda.set_sync_debug_mode("error")
    try:
        numbers = DeviceNumbers[int](torch.zeros((), device="cuda"), 4)
        value = torch.full((), 2.5, device="cuda")
        for turn in range(3):  # the first turns make what the later ones use again
            for step in range(4):
                numbers.add(4 * turn + step, value * step)
            work = torch.cuda.Event()
            torch.cuda._sleep(2_000_000_000)  # about a second
            work.record()
            found: list[tuple[int, float]] = []
            deadline = time.monotonic() + 30
            while not found and time.monotonic() < deadline:
                found = numbers.arrived()
            assert found == [(4 * turn + step, 2.5 * step) for step in range(4)]
            assert not work.query(), "the numbers have come behind what was computed after them"
            while not work.query() and time.monotonic() < deadline:
                time.sleep(0.001)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len(numbers._spare) == 1, "one buffer is filled again and again"


@pytest.mark.parametrize("prefetch", [False, True])
def test_what_the_gpu_does_in_a_step_is_told_without_waiting_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefetch: bool
):
    monkeypatch.setattr(DeviceSampler, "start", lambda _: None)
    model = nn.Linear(1_000_000, 1).cuda()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    data = [torch.ones(8, 1_000_000).pin_memory() for _ in range(2)]

    def loader(wait: float) -> Iterator[torch.Tensor]:
        for step in range(40):
            time.sleep(wait)
            yield data[step % 2]

    def told(run: kymo.Run, wait: float, cycles: int) -> dict[str, float]:
        for step, x in enumerate(run.batches(loader(wait), "cuda", prefetch=prefetch)):
            if step == 3:
                torch.cuda.set_sync_debug_mode("error")
            loss = model(x).mean()
            torch.cuda._sleep(cycles)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        torch.cuda.set_sync_debug_mode("default")
        torch.cuda.synchronize()
        return run._session.phases.read(0.0)

    with kymo.Run(tmp_path / "run", progress=False) as run:
        run._session.phases.every = 0
        run.watch(model, optimizer)
        for _ in run.epochs(1):
            starved, busy = told(run, 0.05, 10_000_000), told(run, 0.0, 100_000_000)
    assert starved["pipeline/gpu_wait"] > 20
    assert starved["pipeline/gpu_lag"] < 20
    assert busy["pipeline/gpu_wait"] < 5
    assert busy["pipeline/gpu_lag"] > 50
    assert busy["pipeline/gpu_lag_peak"] >= busy["pipeline/gpu_lag"]
    for found in (starved, busy):
        assert found["pipeline/gpu_forward"] > 0
        assert found["pipeline/gpu_backward"] > 0
        assert found["pipeline/gpu_optimizer"] > 0
        assert found["pipeline/copy_bytes"] == 32_000_000
        assert (found["pipeline/copy_pinned"], found["pipeline/copy_floats"]) == (100, 100)
        assert found["pipeline/copy_rate"] > 1e9


def test_batches_that_are_copied_beside_are_what_they_were(tmp_path: Path):
    """The host is far ahead, memory of batches is used again, and nothing waits but what is computed on a batch."""
    steps, size = 200, 1_000_000
    data = [torch.full((size,), float(step)).pin_memory() for step in range(8)]
    sums = torch.zeros(steps, dtype=torch.float64, device="cuda")
    before: torch.Tensor | None = None
    with kymo.Run(tmp_path / "run", progress=False) as run:
        for _ in run.epochs(1):
            batches = run.batches((data[step % 8] for step in range(steps)), "cuda", prefetch=True)
            for step, x in enumerate(batches):
                if step == 2:
                    torch.cuda.set_sync_debug_mode("error")
                y = x
                for _ in range(20):
                    y = y + 0
                kept = 0 if before is None else before  # a loop may use a batch longer than for its own step
                sums[step] = (y + kept).double().sum()
                before = x
            torch.cuda.set_sync_debug_mode("default")
    expected = [size * (step % 8 + ((step - 1) % 8 if step else 0)) for step in range(steps)]
    assert sums.tolist() == expected


def test_a_copy_goes_on_while_the_device_computes():
    copies = batch_copies("cuda")
    assert copies is not None
    batch = torch.ones(32_000_000).pin_memory()
    copies.move(batch)
    torch.cuda.synchronize()
    work, copied = torch.cuda.Event(), torch.cuda.Event()
    torch.cuda._sleep(2_000_000_000)  # about a second
    work.record()
    moved = copies.move(batch)
    copied.record(copies._streams.side)
    deadline = time.monotonic() + 30
    while not copied.query() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert copied.query()
    assert not work.query(), "the copy has waited for what was computed"
    assert moved.sum().item() == 32_000_000


def test_a_loss_that_diverges_on_the_device_ends_the_run(tmp_path: Path):
    with kymo.Run(tmp_path / "run", stop=[kymo.Diverged("train/loss")]) as run:
        for _ in run.epochs(1):
            for number in run.batches(range(1000)):
                value = torch.tensor(float("nan") if number == 99 else 1.0).cuda()
                run.log({"train/loss": value})
    assert run.outcome is not None
    assert run.outcome.reason == "diverged"
    assert run.outcome.evidence["steps"] == 100


def trained(directory: Path, *, epochs: int, resume: bool = False) -> nn.Module:
    torch.manual_seed(5)
    model = nn.Sequential(nn.Linear(8, 32), nn.Dropout(0.5), nn.Linear(32, 1)).cuda()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    scaler = torch.amp.GradScaler("cuda")
    with kymo.Run(directory, resume=resume, keep=kymo.BestModel("train/loss", "min")) as run:
        run.watch(model, optimizer, scaler=scaler)
        for _ in run.epochs(epochs):
            for x in run.batches(torch.ones(5, 16, 8), device="cuda"):
                with torch.autocast("cuda", dtype=torch.float16):
                    loss = (model(x + torch.randn_like(x)) - 1).square().mean()
                optimizer.zero_grad()
                scaler.scale(loss).backward()
                scaler.step(optimizer)
                scaler.update()
                run.log({"train/loss": loss})
    return model


def test_a_resumed_run_is_exact_on_a_device_too(tmp_path: Path):
    whole = trained(tmp_path / "whole", epochs=6)
    trained(tmp_path / "parts", epochs=3)
    resumed = trained(tmp_path / "parts", epochs=6, resume=True)
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name


def test_a_model_that_was_left_on_the_host_is_told_in_a_sentence(tmp_path: Path):
    with (
        pytest.raises(DeviceMismatchError, match=r"'weight' is on cpu and the batch is on cuda:0: use run\.batches"),
        kymo.Run(tmp_path) as run,
    ):
        run.watch(nn.Linear(2, 1))
        for _ in run.epochs(1):
            for _ in run.batches([torch.zeros(2)], device="cuda"):
                raise AssertionError


def test_the_copy_is_what_training_waits_for_and_not_the_disk(tmp_path: Path):
    """A model of 400 MB: the file is written while training goes on."""
    model = nn.Linear(10_000, 10_000, bias=False, device="cuda")
    best = kymo.BestModel("loss", path=tmp_path / "bestmodel.pth")
    best.update(1.0, model)
    with torch.no_grad():
        model.weight.zero_()
    assert best.wait()
    loaded = nn.Linear(10_000, 10_000, bias=False, device="cuda")
    kymo.load_model(tmp_path / "bestmodel.pth", loaded)
    assert loaded.weight.abs().sum() > 0


def test_a_validation_that_is_asked_for_leaves_no_trace_in_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(session, "_BESIDE_SECONDS", 0.0)
    monkeypatch.setattr(inbox, "_LOOK_SECONDS", 0.0)

    def trained(directory: Path, asked_at: tuple[int, ...]) -> torch.Tensor:
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(16, 32), nn.Dropout(0.5), nn.ReLU(), nn.Linear(32, 1)).cuda()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

        def validate() -> dict[str, torch.Tensor]:
            model.eval()
            with torch.no_grad():
                return {"val/loss": nn.functional.dropout(model(torch.randn(8, 16, device="cuda"))).square().mean()}

        with kymo.Run(directory, keep=kymo.BestModel("val/loss"), progress=False) as run:
            run.watch(model, optimizer)
            run.offer_validation(validate)
            for _ in run.epochs(2):
                for _ in run.batches(range(10)):
                    loss = model(torch.randn(8, 16, device="cuda")).square().mean()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    run.log({"train/loss": loss})
                    if run.step + 1 in asked_at:
                        with open_directory(directory) as opened:
                            ask(opened, "validate")
        return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])

    plain, asked = trained(tmp_path / "plain", ()), trained(tmp_path / "asked", (3, 14))
    assert torch.equal(plain, asked)
    assert kymo.open(tmp_path)["asked"]["val/loss"].steps.tolist() == [3, 14]
