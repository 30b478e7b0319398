"""`kill -9` a hundred times at random moments: nothing older than 50 ms is lost, and a restart appends cleanly."""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

import kymo

ROUNDS = 50  # of two children each
PROMISE = 0.05  # seconds after which what was logged is in the file


class Killed:
    """What became of one child and of its file."""

    def __init__(self, story: dict[str, Any]) -> None:
        self.run: str = story["run"]
        self.first: int = story["first"]
        self.killed: float = story["killed"]
        self.late: float = story["late"]
        self.noted: list[tuple[int, float]] = story["noted"]
        self.file = Path(story["file"])
        self.steps: list[int] = []

    def age_of_lost(self) -> float:
        """How long before the kill the oldest value that is lost had been logged, in seconds."""
        last = self.first + len(self.steps) - 1
        return max((self.killed - at for step, at in self.noted if step > last), default=0.0)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("killed")


@pytest.fixture(scope="module")
def killed(directory: Path) -> list[Killed]:
    script = Path(__file__).with_name("killing.py")
    command = [sys.executable, str(script), str(directory), str(ROUNDS), str(random.randrange(1 << 30))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    children = [Killed(json.loads(line)) for line in done.stdout.splitlines()]
    for child in children:
        # Alone in a directory, a file is read without what others say of it.
        alone = directory / "alone" / child.file.name
        alone.mkdir(parents=True)
        (alone / child.file.name).symlink_to(child.file)
        (run,) = kymo.open(alone).values()
        assert not run.warnings  # a torn tail is waited for, nothing before it is damaged
        child.steps = run["loss"].steps.tolist() if "loss" in run else []
    return children


def test_nothing_older_than_50_ms_is_lost(killed: list[Killed]) -> None:
    assert len(killed) == 2 * ROUNDS
    assert sum(bool(child.steps) for child in killed) > ROUNDS
    for child in killed:
        assert child.steps == list(range(child.first, child.first + len(child.steps)))
    # The writer's thread sleeps and wakes as the witnesses do, and is as late on a busy machine: not child by child,
    # but the latest of all, and each share of them.
    ages = sorted(child.age_of_lost() for child in killed)
    late = sorted(child.late for child in killed)
    for share in (0.5, 0.8, 1.0):
        index = round(share * len(killed)) - 1
        assert ages[index] <= PROMISE + late[index], (share, ages, late)


def test_the_tail_is_one_torn_record_at_most(killed: list[Killed]) -> None:
    for child in killed:
        data, at = child.file.read_bytes(), 0
        while len(data) - at >= 12 and (end := at + 16 + int.from_bytes(data[at : at + 8], "little")) <= len(data):
            at = end
        assert len(data) - at < 100
        if len(data) - at >= 8:
            assert int.from_bytes(data[at : at + 8], "little") < 100


def test_each_file_is_read_by_tensorboard(killed: list[Killed]) -> None:
    slow = [child for child in killed if child.run == "slow"]
    fast = [child for child in killed if child.run == "fast" and len(child.steps) < 20_000]
    for child in (*slow, *fast[::10]):  # its reader takes 50 µs an event
        events = [event for event in EventFileLoader(str(child.file)).Load() if event.HasField("summary")]
        assert [event.step for event in events] == child.steps


@pytest.mark.parametrize("name", ["fast", "slow"])
def test_every_restart_supersedes_what_it_repeats(name: str, killed: list[Killed], directory: Path) -> None:
    children = [child for child in killed if child.run == name]
    run = kymo.open(directory / name)["."]
    assert not run.warnings
    loss = run["loss"]
    assert loss.steps.tolist() == [step for child in children for step in child.steps]
    hidden = loss.superseded
    last = [child.steps[-1] for child in children if child.steps][-1]
    assert loss.steps[~hidden].tolist() == list(range(last + 1))
    assert hidden.any()


def test_tensorboard_reads_the_restarts_as_one_run(killed: list[Killed], tmp_path: Path) -> None:
    """It takes the files in the order of their names, so these are given names in the order of their beginnings."""
    children = [child for child in killed if child.run == "slow"]
    for index, child in enumerate(children):
        shutil.copy(child.file, tmp_path / f"events.out.tfevents.{index:010}.host")
    accumulator = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0})
    accumulator.Reload()
    last = [child.steps[-1] for child in children if child.steps][-1]
    assert [point.step for point in accumulator.Scalars("loss")] == list(range(last + 1))
