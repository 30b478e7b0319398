"""Forks, spawned processes, exits without close, and processes that are killed."""

import multiprocessing
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event

from kymo import SummaryWriter


def steps_of(path: Path) -> list[int]:
    """The steps of a file, whose tail may be torn."""
    data, found, at = path.read_bytes(), [], 0
    while at + 16 <= len(data) and (end := at + 16 + int.from_bytes(data[at : at + 8], "little")) <= len(data):
        found.append(Event.FromString(data[at + 12 : end - 4]))
        at = end
    return [event.step for event in found[1:]]


def run(code: str, *, returns: int = 0) -> str:
    result = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == returns, result.stderr
    assert not result.stderr
    return result.stdout


@pytest.mark.parametrize(
    "ending",
    ["pass", "sys.exit(0)", "w.close()", "del w", "gc.disable(); w.itself = w; del w"],
)
def test_nothing_is_lost_at_exit(ending: str, tmp_path: Path) -> None:
    run(
        f"""
        import gc, sys
        from kymo import SummaryWriter
        w = SummaryWriter({str(tmp_path)!r})
        for step in range(5000):
            w.add_scalar("loss", 0.5, step)
        {ending}
        """
    )
    (path,) = tmp_path.iterdir()
    assert steps_of(path) == list(range(5000))


def test_nothing_is_lost_when_an_exception_ends_the_program(tmp_path: Path) -> None:
    code = f"""
        from kymo import SummaryWriter
        w = SummaryWriter({str(tmp_path)!r})
        w.add_scalar("loss", 0.5, 1)
        raise SystemExit(3)
    """
    run(code, returns=3)
    (path,) = tmp_path.iterdir()
    assert steps_of(path) == [1]


def test_what_is_logged_while_the_interpreter_exits_is_written(tmp_path: Path) -> None:
    run(
        f"""
        import atexit
        atexit.register(lambda: [w.add_scalar("loss", 0.5, step) for step in range(10)])
        from kymo import SummaryWriter
        w = SummaryWriter({str(tmp_path)!r})
        """
    )
    (path,) = tmp_path.iterdir()
    assert steps_of(path) == list(range(10))


def test_daemon_threads_that_log_until_the_end_do_not_abort_the_program(tmp_path: Path) -> None:
    run(
        f"""
        import threading
        from kymo import SummaryWriter
        w = SummaryWriter({str(tmp_path)!r})
        begun = threading.Barrier(5)
        def log():
            begun.wait()
            while True:
                w.add_scalar("noise", 0.5, 1)
                w.flush()
        for _ in range(4): threading.Thread(target=log, daemon=True).start()
        begun.wait()
        for step in range(2, 1000):
            w.add_scalar("loss", 0.5, step)
        """
    )
    (path,) = tmp_path.iterdir()
    assert [step for step in steps_of(path) if step != 1] == list(range(2, 1000))


def test_a_forked_child_writes_to_a_file_of_its_own(tmp_path: Path) -> None:
    out = run(
        f"""
        import os, sys
        from kymo import SummaryWriter
        w = SummaryWriter({str(tmp_path)!r})
        for step in range(1000):
            w.add_scalar("loss", 0.5, step)
        pid = os.fork()
        for step in range(1000, 2000):
            w.add_scalar("loss", 0.5, step + (0 if pid else 10_000))
        if pid:
            assert os.waitpid(pid, 0)[1] == 0
            print(pid)
        """
    )
    parent, child = sorted(tmp_path.iterdir(), key=lambda path: len(path.name))
    assert child.name == f"{parent.name}.{int(out)}"
    assert steps_of(parent) == list(range(2000))
    assert steps_of(child) == list(range(11_000, 12_000))


def test_a_forked_child_that_logs_nothing_leaves_everything_alone(tmp_path: Path) -> None:
    run(
        f"""
        import os
        from kymo import SummaryWriter
        w = SummaryWriter({str(tmp_path)!r})
        w.add_scalar("loss", 0.5, 1)
        pid = os.fork()
        if pid == 0:
            assert w.flush() is True
            assert w.close() is True
        else:
            assert os.waitpid(pid, 0)[1] == 0
            w.add_scalar("loss", 0.5, 2)
        """
    )
    (path,) = tmp_path.iterdir()
    assert steps_of(path) == [1, 2]


def test_a_fork_while_threads_are_logging(tmp_path: Path) -> None:
    """Whatever lock a thread held when the process was forked, the child can log."""
    run(
        f"""
        import os, threading
        from kymo import SummaryWriter
        w = SummaryWriter({str(tmp_path)!r})
        going = True
        def log():
            while going:
                w.add_scalar("noise", 0.5, 1)
                w.flush()
        threads = [threading.Thread(target=log) for _ in range(3)]
        for thread in threads: thread.start()
        for _ in range(10):
            pid = os.fork()
            if pid == 0:
                w.add_scalar("loss", 0.5, 7)
                os._exit(0 if w.flush() else 1)
            assert os.waitpid(pid, 0)[1] == 0
        going = False
        for thread in threads: thread.join()
        """
    )
    _, *children = sorted(tmp_path.iterdir(), key=lambda path: len(path.name))
    assert len(children) == 10
    assert all(steps_of(child) == [7] for child in children)


