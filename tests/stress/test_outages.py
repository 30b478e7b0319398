"""The disk fails under a training: it goes on at its pace, is told once, and what was kept is written afterwards.

Each outage is made by a preloaded library, and once more by the kernel where this process may mount file systems.
"""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from outage import Training

CALLS = 5_000
MOST_WAITS = 10  # for the lock, which the writing thread holds for moments
ALL = list(range(100 + CALLS + 1))  # what training.py logs: before, during and after the outage
Read = Callable[[Path], list[int]]

# errno, and how many bytes a failing write leaves in the file although it counts none
OUTAGES = {
    "full disk": ("write,open 28 0 0", "No space left on device"),
    "disk error": ("write,open 5 0 0", "Input/output error"),
    "disk error in the middle of a record": ("write 5 0 13", "Input/output error"),
    "read-only remount": ("write,open 30 0 0", "Read-only file system"),
    "lost mount": ("write,open,fstat 116 0 0", "Stale file handle"),
    "lost mount in the middle of a record": ("write,open,fstat 116 0 7", "Stale file handle"),
    "stale handle that a new one replaces": ("write 116 0 7", "Stale file handle"),
}


def check_pace(answer: Any) -> None:
    """No call waited for the log: a thread that waits gives up its processor, one that is pushed aside does not."""
    assert answer["waits"] < MOST_WAITS, answer
    assert answer["memory"] < 16 << 20, answer


def check_told(answer: Any, cause: str) -> None:
    (begun,), (ended,) = answer["begun"], answer["ended"]
    assert "cannot write" in begun
    assert cause in begun
    assert "is written again: nothing was lost" in ended
    assert answer["closed"]
    assert answer["dropped"] == 0


LATE, EARLY = "--flush", "--from-the-start"  # the outage begins while the run goes on, or before it


@pytest.fixture(scope="module")
def trainings(shim: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Future[Any]]]:
    """Every outage, each in a directory of its own; several at once, since they spend their time waiting."""
    directory = tmp_path_factory.mktemp("outages")
    with ThreadPoolExecutor(4) as pool:

        def begin(name: str, when: str) -> Future[Any]:
            training = Training(shim, directory / f"{name}{when}.outage")
            return pool.submit(training.cut_off, directory / f"{name}{when}", OUTAGES[name][0], when)

        yield {(name, when): begin(name, when) for name in OUTAGES for when in (LATE, EARLY)}


@pytest.mark.parametrize("when", [LATE, EARLY])
@pytest.mark.parametrize("name", OUTAGES)
def test_an_outage_costs_one_warning_and_nothing_else(name: str, when: str, trainings: Any, read_back: Read) -> None:
    answer = trainings[name, when].result()
    check_pace(answer)
    check_told(answer, OUTAGES[name][1])
    assert answer["pending"] > 40 * CALLS
    assert answer.get("flushed", False) is False
    assert read_back(Path(answer["log_dir"])) == ALL


def test_a_slow_disk_costs_nothing(tmp_path: Path, training: Any, read_back: Read) -> None:
    answer = training.cut_off(tmp_path / "run", "write,fsync 0 400 0")
    check_pace(answer)
    assert answer["begun"] == answer["ended"] == []
    assert answer["closed"]
    assert read_back(tmp_path / "run") == ALL


def test_an_outage_that_only_fsync_shows_is_told_as_such(tmp_path: Path, training: Any, read_back: Read) -> None:
    answer = training.cut_off(tmp_path / "run", "fsync 5 0 0", "--flush")
    check_pace(answer)
    assert answer["flushed"] is False
    (begun,), (ended,) = answer["begun"], answer["ended"]
    assert "cannot bring" in begun
    assert "Input/output error" in begun
    assert "reaches the disk again" in ended
    assert answer["pending"] == 0
    assert answer["closed"]
    assert read_back(tmp_path / "run") == ALL


# More than the 64 MiB that are kept. Hundreds of times the calls meet the writing thread more often, still by chance.
FLOOD = 1_700_000
MOST_FLOOD_WAITS = 10 * MOST_WAITS


