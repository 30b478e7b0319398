import os
from pathlib import Path

import pytest

from kymo.format.open_directory import open_directory
from kymo.store.edits import open_directory as directories
from kymo.store.edits.open_directory import held, open_below
from kymo.store.edits.refusal import Refusal
from kymo.store.place import Place


@pytest.mark.parametrize(
    ("directory", "place"),
    [
        ("/runs", Place("/runs", ".")),
        ("/runs/mlp", Place("/runs", "mlp")),
        ("/runs/deep/a", Place("/runs/deep", "a")),
        ("/runs/deep", Place("/runs/deep", ".")),
        ("/runs/deeper", Place("/runs", "deeper")),
        ("/runs2/x", Place("/", "runs2/x")),
    ],
)
def test_a_run_lies_in_the_innermost_log_directory(directory: str, place: Place) -> None:
    assert Place.of(directory, [Path("/runs"), Path("/runs/deep"), Path("/")]) == place


def test_a_log_directory_may_be_a_link_and_nothing_below_it(tmp_path: Path) -> None:
    (tmp_path / "real/a/b").mkdir(parents=True)
    (tmp_path / "runs").symlink_to("real")
    (tmp_path / "real/linked").symlink_to("a")
    with Place(str(tmp_path / "runs"), "a/b").opened() as opened:
        assert os.fstat(opened).st_ino == (tmp_path / "real/a/b").stat().st_ino
    for relative in ("linked", "linked/b"):
        with (
            pytest.raises(Refusal, match="It is reached through 'linked', which is a link"),
            Place(str(tmp_path / "runs"), relative).opened(),
        ):
            pass
    with pytest.raises(FileNotFoundError), Place(str(tmp_path / "runs"), "a/gone").opened():
        pass


def test_nothing_stays_open(tmp_path: Path) -> None:
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    (tmp_path / "a/b").mkdir(parents=True)
    before = count()
    with open_directory(str(tmp_path)) as root:
        with open_below(root, "a/b"):
            pass
        for relative in ("a/x", "..", "a/b/c"):
            with pytest.raises((Refusal, FileNotFoundError)), open_below(root, relative):
                pass
    assert count() == before


def test_a_directory_that_another_holds_for_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directories, "HELD_SECONDS", 0.05)
    with open_directory(str(tmp_path)) as one, open_directory(str(tmp_path)) as other:
        with held(one), pytest.raises(Refusal, match="Another program holds the directory"), held(other):
            pass
        with held(other):
            pass


def test_a_file_system_without_locks_goes_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", refusing)
    done = []
    with open_directory(str(tmp_path)) as directory, held(directory):
        done.append(True)
    assert done
