import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from trashing import NOW, Files, entry_of, files, fill

from kymo.format.trash_record import TRASH_DIRECTORY
from kymo.store import Logs
from kymo.store.discovery import Explorer
from kymo.store.edits.refusal import Refusal
from kymo.store.edits.trash import Trash


def names(logdir: Path) -> list[str]:
    return sorted(Explorer([logdir]).explore().runs)


def content(trash: Trash) -> Files:
    return files(Path(trash.logdir) / TRASH_DIRECTORY / entry_of(trash) / "content")


def test_a_run_that_is_alone_moves_with_all_that_is_in_its_directory(trash: Trash, put: Callable[..., None]) -> None:
    logdir = Path(trash.logdir)
    fill(logdir / "deep/mlp", "events.out.tfevents.1", "run.json", "notes.json", "checkpoints/last.pth", ".hidden")
    (logdir / "deep/mlp/link").symlink_to("nowhere")
    (logdir / "deep/mlp/latest").symlink_to("checkpoints")
    before = files(logdir)
    put("deep/mlp")
    assert names(logdir) == []
    assert [path.name for path in (logdir / "deep").iterdir()] == []
    assert {f"deep/mlp/{path}": data for path, data in content(trash).items()} == before
    (entry,) = trash.entries()
    assert (entry.run, entry.trashed_at, entry.size.files) == ("deep/mlp", NOW, 5)
    assert trash.restore(entry.id) == "deep/mlp"
    assert files(logdir) == before
    assert names(logdir) == ["deep/mlp"]
    assert not (logdir / TRASH_DIRECTORY).exists()


@pytest.mark.parametrize("run", ["mlp", "."])
def test_a_run_with_others_below_it_gives_up_its_own_files_alone(
    trash: Trash, put: Callable[..., None], run: str
) -> None:
    logdir = Path(trash.logdir)
    directory = logdir / run
    own = ["events.out.tfevents.1", "events.out.tfevents.2", "notes.json", "run.json"]
    fill(directory, *own, "train.py", "sub/deep/events.out.tfevents.1", "weights/last.pth")
    before = files(logdir)
    put(run)
    assert sorted(content(trash)) == own
    left = [path for path in files(directory) if not path.startswith(TRASH_DIRECTORY)]
    assert sorted(left) == ["sub/deep/events.out.tfevents.1", "train.py", "weights/last.pth"]
    assert run not in names(logdir)
    assert trash.restore(entry_of(trash)) == run
    assert files(logdir) == before


def test_a_run_that_nobody_has_seen_yet_keeps_its_place(trash: Trash, put: Callable[..., None]) -> None:
    logdir = Path(trash.logdir)
    fill(logdir / "mlp", "events.out.tfevents.1")
    with Logs(logdir, clock=lambda: NOW, index=False) as logs:
        logs.refresh()
        fill(logdir / "mlp", "later/events.out.tfevents.1")
        trash.put(logs["mlp"], ["mlp"])
    assert names(logdir) == ["mlp/later"]


def test_a_run_below_that_a_link_leads_to_keeps_its_place(trash: Trash, put: Callable[..., None]) -> None:
    logdir = Path(trash.logdir)
    fill(logdir / "mlp", "events.out.tfevents.1")
    fill(logdir.parent / "elsewhere", "events.out.tfevents.1")
    (logdir / "mlp/other").symlink_to(logdir.parent / "elsewhere")
    put("mlp")
    assert names(logdir) == ["mlp/other"]


def test_a_log_directory_within_another_one_stays(trash: Trash) -> None:
    outer, inner = Path(trash.logdir), Path(trash.logdir) / "mlp/inner"
    fill(outer / "mlp", "events.out.tfevents.1")
    fill(inner / "a", "events.out.tfevents.1")
    with Logs([outer, inner], clock=lambda: NOW, index=False) as logs:
        logs.refresh()
        Trash(inner).put(logs["inner/a"])
        logs.refresh()
        trash.put(logs["runs/mlp"])
    assert len(Trash(inner).entries()) == len(trash.entries()) == 1
    assert (inner / TRASH_DIRECTORY).is_dir()


def test_links_of_event_files_move_as_links(trash: Trash, put: Callable[..., None]) -> None:
    logdir = Path(trash.logdir)
    fill(logdir.parent, "data")
    fill(logdir, "sub/events.out.tfevents.1")
    (logdir / "events.out.tfevents.1").symlink_to(logdir.parent / "data")
    put(".")
    assert content(trash) == {"events.out.tfevents.1": str(logdir.parent / "data").encode()}
    assert (logdir.parent / "data").exists()
    trash.empty()
    assert (logdir.parent / "data").exists()


