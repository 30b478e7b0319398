import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from trashing import entry_of, files, fill

from kymo.format.trash_record import TRASH_DIRECTORY
from kymo.store.discovery import Explorer
from kymo.store.edits.refusal import Refusal
from kymo.store.edits.trash import Trash


@pytest.fixture
def logdir(trash: Trash, put: Callable[..., None]) -> Path:
    """Whose run `mlp` is in the trash."""
    logdir = Path(trash.logdir)
    fill(logdir / "mlp", "events.out.tfevents.1", "config.yaml", "weights/last.pth")
    put("mlp")
    return logdir


def test_a_run_of_that_name_is_not_overwritten(trash: Trash, logdir: Path) -> None:
    fill(logdir / "mlp", "events.out.tfevents.2")
    before = files(logdir)
    with pytest.raises(Refusal, match="There is a run 'mlp' again: rename or delete it first"):
        trash.restore(entry_of(trash))
    assert files(logdir) == before


def test_no_file_is_overwritten(trash: Trash, logdir: Path) -> None:
    fill(logdir / "mlp", "config.yaml")
    before = files(logdir)
    with pytest.raises(Refusal, match=r"There is a 'config.yaml' in 'mlp' again"):
        trash.restore(entry_of(trash))
    assert files(logdir) == before


@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_what_is_no_directory_stays(trash: Trash, logdir: Path, kind: str) -> None:
    if kind == "file":
        fill(logdir, "mlp")
    else:
        (logdir.parent / "target").mkdir()
        (logdir / "mlp").symlink_to(logdir.parent / ("target" if kind == "link" else "nowhere"))
    with pytest.raises(Refusal, match="There is a 'mlp' again that is no directory"):
        trash.restore(entry_of(trash))
    assert len(trash.entries()) == 1
    assert list((logdir.parent).rglob("last.pth")) == [
        logdir / TRASH_DIRECTORY / entry_of(trash) / "content/weights/last.pth"
    ]


def test_a_directory_that_holds_other_things_takes_it_in(trash: Trash, logdir: Path) -> None:
    fill(logdir / "mlp", "sub/events.out.tfevents.1", "other")
    trash.restore(entry_of(trash))
    own = ["config.yaml", "events.out.tfevents.1", "weights/last.pth"]
    assert sorted(files(logdir / "mlp")) == sorted([*own, "other", "sub/events.out.tfevents.1"])
    assert sorted(Explorer([logdir]).explore().runs) == ["mlp", "mlp/sub"]


def test_what_a_crash_has_left_halfway_goes_on(trash: Trash, logdir: Path) -> None:
    """The file is in both places, and the record says that not all is there."""
    entry = logdir / TRASH_DIRECTORY / entry_of(trash)
    record = json.loads((entry / "record.json").read_text())
    (entry / "record.json").write_text(json.dumps({**record, "complete": False}))
    (logdir / "mlp").mkdir()
    (logdir / "mlp/events.out.tfevents.1").hardlink_to(entry / "content/events.out.tfevents.1")
    trash.restore(entry.name)
    assert sorted(files(logdir)) == ["mlp/config.yaml", "mlp/events.out.tfevents.1", "mlp/weights/last.pth"]


def test_a_file_system_without_hard_links_will_do(trash: Trash, logdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    fill(logdir / "mlp", "other")
    monkeypatch.setattr(os, "link", link)
    trash.restore(entry_of(trash))
    assert len(files(logdir / "mlp")) == 4


@pytest.mark.parametrize(
    "run", ["../outside", "/tmp/outside", "a/../../outside", "..", "", "a//b", "link/outside", "a/./b"]
)
def test_a_record_leads_nowhere_else(trash: Trash, logdir: Path, run: str) -> None:
    (logdir / "link").symlink_to(logdir.parent)
    entry = logdir / TRASH_DIRECTORY / entry_of(trash)
    (entry / "record.json").write_text(json.dumps({"run": run, "trashed_at": 1.0, "complete": True}))
    with pytest.raises(Refusal):
        trash.restore(entry.name)
    assert sorted(path.name for path in logdir.parent.iterdir()) == ["runs"]
    assert (entry / "content/events.out.tfevents.1").exists()


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"run": 1, "trashed_at": 1, "complete": true}', None])
def test_a_damaged_record_keeps_the_run_in_the_trash(trash: Trash, logdir: Path, record: str | None) -> None:
    entry = logdir / TRASH_DIRECTORY / entry_of(trash)
    (entry / "record.json").unlink()
    if record is not None:
        (entry / "record.json").write_text(record)
    assert [(found.id, found.run) for found in trash.entries()] == [(entry.name, "")]
    with pytest.raises(Refusal, match="Nobody knows where it belongs"):
        trash.restore(entry.name)
    assert trash.empty()[0] == 1


@pytest.mark.parametrize("entry", ["", ".", "..", "../runs", "20200101-000000-00000000", "leaving-x"])
def test_an_entry_is_looked_up_among_those_there_are(trash: Trash, logdir: Path, entry: str) -> None:
    with pytest.raises(Refusal, match="It is not in the trash any more"):
        trash.restore(entry)
    assert trash.empty([entry]) == (0, 0)
    assert not trash.holds(entry)
    assert len(trash.entries()) == 1
