import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from kymo.format.trash_record import TRASH_DIRECTORY
from kymo.store import Logs
from kymo.store.discovery import Explorer
from kymo.store.refusal import Refusal
from kymo.store.trash import Trash

NOW = 2e9
Files = dict[str, bytes]


@pytest.fixture
def trash(tmp_path: Path) -> Trash:
    (tmp_path / "runs").mkdir()
    return Trash(tmp_path / "runs", clock=lambda: NOW)


@pytest.fixture
def put(trash: Trash) -> Callable[..., None]:
    """Puts a run into the trash, as a viewer does that has just looked at the log directory."""

    def put_it(name: str) -> None:
        with Logs(trash.logdir, clock=lambda: NOW, index=False) as logs:
            logs.refresh()
            trash.put(logs[name], sorted(str(run.path) for run in logs.values()))

    return put_it


def fill(directory: Path, *names: str) -> None:
    for name in names:
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"content of {path}".encode())
        os.utime(path, (1e9, 1e9))


def files(directory: Path) -> Files:
    """Everything below the directory that is no directory, by path; links by their targets."""
    return {
        str(path.relative_to(directory)): os.readlink(path).encode() if path.is_symlink() else path.read_bytes()  # noqa: PTH115 - as text
        for path in directory.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


def names(logdir: Path) -> list[str]:
    return sorted(Explorer([logdir]).explore().runs)


def entry_of(trash: Trash) -> str:
    (entry,) = trash.entries()
    return entry.id


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


class TestRestoring:
    @pytest.fixture
    def logdir(self, trash: Trash, put: Callable[..., None]) -> Path:
        """Whose run `mlp` is in the trash."""
        logdir = Path(trash.logdir)
        fill(logdir / "mlp", "events.out.tfevents.1", "config.yaml", "weights/last.pth")
        put("mlp")
        return logdir

    def test_a_run_of_that_name_is_not_overwritten(self, trash: Trash, logdir: Path) -> None:
        fill(logdir / "mlp", "events.out.tfevents.2")
        before = files(logdir)
        with pytest.raises(Refusal, match="There is a run 'mlp' again: rename or delete it first"):
            trash.restore(entry_of(trash))
        assert files(logdir) == before

    def test_no_file_is_overwritten(self, trash: Trash, logdir: Path) -> None:
        fill(logdir / "mlp", "config.yaml")
        before = files(logdir)
        with pytest.raises(Refusal, match=r"There is a 'config.yaml' in 'mlp' again"):
            trash.restore(entry_of(trash))
        assert files(logdir) == before

    @pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
    def test_what_is_no_directory_stays(self, trash: Trash, logdir: Path, kind: str) -> None:
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

    def test_a_directory_that_holds_other_things_takes_it_in(self, trash: Trash, logdir: Path) -> None:
        fill(logdir / "mlp", "sub/events.out.tfevents.1", "other")
        trash.restore(entry_of(trash))
        own = ["config.yaml", "events.out.tfevents.1", "weights/last.pth"]
        assert sorted(files(logdir / "mlp")) == sorted([*own, "other", "sub/events.out.tfevents.1"])
        assert names(logdir) == ["mlp", "mlp/sub"]

    def test_what_a_crash_has_left_halfway_goes_on(self, trash: Trash, logdir: Path) -> None:
        """The file is in both places, and the record says that not all is there."""
        entry = logdir / TRASH_DIRECTORY / entry_of(trash)
        record = json.loads((entry / "record.json").read_text())
        (entry / "record.json").write_text(json.dumps({**record, "complete": False}))
        (logdir / "mlp").mkdir()
        (logdir / "mlp/events.out.tfevents.1").hardlink_to(entry / "content/events.out.tfevents.1")
        trash.restore(entry.name)
        assert sorted(files(logdir)) == ["mlp/config.yaml", "mlp/events.out.tfevents.1", "mlp/weights/last.pth"]

    def test_a_file_system_without_hard_links_will_do(
        self, trash: Trash, logdir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def link(*_: object, **__: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        fill(logdir / "mlp", "other")
        monkeypatch.setattr(os, "link", link)
        trash.restore(entry_of(trash))
        assert len(files(logdir / "mlp")) == 4

    @pytest.mark.parametrize(
        "run", ["../outside", "/tmp/outside", "a/../../outside", "..", "", "a//b", "link/outside", "a/./b"]
    )
    def test_a_record_leads_nowhere_else(self, trash: Trash, logdir: Path, run: str) -> None:
        (logdir / "link").symlink_to(logdir.parent)
        entry = logdir / TRASH_DIRECTORY / entry_of(trash)
        (entry / "record.json").write_text(json.dumps({"run": run, "trashed_at": 1.0, "complete": True}))
        with pytest.raises(Refusal):
            trash.restore(entry.name)
        assert sorted(path.name for path in logdir.parent.iterdir()) == ["runs"]
        assert (entry / "content/events.out.tfevents.1").exists()

    @pytest.mark.parametrize("record", ["", "[]", "{}", '{"run": 1, "trashed_at": 1, "complete": true}', None])
    def test_a_damaged_record_keeps_the_run_in_the_trash(self, trash: Trash, logdir: Path, record: str | None) -> None:
        entry = logdir / TRASH_DIRECTORY / entry_of(trash)
        (entry / "record.json").unlink()
        if record is not None:
            (entry / "record.json").write_text(record)
        assert [(found.id, found.run) for found in trash.entries()] == [(entry.name, "")]
        with pytest.raises(Refusal, match="Nobody knows where it belongs"):
            trash.restore(entry.name)
        assert trash.empty()[0] == 1

    @pytest.mark.parametrize("entry", ["", ".", "..", "../runs", "20200101-000000-00000000", "leaving-x"])
    def test_an_entry_is_looked_up_among_those_there_are(self, trash: Trash, logdir: Path, entry: str) -> None:
        with pytest.raises(Refusal, match="It is not in the trash any more"):
            trash.restore(entry)
        assert trash.empty([entry]) == (0, 0)
        assert not trash.holds(entry)
        assert len(trash.entries()) == 1


class TestEmptying:
    def test_only_what_was_chosen_goes(self, trash: Trash, put: Callable[..., None]) -> None:
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

    def test_no_link_is_followed(self, trash: Trash, put: Callable[..., None]) -> None:
        logdir = Path(trash.logdir)
        fill(logdir.parent / "outside", "precious")
        fill(logdir / "mlp", "events.out.tfevents.1", "deep/file")
        for place in ("mlp/to_directory", "mlp/deep/to_directory"):
            (logdir / place).symlink_to(logdir.parent / "outside")
        (logdir / "mlp/to_file").symlink_to(logdir.parent / "outside/precious")
        put("mlp")
        trash.empty()
        assert list(files(logdir.parent)) == ["outside/precious"]

    def test_a_trash_that_is_a_link_is_none(self, trash: Trash) -> None:
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

    def test_an_entry_that_is_a_link_is_none(self, trash: Trash) -> None:
        logdir = Path(trash.logdir)
        fill(logdir.parent / "outside", "content/precious", "record.json")
        (logdir / TRASH_DIRECTORY).mkdir()
        (logdir / TRASH_DIRECTORY / "20200101-000000-00000000").symlink_to(logdir.parent / "outside")
        trash.empty()
        assert sorted(files(logdir.parent / "outside")) == ["content/precious", "record.json"]

    def test_a_removal_that_was_cut_short_is_finished_by_the_next(self, trash: Trash, put: Callable[..., None]) -> None:
        logdir = Path(trash.logdir)
        fill(logdir / "mlp", "events.out.tfevents.1")
        put("mlp")
        entry = logdir / TRASH_DIRECTORY / entry_of(trash)
        entry.rename(entry.parent / f"leaving-{entry.name}")
        assert trash.entries() == []
        trash.empty()
        assert list(logdir.iterdir()) == []

    def test_what_cannot_be_removed_keeps_nothing_else(
        self, trash: Trash, put: Callable[..., None], monkeypatch: pytest.MonkeyPatch
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