@pytest.mark.parametrize(("name", "outage"), [("full", "write 28 0 0"), ("slow", "write 0 700 0")])
def test_what_is_beyond_the_buffer_is_counted(
    name: str, outage: str, tmp_path: Path, training: Any, read_back: Read
) -> None:
    """Not even a full buffer makes training wait for a disk that does not take it."""
    answer = training.cut_off(tmp_path / "run", outage, "--calls", str(FLOOD))
    assert answer["waits"] < MOST_FLOOD_WAITS, answer
    assert answer["memory"] < (64 + 24) << 20, answer
    *first, full = answer["begun"]
    assert ["cannot write" in notice for notice in first] == [True] * (name == "full")
    assert "64 MiB kept in memory" in full
    (ended,) = answer["ended"]
    assert f"is written again: {answer['dropped']} events were lost" in ended
    assert answer["closed"]
    found = read_back(tmp_path / "run")
    assert len(found) + answer["dropped"] == 100 + FLOOD + 1
    assert 0 < answer["dropped"] < FLOOD / 2
    assert found == sorted(set(found))


def test_a_deleted_directory_costs_what_it_held(tmp_path: Path, training: Any, read_back: Read) -> None:
    run = tmp_path / "runs" / "a"
    answer = training(run, f"rm -r {tmp_path / 'runs'}", "true")
    check_pace(answer)
    (told,) = answer["begun"]
    assert "had vanished and was made again" in told
    assert answer["ended"] == []
    assert answer["closed"]
    assert read_back(run) == ALL[100:]


def test_a_directory_that_cannot_be_made_again_is_waited_for(tmp_path: Path, training: Any, read_back: Read) -> None:
    runs = tmp_path / "runs"
    answer = training(runs / "a", f"rm -r {runs} && touch {runs}", f"rm {runs}")
    check_pace(answer)
    (begun,), (*vanished, ended) = answer["begun"], answer["ended"]
    assert "Not a directory" in begun
    assert ["had vanished" in notice for notice in vanished] == [True]
    assert "nothing was lost" in ended
    assert read_back(runs / "a") == ALL[100:]


@pytest.fixture(scope="session")
def namespace() -> tuple[str, ...]:
    """The command that runs another one where it may mount file systems of its own."""
    for command in (("unshare", "--mount"), ("unshare", "--user", "--map-root-user", "--mount")):
        probe = [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        if shutil.which("unshare") and subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("this process may not mount file systems; the outages above are the same, made by a library")


class Mounted:
    """Runs `training.py` on a small disk of its own."""

    def __init__(self, directory: Path, training: Any, namespace: tuple[str, ...]) -> None:
        self.disk = directory / "disk"
        self.copy = directory / "copy"
        self.disk.mkdir()
        self._training = training
        self._namespace = namespace

    def __call__(self, size: str, begin: str, end: str, *options: str) -> Any:
        mount = f'mount -t tmpfs -o size={size} tmpfs {self.disk} && exec "$@"'
        within = (*self._namespace, "sh", "-c", mount, "sh")
        return self._training(self.disk / "run", begin, end, *options, "--copy", str(self.copy), within=within)


@pytest.fixture
def mounted(tmp_path: Path, training: Any, namespace: tuple[str, ...]) -> Mounted:
    return Mounted(tmp_path, training, namespace)


@pytest.mark.parametrize("flush", [[], ["--flush"]])
def test_a_disk_that_is_full(flush: list[str], mounted: Mounted, read_back: Read) -> None:
    """Something else fills the disk to the last page, and is removed later."""
    filled = f"! head -c 2m /dev/zero > {mounted.disk}/ballast 2> /dev/null"
    answer = mounted("2m", filled, f"rm {mounted.disk}/ballast", *flush)
    check_pace(answer)
    check_told(answer, "No space left on device")
    assert answer["pending"] > 30 * CALLS
    assert read_back(mounted.copy) == ALL


def test_a_disk_that_is_read_only_at_first(mounted: Mounted, read_back: Read) -> None:
    remount = f"mount -o remount,{{}} {mounted.disk}"
    answer = mounted("8m", remount.format("ro"), remount.format("rw"), "--from-the-start")
    check_pace(answer)
    check_told(answer, "Read-only file system")
    assert read_back(mounted.copy) == ALL


def test_a_disk_that_comes_back_empty(mounted: Mounted, read_back: Read) -> None:
    """Deleted while the disk was remounted read-only, the directory can be made again only later."""
    remount = f"mount -o remount,{{}} {mounted.disk}"
    begin = f"rm -r {mounted.disk}/run && umount -l {mounted.disk} && mount -t tmpfs -o ro tmpfs {mounted.disk}"
    answer = mounted("8m", begin, remount.format("rw"))
    check_pace(answer)
    (begun,), (*vanished, ended) = answer["begun"], answer["ended"]
    assert "Read-only file system" in begun
    assert ["had vanished" in notice for notice in vanished] == [True]
    assert "nothing was lost" in ended
    assert read_back(mounted.copy) == ALL[100:]
