"""What may befall a run and its loops, and must cost neither results nor the training."""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset

import kymo
from kymo.train.model_checks import DeviceMismatchError
from kymo.train.run_checkpoints import RunCheckpoints


def status(directory: Path) -> str:
    return str(json.loads((directory / "run.json").read_text())["status"])


def weight_in(path: Path) -> float:
    model = nn.Linear(1, 1)
    kymo.load_model(path, model)
    return model.weight.item()


def linear(weight: float) -> nn.Linear:
    model = nn.Linear(1, 1)
    nn.init.constant_(model.weight, weight)
    return model


def test_loops_that_are_left_and_kept_draw_anew_in_each_epoch(tmp_path: Path):
    torch.manual_seed(0)
    loader = DataLoader(range(16), batch_size=1, shuffle=True)
    drawn = []
    with kymo.Run(tmp_path) as run:
        for _ in run.epochs(4):
            batches = run.batches(loader)
            drawn.append([next(batches).item() for _ in range(5)])
            run.log(number=1.0)
    assert len({tuple(one) for one in drawn}) == 4
    assert run.step == 20
    assert kymo.open(tmp_path)["."]["number"].steps.tolist() == [5, 10, 15, 20]


def test_best_models_do_not_share_a_file(tmp_path: Path):
    keep = [kymo.BestModel("val/loss"), kymo.BestModel("val/accuracy")]
    with pytest.raises(ValueError, match=r"two BestModel with the path 'bestmodel\.pth'"):
        kymo.Run(tmp_path, keep=keep)


def test_one_best_model_serves_several_runs(tmp_path: Path):
    keep = kymo.BestModel("val/loss")
    for name, score in (("a", 0.1), ("b", 0.5)):
        with kymo.Run(tmp_path / name, keep=keep) as run:
            run.watch(linear(score))
            for _ in run.epochs(1):
                run.log_epoch({"val/loss": score})
    assert weight_in(tmp_path / "a" / "bestmodel.pth") == pytest.approx(0.1)
    assert weight_in(tmp_path / "b" / "bestmodel.pth") == pytest.approx(0.5)


def test_the_best_few_need_no_steps(tmp_path: Path):
    best = kymo.BestModel("accuracy", path=tmp_path / "bestmodel.pth", top_k=2)
    for score in (0.9, 0.5, 0.7):
        best.update(score, linear(score))
    assert best.wait()
    assert weight_in(tmp_path / "bestmodel.pth") == pytest.approx(0.9)
    assert len(list(tmp_path.glob("bestmodel-*"))) == 2


class Endless(IterableDataset[int]):
    def __iter__(self) -> Iterator[int]:
        return iter(range(4))


def test_a_loader_may_not_know_its_length(tmp_path: Path):
    with kymo.Run(tmp_path) as run:
        assert [batch.item() for _ in run.epochs(1) for batch in run.batches(DataLoader(Endless(), 1))] == [0, 1, 2, 3]


def test_a_loop_may_move_its_batches_by_itself(tmp_path: Path):
    model = nn.Linear(1, 1, device="meta")
    with kymo.Run(tmp_path / "moved") as run:
        run.watch(model)
        for _ in run.epochs(1):
            for batch in run.batches([torch.zeros(1)]):
                model(batch.to("meta"))
    assert not model._forward_pre_hooks
    with (
        pytest.raises(DeviceMismatchError, match="is on meta and the batch is on cpu"),
        kymo.Run(tmp_path / "not") as run,
    ):
        run.watch(model)
        for _ in run.epochs(1):
            for batch in run.batches([torch.zeros(1)]):
                model(batch)


