"""Every way in which processes begin and end while they log."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import kymo

Run = Callable[..., str]


def steps_by_file(directory: Path) -> list[list[int]]:
    """The steps of "loss" in each event file, by itself and without damage; files in the order of their names."""
    found = []
    for index, path in enumerate(sorted(directory.glob("events.out.tfevents.*"))):
        alone = directory / "alone" / str(index)
        alone.mkdir(parents=True)
        (alone / path.name).symlink_to(path)
        (run,) = kymo.open(alone).values()
        assert not run.warnings
        found.append(run["loss"].steps.tolist() if "loss" in run else [])
    return found


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a program in which `log(first, last)` logs and `writer` is the writer of tmp_path/run; what it printed."""
    begin = f"""
        import os, signal, subprocess, sys, threading, time
        from kymo import SummaryWriter
        def log(first, last):
            for step in range(first, last):
                writer.add_scalar("loss", 0.5, step)
        if __name__ == "__main__":
            writer = SummaryWriter({str(tmp_path / "run")!r})
    """

    def run_program(program: str, *, returns: int = 0, says: str = "") -> str:
        script = tmp_path / "program.py"
        script.write_text(textwrap.dedent(begin) + textwrap.dedent(program))
        command = [sys.executable, "-W", "ignore::DeprecationWarning", str(script)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
        assert done.returncode == returns, done.stderr
        assert says in done.stderr if says else not done.stderr
        return done.stdout

    return run_program


@pytest.mark.parametrize(
    ("ending", "returns", "says"),
    [
        ("raise RuntimeError('the loss is gone')", 1, "the loss is gone"),
        ("sys.exit(3)", 3, ""),
        ("threading.Thread(target=lambda: 1 / 0).start()", 0, "division by zero"),
        ("threading.Timer(0.2, log, (5000, 6000)).start()", 0, ""),
        ("signal.raise_signal(signal.SIGINT)", -signal.SIGINT, "KeyboardInterrupt"),
        ("signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); os.kill(os.getpid(), signal.SIGTERM)", 7, ""),
        ("os.execv(sys.executable, [sys.executable, '-c', '']) if writer.close() else None", 0, ""),
    ],
)
def test_an_end_that_runs_exit_handlers_loses_nothing(
    ending: str, returns: int, says: str, run: Run, tmp_path: Path
) -> None:
    default = "signal.signal(signal.SIGINT, signal.default_int_handler)"  # who tests in the background ignores it
    run(f"{default}\nlog(0, 5000)\n{ending}", returns=returns, says=says)
    assert steps_by_file(tmp_path / "run") == [list(range(6000 if "Timer" in ending else 5000))]


@pytest.mark.parametrize(
    ("ending", "returns"),
    [
        ("os._exit(4)", 4),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("os.abort()", -signal.SIGABRT),
        ("os.execv(sys.executable, [sys.executable, '-c', ''])", 0),
    ],
)
def test_a_sudden_end_loses_only_what_is_newest(ending: str, returns: int, run: Run, tmp_path: Path) -> None:
    """Nobody flushes: what the writer's thread has written by itself is there, and the file can be read."""
    program = f"""
        log(0, 1000)
        while writer._get_file_writer().events.pending_bytes: time.sleep(0.01)
        log(1000, 2000)
        {ending}
    """
    run(program, returns=returns)
    (steps,) = steps_by_file(tmp_path / "run")
    assert steps == list(range(len(steps)))
    assert len(steps) >= 1000


@pytest.mark.parametrize("ending", ["writer.flush(sync=True)", "writer.close()", "None"])
def test_a_slow_disk_holds_the_end_up_once(ending: str, shim: Path, tmp_path: Path) -> None:
    """Each of 40 files takes a second to reach the disk: one after the other, that would be 40 and more."""
    outage = tmp_path / "outage"
    program = f"""
        import time
        from pathlib import Path
        from kymo import SummaryWriter
        writer = SummaryWriter({str(tmp_path / "run")!r})
        writer.add_scalars("loss", {{str(index): 0.5 for index in range(39)}}, 1)
        assert writer.flush()
        Path({str(outage)!r}).write_text("fsync 0 1000 0")
        print(time.monotonic())
        assert {ending} in (True, None)
        if {ending!r} != "None": Path({str(outage)!r}).unlink()
    """
    environment = os.environ | {"LD_PRELOAD": str(shim), "KYMO_OUTAGE": str(outage)}
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert 1 < time.monotonic() - float(done.stdout) < 20
    assert not done.stderr


def test_another_program_inherits_no_handle_of_the_file(run: Run, tmp_path: Path) -> None:
    out = run("""
        code = "import os; os.system('ls -l /proc/' + str(os.getpid()) + '/fd')"
        log(0, 1000)
        subprocess.run([sys.executable, "-c", code], close_fds=False, check=True)
        pid = os.fork()
        if pid == 0: os.execv(sys.executable, [sys.executable, "-c", code])
        assert os.waitpid(pid, 0)[1] == 0
        log(1000, 2000)
    """)
    assert out.count("/dev/null") + out.count("pipe:") > 2
    assert "tfevents" not in out
    assert steps_by_file(tmp_path / "run") == [list(range(2000))]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_of_every_kind(method: str, run: Run, tmp_path: Path) -> None:
    """The parent logs on while three workers log to files of their own."""
    run(f"""
        import multiprocessing
        def work(directory, first):
            global writer
            writer = SummaryWriter(directory)
            log(first, first + 1000)
        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            firsts = (10_000, 20_000, 30_000)
            workers = [context.Process(target=work, args=(writer.get_logdir(), first)) for first in firsts]
            log(0, 1000)
            for worker in workers: worker.start()
            log(1000, 2000)
            for worker in workers: worker.join(100)
            assert [worker.exitcode for worker in workers] == [0, 0, 0]
    """)
    found = sorted(steps_by_file(tmp_path / "run"))
    assert found == [list(range(2000)), *(list(range(first, first + 1000)) for first in (10_000, 20_000, 30_000))]
    assert len(kymo.open(tmp_path / "run")["."]["loss"]) == 5000


@pytest.mark.parametrize(("method", "epochs"), [("fork", 2), ("spawn", 1)])
def test_workers_of_a_data_loader(method: str, epochs: int, run: Run, tmp_path: Path) -> None:
    """A forked one may log in its parent's writer; each epoch has workers of its own."""
    run(f"""
        from torch.utils.data import DataLoader, Dataset
        class Items(Dataset):
            def __init__(self, directory): self.directory = directory
            def __len__(self): return 64
            def __getitem__(self, index):
                global writer
                if {method!r} == "spawn": writer = globals().get("writer") or SummaryWriter(self.directory)
                log(1000 + index, 1001 + index)
                return index
        if __name__ == "__main__":
            loader = DataLoader(Items(writer.get_logdir()), num_workers=2, multiprocessing_context={method!r})
            for epoch in range({epochs}):
                assert [int(item) for item in loader] == list(range(64))
                log(epoch, epoch + 1)
    """)
    parent, *workers = sorted(steps_by_file(tmp_path / "run"))
    assert parent == list(range(epochs))
    assert len(workers) == 2 * epochs
    assert sorted(step for worker in workers for step in worker) == sorted([*range(1000, 1064)] * epochs)


def test_a_worker_that_is_killed_costs_only_its_own_newest(run: Run, tmp_path: Path) -> None:
    run("""
        pid = os.fork()
        if pid == 0:
            log(10_000, 11_000)
            writer.flush()
            log(11_000, 12_000)
            time.sleep(60)
        path = writer._get_file_writer().path + "." + str(pid)
        while not os.path.exists(path) or os.path.getsize(path) < 40_000: log(0, 0)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        log(0, 1000)
    """)
    parent, child = steps_by_file(tmp_path / "run")
    assert parent == list(range(1000))
    assert child == list(range(10_000, 10_000 + len(child)))


def test_forks_of_forks(run: Run, tmp_path: Path) -> None:
    """Five generations, each of which logs before and after its child was forked off."""
    run("""
        children = []
        for depth in range(5):
            log(1000 * depth, 1000 * depth + 500)
            pid = os.fork()
            if pid:
                children.append(pid)
                log(1000 * depth + 500, 1000 * depth + 1000)
                break
        else:
            log(5000, 6000)
        for pid in children: assert os.waitpid(pid, 0)[1] == 0
        writer.close()
    """)
    assert sorted(steps_by_file(tmp_path / "run")) == [
        list(range(first, first + 1000)) for first in range(0, 6000, 1000)
    ]


def test_several_writers_in_one_directory(run: Run, tmp_path: Path) -> None:
    """Four processes with three writers each, at once: one run that has every point."""
    run(f"""
        code = '''
        import sys
        from kymo import SummaryWriter
        writers = [SummaryWriter({str(tmp_path / "run")!r}) for _ in range(3)]
        for step in range(1000):
            for index, writer in enumerate(writers): writer.add_scalar(f"{{sys.argv[1]}}/{{index}}", 0.5, step)
        '''
        import textwrap
        code = textwrap.dedent(code)
        processes = [subprocess.Popen([sys.executable, "-c", code, str(number)]) for number in range(4)]
        assert [process.wait() for process in processes] == [0, 0, 0, 0]
    """)
    assert len(list((tmp_path / "run").iterdir())) == 13
    (found,) = kymo.open(tmp_path / "run").values()
    assert not found.warnings
    for name in (f"{process}/{index}" for process in range(4) for index in range(3)):
        assert found[name].steps.tolist() == list(range(1000))
        assert not found[name].superseded.any()


def test_many_threads_on_many_writers(run: Run, tmp_path: Path) -> None:
    run("""
        writers = [SummaryWriter(writer.get_logdir() + f"/{index}") for index in range(8)]
        def work(thread):
            for step in range(500):
                for index in range(8): writers[(thread + index) % 8].add_scalar(f"t{thread}", 0.5, step)
        threads = [threading.Thread(target=work, args=(thread,)) for thread in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    runs = kymo.open(tmp_path / "run")
    for index in range(8):
        for thread in range(8):
            assert runs[str(index)][f"t{thread}"].steps.tolist() == list(range(500))


def test_flush_waits_for_what_another_thread_is_closing(shim: Path, tmp_path: Path) -> None:
    """The close takes a second; a flush, or a second close, that answered at once would answer too early."""
    outage = tmp_path / "outage"
    program = f"""
        import sys, threading
        from pathlib import Path
        from kymo import SummaryWriter
        writer = SummaryWriter({str(tmp_path / "run")!r})
        path = Path(writer._get_file_writer().path)
        assert writer.flush()
        empty = path.stat().st_size
        Path({str(outage)!r}).write_text("write 0 1000 0")
        writer.add_scalar("loss", 0.5, 1)
        closing = threading.Thread(target=writer.close)
        closing.start()
        while writer.file_writer is not None: pass
        assert getattr(writer, sys.argv[1])()
        assert path.stat().st_size > empty
        closing.join()
    """
    environment = os.environ | {"LD_PRELOAD": str(shim), "KYMO_OUTAGE": str(outage)}
    for method in ("flush", "close"):
        outage.unlink(missing_ok=True)
        command = [sys.executable, "-c", textwrap.dedent(program), method]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
