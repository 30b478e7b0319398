"""A viewer that dies at any instant loses no file and leaves nothing in doubt: every system call may be its last."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Runs the change again and again in a child that dies before the first, the second, ... of its system calls.
PROGRAM = """
import os, shutil, sys
from pathlib import Path
from kymo.store import Logs
from kymo.store.edits.trash import Trash

NOW = 2e9
CALLS = ("link", "mkdir", "open", "rename", "replace", "rmdir", "unlink", "fsync")
base, change, layout = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
logdir = base / "runs"

def fill():
    shutil.rmtree(logdir, ignore_errors=True)
    names = ["mlp/events.out.tfevents.1", "mlp/events.out.tfevents.2", "mlp/notes.json"]
    for name in [*names, *(["mlp/sub/events.out.tfevents.1"] if layout == "shared" else [])]:
        (logdir / name).parent.mkdir(parents=True, exist_ok=True)
        (logdir / name).write_text(f"content of {name}")
        os.utime(logdir / name, (1e9, 1e9))

def put():
    with Logs(logdir, clock=lambda: NOW, index=False) as logs:
        logs.refresh()
        if "mlp" in logs:
            Trash(logdir, clock=lambda: NOW).put(logs["mlp"], sorted(str(run.path) for run in logs.values()))

def restore():
    trash = Trash(logdir)
    for entry in trash.entries():
        trash.restore(entry.id)

def empty():
    Trash(logdir).empty()

def dying(calls_left):
    # Every call counts, from the first that changes something on.
    for name in CALLS:
        def call(*args, _original=getattr(os, name), **options):
            nonlocal calls_left
            calls_left -= 1
            if calls_left < 0:
                os._exit(7)
            return _original(*args, **options)
        setattr(os, name, call)

def files():
    # By identity: a file that a crash has caught in the middle of a move has two names.
    found = {}
    for path in logdir.rglob("*"):
        if path.is_file() and not path.name.endswith("record.json") and ".record.json" not in path.name:
            found[path.stat().st_ino] = path.read_text()
    return sorted(found.values())

def at_home():
    return sorted(str(path.relative_to(logdir)) for path in logdir.rglob("*") if not path.is_dir())

def outside():
    # A record without anything is all that may stay in the trash, until the next change.
    assert Trash(logdir).entries() == []
    return [name for name in at_home() if not name.startswith(".kymo-trash/")]

for calls in range(1000):
    fill()
    everything, home = files(), at_home()
    if change != "put":
        put()
    child = os.fork()
    if child == 0:
        dying(calls)
        globals()[change]()
        os._exit(0)
    died = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    left = at_home()
    if change == "empty":
        # What is left is still whole, or gone for good once the trash is emptied again.
        entries = Trash(logdir).entries()
        if entries:
            assert files() == everything, (calls, left)
        empty()
        assert at_home() == [name for name in home if "sub/" in name], (calls, left)
    else:
        assert files() == everything, (calls, left)
        restore()
        assert outside() == home, (calls, left, at_home())
        put()
        assert len(Trash(logdir).entries()) == 1, (calls, left)
        restore()
        assert at_home() == home, (calls, left)
    if not died:
        print(calls)
        break
"""


@pytest.mark.parametrize("layout", ["alone", "shared"])
@pytest.mark.parametrize("change", ["put", "restore", "empty"])
def test_whichever_call_is_the_last(tmp_path: Path, change: str, layout: str) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), change, layout]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10
