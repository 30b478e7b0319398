from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kymo
from kymo import Progress, StopSignals
from kymo.train.stopping import shield_worker, shield_workers, worker_shield
from kymo.train.stopping.native_action import NativeAction

INT, TERM, USR1 = signal.SIGINT, signal.SIGTERM, signal.SIGUSR1


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    """Whatever a test leaves is put back."""
    kept = {number: signal.getsignal(number) for number in (INT, TERM, USR1)}
    signal.signal(INT, signal.default_int_handler)
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_the_first_ctrl_c_stops_softly_and_says_so_and_the_second_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    with StopSignals() as stop:
        assert stop.after_batch() is None and stop.closeness() is None
        signal.raise_signal(INT)
        assert capfd.readouterr().err == "\nkymo: stopping after this batch. Press Ctrl+C again to stop at once.\n"
        for ask in (stop.after_batch, stop.before_epoch, stop.before_validation, stop.after_epoch):
            fired = ask(Progress(1, 2))
            assert fired is not None and (fired.reason, fired.evidence) == ("interrupted", {"signal": "SIGINT"})
        assert stop.closeness() == (1.0, "SIGINT: stopping after this batch")
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(INT)
    assert stop.requested == "SIGINT", "also after the end"


@pytest.mark.parametrize("number", [TERM, USR1])
def test_a_schedulers_signal_stops_softly_however_often_it_comes(
    number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    with StopSignals() as stop:
        for _ in range(3):
            signal.raise_signal(number)
        fired = stop.after_batch()
    assert fired is not None
    assert (fired.reason, fired.text) == ("terminated", f"{number.name} asked to stop after the batch.")
    assert capfd.readouterr().err == f"\nkymo: {number.name}: stopping after this batch.\n"


def test_a_ctrl_c_after_a_schedulers_signal_is_the_first_one() -> None:
    with StopSignals() as stop:
        signal.raise_signal(TERM)
        signal.raise_signal(INT)
        assert stop.requested == "SIGTERM"
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(INT)


def test_earlier_handlers_are_called_and_put_back() -> None:
    called: list[int] = []

    def earlier(number: int, frame: Any) -> None:
        called.append(number)

    for number in (INT, TERM):
        signal.signal(number, earlier)
    with StopSignals() as stop:
        signal.raise_signal(TERM)
        signal.raise_signal(INT)
        assert called == [TERM, INT] and stop.requested == "SIGTERM"
    assert signal.getsignal(INT) is earlier and signal.getsignal(TERM) is earlier
    assert signal.getsignal(USR1) is signal.SIG_DFL


def test_pythons_own_handler_is_put_back() -> None:
    with StopSignals():
        pass
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(INT)


def test_what_is_ignored_stays_ignored() -> None:
    signal.signal(INT, signal.SIG_IGN)
    with StopSignals() as stop:
        assert signal.getsignal(INT) is signal.SIG_IGN
        signal.raise_signal(INT)
        assert stop.requested is None
        signal.raise_signal(TERM)
        assert stop.requested == "SIGTERM"
    assert signal.getsignal(INT) is signal.SIG_IGN


def test_a_handler_in_c_is_called_and_put_back() -> None:
    with tempfile.TemporaryFile("w+") as dump:
        faulthandler.register(USR1, file=dump, all_threads=False)
        try:
            with StopSignals() as stop:
                signal.raise_signal(USR1)
                assert stop.requested == "SIGUSR1"
            assert NativeAction(USR1).is_handler
            signal.raise_signal(USR1)
        finally:
            faulthandler.unregister(USR1)
        dump.seek(0)
        assert dump.read().count("most recent call first") == 2


def test_nested_blocks_all_see_the_signal_and_one_of_them_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with StopSignals() as outer:
        with StopSignals() as inner:
            signal.raise_signal(INT)
            assert inner.requested == outer.requested == "SIGINT"
            assert capfd.readouterr().err.count("stopping") == 1
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(INT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(INT)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(INT)


def test_a_handler_set_inside_stays_and_what_it_passes_on_comes_to_the_earlier_one() -> None:
    stop = StopSignals()
    stop.start()
    inside = signal.getsignal(INT)
    assert callable(inside)

    def later(number: int, frame: Any) -> None:
        inside(number, frame)

    signal.signal(INT, later)
    stop.close()
    assert signal.getsignal(INT) is later
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(INT)


def test_a_block_can_be_entered_again() -> None:
    stop = StopSignals()
    with stop:
        signal.raise_signal(INT)
    with stop:
        assert stop.requested is None
        signal.raise_signal(INT)
        assert stop.requested == "SIGINT"


def test_outside_of_the_main_thread_nothing_is_done_and_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[Any] = []

    def train() -> None:
        with StopSignals() as stop:
            seen.append((signal.getsignal(INT), stop.after_batch()))

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert seen == [(signal.default_int_handler, None)]
    assert "Signals are not handled: Python allows handlers only in the main thread." in caplog.text


@pytest.mark.parametrize("number", [INT, USR1])
def test_a_forked_process_ignores_it(number: signal.Signals) -> None:
    with StopSignals():
        assert in_child(lambda: signal.raise_signal(number)) == 0


def test_a_forked_process_ends_on_sigterm() -> None:
    with StopSignals():
        assert in_child(lambda: signal.raise_signal(TERM)) == -TERM


def test_a_forked_process_may_train_itself() -> None:
    def train() -> None:
        with stop:
            signal.raise_signal(INT)
            assert stop.requested == "SIGINT"
            with contextlib.suppress(KeyboardInterrupt):
                signal.raise_signal(INT)
                os._exit(2)

    with StopSignals() as stop:
        assert in_child(train) == 0
        assert stop.requested is None


def in_child(act: Any) -> int:
    """What a forked process that does this ends with."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            act()
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("number", [INT, USR1])
def test_a_shielded_worker_ignores_it(number: signal.Signals) -> None:
    def work() -> None:
        shield_worker(0)
        signal.raise_signal(number)

    assert in_child(work) == 0


def test_a_shielded_worker_outlives_sigterm_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    def work() -> None:
        shield_worker(0)
        signal.raise_signal(TERM)
        os.write(told, b"alive")
        threading.Event().wait(60)
        os._exit(2)

    reading, told = os.pipe()
    monkeypatch.setattr(worker_shield, "_GRACE_SECONDS", 0.05)
    assert in_child(work) == 0
    assert os.read(reading, 10) == b"alive"
    for end in (reading, told):
        os.close(end)


def test_a_loaders_own_init_is_still_called() -> None:
    called: list[int] = []

    class Loader:
        worker_init_fn = called.append

    loader = Loader()
    shield_workers(loader)
    shield_workers(loader)
    kept = {number: signal.getsignal(number) for number in (INT, TERM, USR1)}
    loader.worker_init_fn(7)
    ignored = signal.getsignal(INT)
    for number, handler in kept.items():
        signal.signal(number, handler)
    assert called == [7] and ignored is signal.SIG_IGN


class NotebookStream:
    """What stands for standard error in a notebook: the kernel's file descriptor is not what is shown."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def fileno(self) -> int:
        raise AssertionError("written past the notebook")


def test_a_notebooks_interrupt_is_ctrl_c_and_is_shown_in_the_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = NotebookStream()
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    monkeypatch.setattr(sys, "stderr", stream)
    with StopSignals() as stop:
        os.kill(os.getpid(), INT)
        assert stop.requested == "SIGINT" and "Press Ctrl+C again" in stream.text


@pytest.mark.parametrize("stream", [None, open(os.devnull, "w")])  # noqa: PTH123, SIM115
def test_without_a_standard_error_nothing_is_said(stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if stream is not None:
        stream.close()
    monkeypatch.setattr(sys, "stderr", stream)
    with StopSignals() as stop:
        signal.raise_signal(INT)
    assert stop.requested == "SIGINT"


@pytest.mark.parametrize("number", [INT, TERM, USR1])
def test_a_signal_stops_after_the_very_batch_it_comes_in_however_short_batches_are(
    tmp_path: Path, number: signal.Signals
) -> None:
    with kymo.Run(tmp_path / "run", progress=False) as run:
        for _ in run.epochs(1):
            for batch in run.batches(range(1_000)):
                if batch == 6:
                    signal.raise_signal(number)
    assert run.step == 7
