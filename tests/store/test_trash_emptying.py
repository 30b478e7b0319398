import os
from collections.abc import Callable
from pathlib import Path

import pytest
from trashing import NOW, entry_of, files, fill

from kymo.format.trash_record import TRASH_DIRECTORY
from kymo.store import Logs
from kymo.store.edits.refusal import Refusal
from kymo.store.edits.trash import Trash


def test_only_what_was_chosen_goes(trash: Trash, put: Callable[..., None]) -> None:
    logdir = Path(trash.logdir)
    for run in "ab":
        fill(logdir / run, "events.out.tfevents.1", "deep/er/file")
        put(run)
    chosen, kept = trash.entries()
    assert trash.empty([chosen.id, "unknown"]) == (1, chosen.size.bytes)
    assert trash.entries() == [kept]
    assert trash.empty() == (1, kept.size.bytes)
    assert list(logdir.iterdir()) == []
    assert trash.empty() == (0, 0)


def test_no_link_is_followed(trash: Trash, put: Callable[..., None]) -> None:
    logdir = Path(trash.logdir)
    fill(logdir.parent / "outside", "precious")
    fill(logdir / "mlp", "events.out.tfevents.1", "deep/file")
    for place in ("mlp/to_directory", "mlp/deep/to_directory"):
        (logdir / place).symlink_to(logdir.parent / "outside")
    (logdir / "mlp/to_file").symlink_to(logdir.parent / "outside/precious")
    put("mlp")
    trash.empty()
    assert list(files(logdir.parent)) == ["outside/precious"]


def test_a_trash_that_is_a_link_is_none(trash: Trash) -> None:
    logdir = Path(trash.logdir)
    fill(logdir.parent / "outside/20200101-000000-00000000", "content/precious", "record.json")
    fill(logdir / "mlp", "events.out.tfevents.1")
    (logdir / TRASH_DIRECTORY).symlink_to(logdir.parent / "outside")
    with Logs(logdir, clock=lambda: NOW, index=False) as logs:
        logs.refresh()
        for attempt in (trash.entries, trash.empty, lambda: trash.put(logs["mlp"])):
            with pytest.raises(Refusal, match=r"It is reached through '.kymo-trash', which is a link"):
                attempt()
    assert len(files(logdir.parent)) == 4


def test_an_entry_that_is_a_link_is_none(trash: Trash) -> None:
    logdir = Path(trash.logdir)
    fill(logdir.parent / "outside", "content/precious", "record.json")
    (logdir / TRASH_DIRECTORY).mkdir()
    (logdir / TRASH_DIRECTORY / "20200101-000000-00000000").symlink_to(logdir.parent / "outside")
    trash.empty()
    assert sorted(files(logdir.parent / "outside")) == ["content/precious", "record.json"]


def test_a_removal_that_was_cut_short_is_finished_by_the_next(trash: Trash, put: Callable[..., None]) -> None:
    logdir = Path(trash.logdir)
    fill(logdir / "mlp", "events.out.tfevents.1")
    put("mlp")
    entry = logdir / TRASH_DIRECTORY / entry_of(trash)
    entry.rename(entry.parent / f"leaving-{entry.name}")
    assert trash.entries() == []
    trash.empty()
    assert list(logdir.iterdir()) == []


def test_what_cannot_be_removed_keeps_nothing_else(
    trash: Trash, put: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    logdir, unlink = Path(trash.logdir), os.unlink
    for run in "abc":
        fill(logdir / run, f"{run}.tfevents.1")
        put(run)

    def refusing(path: str, **options: int) -> None:
        if path == "b.tfevents.1":
            raise PermissionError(13, "Permission denied")
        unlink(path, **options)

    monkeypatch.setattr(os, "unlink", refusing)
    with pytest.raises(PermissionError):
        trash.empty()
    assert [Path(name).name for name in files(logdir) if "tfevents" in name] == ["b.tfevents.1"]
    assert trash.entries() == []
    monkeypatch.undo()
    trash.empty()
    assert list(logdir.iterdir()) == []