def test_a_fork_while_another_thread_opens_and_closes_files(tmp_path: Path) -> None:
    run(
        f"""
        import faulthandler, os, threading
        from kymo import SummaryWriter
        w = SummaryWriter({str(tmp_path)!r})
        going = True
        def open_and_close():
            for count in range(100_000):
                w.add_scalars("loss", {{str(count): 0.5}}, 1)
                if count % 10 == 0: w.close()
                if not going: return
        thread = threading.Thread(target=open_and_close)
        thread.start()
        for _ in range(20):
            pid = os.fork()
            if pid == 0:
                faulthandler.dump_traceback_later(20, exit=True)  # a deadlock
                w.add_scalars("child", {{"a": 0.5}}, 1)
                w.close()
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
        going = False
        thread.join()
        """
    )
    assert len(list(tmp_path.glob("child_a/*"))) == 20


def test_a_signal_handler_may_close_while_files_are_opened(tmp_path: Path) -> None:
    run(
        f"""
        import faulthandler, signal
        faulthandler.dump_traceback_later(30, exit=True)  # a deadlock
        from kymo import SummaryWriter
        w = SummaryWriter({str(tmp_path)!r})
        closed = 0
        def close(*_):
            global closed
            w.close()
            closed += 1
            signal.setitimer(signal.ITIMER_REAL, 0.0005)
        signal.signal(signal.SIGALRM, close)
        signal.setitimer(signal.ITIMER_REAL, 0.0005)
        step = 0
        while closed < 100:
            w.add_scalars("loss", {{"a": 0.5, "b": 0.5}}, step)
            step += 1
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        w.close()
        print(step)
        """
    ).strip()
    for name in ("loss_a", "loss_b"):
        steps = sorted(step for path in (tmp_path / name).iterdir() for step in steps_of(path))
        assert steps == list(range(len(steps)))


def test_a_program_out_of_file_handles_goes_on(tmp_path: Path) -> None:
    """Not even the logging module can be imported then; what was logged is written when there are handles again."""
    run(
        f"""
        import io, resource, sys
        sys.stderr = io.StringIO()
        from kymo import SummaryWriter
        w = SummaryWriter({str(tmp_path)!r})
        resource.setrlimit(resource.RLIMIT_NOFILE, (5, 100))
        held = []
        try:
            while True: held.append(open("/dev/null"))
        except OSError:
            pass
        w.add_scalars("loss", {{"a": 0.5}}, 1)
        assert w.flush() is False
        w.add_scalars("loss", {{"a": 0.5}}, 2)
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
        assert "kymo: cannot write" in sys.stderr.getvalue(), sys.stderr.getvalue()
        import logging
        logging.getLogger("kymo").setLevel(logging.CRITICAL)
        assert w.close() is True
        """
    )
    (path,) = (tmp_path / "loss_a").iterdir()
    assert steps_of(path) == [1, 2]


def log_in_worker(writer: SummaryWriter | str) -> None:
    if isinstance(writer, str):
        writer = SummaryWriter(writer)
    for step in range(1000):
        writer.add_scalar("loss", 0.5, step)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # of Python 3.12 on: this process has threads
def test_a_worker_of_multiprocessing_loses_nothing(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path) as writer:
        worker = multiprocessing.get_context("fork").Process(target=log_in_worker, args=(writer,))
        worker.start()
        worker.join(60)
        assert worker.exitcode == 0
    parent, child = sorted(tmp_path.iterdir(), key=lambda path: len(path.name))
    assert steps_of(parent) == []
    assert steps_of(child) == list(range(1000))


class Kept:
    """Holds a writer for as long as a worker lives, as a global variable does."""

    writer: SummaryWriter | None = None


def log_in_kept_writer(log_dir: str) -> None:
    Kept.writer = SummaryWriter(log_dir)
    log_in_worker(Kept.writer)


def test_a_forked_worker_with_a_writer_of_its_own_loses_nothing(tmp_path: Path) -> None:
    run(
        f"""
        import multiprocessing, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_processes import log_in_kept_writer
        worker = multiprocessing.get_context("fork").Process(target=log_in_kept_writer, args=({str(tmp_path)!r},))
        worker.start()
        worker.join(50)
        assert worker.exitcode == 0
        """
    )
    (path,) = tmp_path.iterdir()
    assert steps_of(path) == list(range(1000))


def test_spawned_workers_write_to_files_of_their_own(tmp_path: Path) -> None:
    run(
        f"""
        import multiprocessing, sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_processes import log_in_worker
        if __name__ == "__main__":
            context = multiprocessing.get_context("spawn")
            workers = [context.Process(target=log_in_worker, args=({str(tmp_path)!r},)) for _ in range(2)]
            for worker in workers: worker.start()
            for worker in workers: worker.join(50)
            assert [worker.exitcode for worker in workers] == [0, 0]
        """
    )
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert all(steps_of(path) == list(range(1000)) for path in files)


def test_an_interrupt_reaches_the_program(tmp_path: Path) -> None:
    """The writer's thread takes no signals: one wakes the main thread out of its sleep."""
    code = f"""
        import signal, sys, time
        from kymo import SummaryWriter
        # Whoever runs the tests in the background has them ignore SIGINT.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        w = SummaryWriter({str(tmp_path)!r})
        try:
            print("ready", flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            sys.exit(5)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 5