def test_what_is_reached_through_a_link_is_refused(trash: Trash, put: Callable[..., None]) -> None:
    logdir = Path(trash.logdir)
    fill(logdir.parent / "elsewhere", "deep/events.out.tfevents.1")
    (logdir / "link").symlink_to(logdir.parent / "elsewhere")
    with pytest.raises(Refusal, match="It is reached through 'link', which is a link"):
        put("link/deep")
    assert sorted(files(logdir)) == ["link"]


def test_a_live_run_is_refused(trash: Trash, put: Callable[..., None]) -> None:
    logdir = Path(trash.logdir)
    fill(logdir / "mlp", "events.out.tfevents.1")
    (logdir / "mlp/run.json").write_text(json.dumps({"status": "running", "heartbeat": NOW - 10}))
    with pytest.raises(Refusal, match="It is live: stop it first, or wait until nothing has grown for 30 s"):
        put("mlp")
    (logdir / "mlp/run.json").write_text(json.dumps({"status": "running", "heartbeat": NOW - 40}))
    put("mlp")


def test_a_run_that_has_grown_since_it_was_looked_at_is_live(trash: Trash) -> None:
    logdir = Path(trash.logdir)
    fill(logdir / "mlp", "events.out.tfevents.1")
    with Logs(logdir, clock=lambda: NOW, index=False) as logs:
        logs.refresh()
        os.utime(logdir / "mlp/events.out.tfevents.1", (NOW - 1, NOW - 1))
        assert logs["mlp"].status == "idle"
        with pytest.raises(Refusal, match="It is live"):
            trash.put(logs["mlp"])


def test_a_file_from_the_future_is_not_live_for_ever(trash: Trash) -> None:
    logdir, at = Path(trash.logdir), [NOW]
    fill(logdir / "mlp", "events.out.tfevents.1")
    os.utime(logdir / "mlp/events.out.tfevents.1", (NOW + 1e6, NOW + 1e6))
    trash = Trash(logdir, clock=lambda: at[0])
    with Logs(logdir, clock=lambda: at[0], index=False) as logs:
        logs.refresh()
        with pytest.raises(Refusal, match="It is live"):
            trash.put(logs["mlp"])
        at[0] += 60
        trash.put(logs["mlp"])


def test_a_run_that_is_gone_is_refused(trash: Trash) -> None:
    logdir = Path(trash.logdir)
    fill(logdir / "mlp", "events.out.tfevents.1")
    with Logs(logdir, clock=lambda: NOW, index=False) as logs:
        logs.refresh()
        run = logs["mlp"]
        trash.put(run)
        with pytest.raises(OSError, match="No such file"):
            trash.put(run)
        (logdir / "mlp").mkdir()
        with pytest.raises(Refusal, match="It has no event files any more"):
            trash.put(run)
    assert len(trash.entries()) == 1


def test_a_move_that_fails_halfway_is_taken_back(
    trash: Trash, put: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    logdir, link = Path(trash.logdir), os.link
    fill(logdir, "events.out.tfevents.1", "events.out.tfevents.2", "notes.json", "sub/events.out.tfevents.1")
    before = files(logdir)

    def refusing(name: str, *rest: object, **options: object) -> None:
        if name == "notes.json":
            raise OSError(28, "No space left on device")
        link(name, *rest, **options)  # type: ignore[arg-type] # passed on

    def renaming(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", refusing)
    monkeypatch.setattr(os, "rename", renaming)
    with pytest.raises(OSError, match="No space left"):
        put(".")
    monkeypatch.undo()
    assert files(logdir) == before
    assert not (logdir / TRASH_DIRECTORY).exists()


def test_two_viewers_put_a_run_away_once(trash: Trash) -> None:
    logdir = Path(trash.logdir)
    for run in range(20):
        fill(logdir / f"run{run}", "events.out.tfevents.1", "sub/events.out.tfevents.1")
    with Logs(logdir, clock=lambda: NOW, index=False) as logs:
        logs.refresh()
        runs = list(logs.values())
        stay = sorted(str(run.path) for run in runs)
        put: list[str] = []

        def put_all() -> None:
            mine = Trash(logdir, clock=lambda: NOW)
            for run in runs:
                try:
                    mine.put(run, stay)
                    put.append(run.name)
                except (Refusal, FileNotFoundError):
                    pass

        before = files(logdir)
        viewers = [threading.Thread(target=put_all) for _ in range(4)]
        for viewer in viewers:
            viewer.start()
        for viewer in viewers:
            viewer.join()
    assert sorted(put) == sorted(run.name for run in runs)
    assert names(logdir) == []
    for entry in trash.entries():
        trash.restore(entry.id)
    assert files(logdir) == before