def test_nobody_reads_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Gone:
        encoding = "utf-8"

        def write(self, _: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

        def isatty(self) -> bool:
            return False

        def flush(self) -> None:
            pass

    monkeypatch.setattr(sys, "stdout", Gone())
    monkeypatch.setattr(sys, "stderr", Gone())
    with kymo.Run(tmp_path) as run:
        for _ in run.epochs(2):
            for _ in run.batches(range(2)):
                pass
    assert status(tmp_path) == "completed"


def test_an_error_is_told_whatever_its_text_is(tmp_path: Path):
    with pytest.raises(ValueError, match="odd"), kymo.Run(tmp_path):
        raise ValueError("odd \udcff")
    assert status(tmp_path) == "error"
    assert "\\udcff" in kymo.open(tmp_path)["."].texts("error/text_summary")[0].text[0]


def test_an_error_before_the_model_is_known_is_the_one_that_is_raised(tmp_path: Path):
    (tmp_path / "last.pth").write_bytes(b"PK")
    with pytest.raises(FileNotFoundError, match="data"), kymo.Run(tmp_path, resume=True):
        raise FileNotFoundError("the data is not there")
    assert status(tmp_path) == "error"


def test_an_interrupt_while_the_end_is_waited_for_leaves_a_true_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import signal

    before = signal.getsignal(signal.SIGTERM)

    def interrupted(self: RunCheckpoints) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(RunCheckpoints, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt), kymo.Run(tmp_path) as run:
        run.log(loss=1.0)
    assert status(tmp_path) == "completed"
    assert signal.getsignal(signal.SIGTERM) is before


def batches_of(directory: Path, stop_at: int | None = None, *, resume: bool = False, size: int = 8) -> list[list[int]]:
    """The batches of a loader with a generator of its own."""
    torch.manual_seed(1)
    loader = DataLoader(range(size), 2, shuffle=True, generator=torch.Generator().manual_seed(4))
    drawn = []
    with kymo.Run(directory, stop=[kymo.MaxSteps(stop_at)] if stop_at else [], resume=resume) as run:
        for _ in run.epochs(3):
            drawn.extend(batch.tolist() for batch in run.batches(loader))
    return drawn


@pytest.mark.parametrize("stop_at", [4, 6])
def test_a_loaders_own_generator_goes_on_too(tmp_path: Path, stop_at: int):
    whole = batches_of(tmp_path / "whole")
    first = batches_of(tmp_path / "parts", stop_at)
    assert first + batches_of(tmp_path / "parts", resume=True) == whole


def test_a_shorter_loader_is_told(tmp_path: Path):
    batches_of(tmp_path, 3)
    with pytest.raises(kymo.CheckpointError, match="saved after batch 3 of an epoch, and the loader gives only 2"):
        batches_of(tmp_path, resume=True, size=4)


def test_a_stop_behind_a_validation_has_its_epoch_ended(tmp_path: Path):
    class AfterValidation(kymo.StopCondition):
        def after_validation(self, at: kymo.Progress = kymo.Progress()) -> kymo.Fired:  # noqa: B008
            return kymo.Fired("max_time", "The time is up.")

    with kymo.Run(tmp_path, stop=[AfterValidation()]) as run:
        for _ in run.epochs(5):
            for _ in run.batches(range(2)):
                run.log(loss=1.0)
            with run.validation():
                pass
            run.log_epoch(val=1.0)
    assert (run.epoch, run.step) == (1, 2)
    assert run.outcome is not None
    assert run.outcome.reason == "max_time"
    assert kymo.open(tmp_path)["."]["loss/epoch"].steps.tolist() == [2]


def test_a_checkpoint_of_an_earlier_run_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    batches_of(tmp_path, 3)
    before = (tmp_path / "last.pth").read_bytes()
    with kymo.Run(tmp_path):
        pass
    batches_of(tmp_path, 2)
    assert before in [path.read_bytes() for path in tmp_path.glob("last.*.pth")]
    assert "is of an earlier run: it is kept as last.1.pth" in caplog.text


def test_a_complete_fit_that_is_resumed_gives_the_best_model(tmp_path: Path):
    def fitted(resume: bool) -> nn.Module:
        torch.manual_seed(0)
        model = nn.Linear(1, 1)
        scores = iter([3.0, 1.0, 2.0])
        kymo.fit(
            model,
            [(torch.ones(2, 1), torch.zeros(2, 1))],
            [(torch.ones(2, 1), torch.zeros(2, 1))],
            criterion=nn.functional.mse_loss,
            optimizer=torch.optim.SGD(model.parameters(), lr=0.1),
            metrics={"score": lambda *_: torch.tensor(next(scores))},
            monitor="val/score",
            mode="min",
            epochs=3,
            log_dir=tmp_path,
            device="cpu",
            progress=False,
            resume=resume,
        )
        return model

    assert torch.equal(fitted(False).weight, fitted(True).weight)  # type: ignore[arg-type]


def test_what_follows_the_last_epoch_is_not_cut_off(tmp_path: Path):
    with kymo.Run(tmp_path) as run:
        for _ in run.epochs(2):
            pass
        assert not run.should_stop
        assert list(run.batches(range(3))) == [0, 1, 2]
        with run.validation():
            tested = True
    assert tested
    assert run.outcome is not None
    assert run.outcome.text == "All 2 epochs are done."


def test_an_epoch_without_batches_is_a_step(tmp_path: Path):
    with kymo.Run(tmp_path) as run:
        for epoch in run.epochs(3):
            run.log_epoch(val=float(epoch))
    assert kymo.open(tmp_path)["."]["val"].steps.tolist() == [0, 1, 2]
    assert kymo.open(tmp_path)["."]["epoch"].steps.tolist() == [1, 2, 3]


def test_a_wrapped_model_is_saved_as_what_it_is(tmp_path: Path):
    best = kymo.BestModel("loss", path=tmp_path / "bestmodel.pth")
    best.update(1.0, nn.DataParallel(linear(3.0)))
    best.wait()
    assert weight_in(tmp_path / "bestmodel.pth") == 3


def test_a_model_that_cannot_be_kept_costs_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    class Odd(nn.Linear):
        def get_extra_state(self) -> Any:
            return {1, 2}

        def set_extra_state(self, state: Any) -> None:
            pass

    caplog.set_level(logging.WARNING)
    with kymo.Run(tmp_path, keep=kymo.BestModel("val/loss")) as run:
        run.watch(Odd(1, 1))
        for _ in run.epochs(2):
            run.log_epoch({"val/loss": 1.0})
    assert run.outcome is not None
    assert run.outcome.best is None
    assert sum("bestmodel.pth is not saved: it holds a builtins.set" in message for message in caplog.messages) == 1


def test_a_metric_that_never_comes_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with kymo.Run(tmp_path, keep=kymo.BestModel("val/acuracy", "max")) as run:
        run.watch(linear(1))
        for _ in run.epochs(2):
            run.log_epoch({"val/accuracy": 1.0})
    (told,) = caplog.messages
    assert told.endswith("the epoch has no 'val/acuracy'; its metrics are 'val/accuracy'.")
