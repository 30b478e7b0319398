"""Children that log until they are killed, at a random moment: a script, run by the tests.

python killing.py DIRECTORY ROUNDS SEED

In each round one child logs as fast as it can or in bursts, and one slowly, each continuing its run a little before
where the last child was killed, as a training does from a checkpoint. The children are forked off a process that has
imported kymo but opened nothing. Prints a JSON object for each child.
"""

import json
import mmap
import os
import random
import signal
import struct
import sys
import threading
import time
from pathlib import Path

from kymo import SummaryWriter

SLOTS = 1 << 12
ENTRY = struct.Struct("<qd")
BACK = 5  # steps that a restart repeats


class Diary:
    """What a child had logged and when, and how late it was woken at worst: in memory that outlives it."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, (SLOTS + 1) * ENTRY.size)

    def note(self, count: int, step: int) -> None:
        """Before this moment the step had been logged."""
        ENTRY.pack_into(self._memory, (1 + count % SLOTS) * ENTRY.size, step, time.monotonic())
        struct.pack_into("<q", self._memory, 0, count + 1)  # last: an entry that counts is whole

    def witness(self) -> None:
        """Sleeps as the writer's thread does, and keeps by how much a wake-up was late at worst."""
        worst = 0.0
        while True:
            due = time.monotonic() + 0.01
            time.sleep(0.01)
            if time.monotonic() - due > worst:
                worst = time.monotonic() - due
                struct.pack_into("<d", self._memory, 8, worst)

    def read(self) -> tuple[list[tuple[int, float]], float]:
        count, late = struct.unpack_from("<qd", self._memory, 0)
        noted = range(max(0, count - SLOTS + 1), count)  # the oldest may be half overwritten
        return [ENTRY.unpack_from(self._memory, (1 + index % SLOTS) * ENTRY.size) for index in noted], late


def child(kind: str, directory: Path, first: int, diary: Diary) -> None:
    threading.Thread(target=diary.witness, daemon=True).start()
    burst, pause = {"flood": (100, 0.0), "bursts": (25, 0.0005), "slow": (1, 0.007)}[kind]
    writer = SummaryWriter(directory, purge_step=first if first else None)
    count, step = 0, first
    while True:
        for _ in range(burst):
            writer.add_scalar("loss", step / 2, step)
            step += 1
        diary.note(count, step - 1)
        count += 1
        if pause:
            time.sleep(pause)


def fork(kind: str, directory: Path, first: int) -> tuple[int, Diary]:
    diary = Diary()
    pid = os.fork()
    if pid == 0:
        try:
            child(kind, directory, first, diary)
        finally:
            os._exit(1)
    return pid, diary


def scalars_in(path: Path, restarted: bool) -> int:
    """How many whole records of numbers the file holds, by their lengths alone."""
    data, count, at = path.read_bytes(), 0, 0
    while at + 16 <= len(data) and (end := at + 16 + struct.unpack_from("<Q", data, at)[0]) <= len(data):
        at = end
        count += 1
    # The version comes first; a restart writes another one, and that it is one.
    return max(0, count - (3 if restarted else 1))


def main() -> None:
    directory, rounds, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    first = {"fast": 0, "slow": 0}
    for index in range(rounds):
        kinds = {"fast": "flood" if index % 5 == 0 else "bursts", "slow": "slow"}
        children = {run: fork(kind, directory / run, first[run]) for run, kind in kinds.items()}
        while not all(diary.read()[0] for _, diary in children.values()):
            time.sleep(0.001)
        time.sleep(chance.uniform(0.0, 0.2))
        for run, (pid, diary) in children.items():
            time.sleep(chance.uniform(0.0, 0.02))
            killed = time.monotonic()
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            assert os.WTERMSIG(status) == signal.SIGKILL, status
            noted, late = diary.read()
            (path,) = (directory / run).glob(f"events.out.tfevents.*.{pid}.*")
            story = {"run": run, "first": first[run], "killed": killed, "late": late, "noted": noted}
            print(json.dumps(story | {"file": str(path)}), flush=True)
            first[run] += max(0, scalars_in(path, first[run] != 0) - BACK)


if __name__ == "__main__":
    main()
