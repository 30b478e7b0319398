import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kymo.format.notes_file import Notes
from kymo.store import Logs
from kymo.store.changes import Changes
from kymo.store.edits.notes import change_notes
from kymo.store.edits.refusal import Refusal
from kymo.store.place import Place
from kymo.store.reader import RunReader
from kymo.store.watch import Watcher


@pytest.fixture
def logs(logdir: Path) -> Logs:
    logs = Logs(logdir, index=False)
    logs.refresh()
    return logs


def note(logs: Logs, run: str, **changes: str | bool) -> Notes:
    return change_notes(Place.of(str(logs[run].path), logs.logdirs), changes)


def test_a_run_without_notes(logs: Logs) -> None:
    assert logs["mlp"].notes == Notes("", "", starred=False, archived=False)


def test_what_is_noted_is_a_change_of_that_run(logs: Logs) -> None:
    version = logs.version
    note(logs, "mlp", name="Best", starred=True)
    assert logs.refresh().runs == ("mlp",)
    assert logs["mlp"].notes == Notes("Best", starred=True)
    since = logs.since(version)
    assert since is not None
    assert since.changed == ("mlp",)
    assert logs.refresh() == Changes()
    note(logs, "mlp", name="", starred=False)
    assert logs.refresh().runs == ("mlp",)
    assert logs["mlp"].notes == Notes()


def test_a_change_by_hand_is_seen_without_another_listing(logs: Logs, logdir: Path) -> None:
    note(logs, "mlp", name="Best")
    logs.refresh()
    (logdir / "mlp/notes.json").write_text('{"name": "Worst"}')
    assert [run.name for run in logs.outdated()] == ["mlp"]
    logs.load(logs.outdated())
    assert logs["mlp"].notes.name == "Worst"


def test_damage_is_told_and_what_was_noted_before_holds(logs: Logs, logdir: Path) -> None:
    note(logs, "mlp", name="Best")
    logs.refresh()
    (logdir / "mlp/notes.json").write_text('{"name": ')
    assert logs.refresh().runs == ("mlp",)
    (warning,) = logs.warnings
    assert (warning.run, warning.rule, warning.file) == ("mlp", "K506", str(logdir / "mlp/notes.json"))
    assert warning.cause.endswith("The run is shown without its notes.")
    assert logs["mlp"].points == 3
    with pytest.raises(Refusal, match=r"It is left as it is: move that notes.json away first\."):
        note(logs, "mlp", name="New")
    (logdir / "mlp/notes.json").unlink()
    logs.refresh()
    assert (logs.warnings, logs["mlp"].notes) == ([], Notes())


def test_runs_without_notes_cost_no_look(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    stat = os.stat
    monkeypatch.setattr(os, "stat", lambda path, **options: looked.append(str(path)) or stat(path, **options))  # type: ignore[func-returns-value] # append is None
    note(logs, "cnn", starred=True)
    logs.refresh()
    looked.clear()
    logs.refresh()
    assert [path for path in looked if path.endswith(".json")] == [str(logs["cnn"].path / "notes.json")]


def test_notes_taken_in_at_once_are_a_change(logs: Logs) -> None:
    version = logs.version
    note(logs, "mlp", name="Best")
    assert logs.renote(logs["mlp"])
    assert (logs["mlp"].notes.name, logs.version) == ("Best", version + 1)
    assert not logs.renote(logs["mlp"])
    assert logs.version == version + 1


def test_a_reader_told_of_a_file_that_is_not_there_finds_none(tmp_path: Path) -> None:
    reader = RunReader(str(tmp_path))
    reader.set_files([], [])
    reader.expect("notes.json")
    reader.refresh()
    assert reader.notes is None


def test_a_run_that_a_link_leads_to_is_not_written_to(
    logdir: Path, tmp_path: Path, event_file: Callable[..., object]
) -> None:
    event_file(tmp_path / "outside/deep")
    (logdir / "link").symlink_to(tmp_path / "outside")
    with Logs(logdir, index=False) as logs:
        logs.refresh()
        with pytest.raises(Refusal, match="It is reached through 'link', which is a link"):
            note(logs, "link/deep", starred=True)
    assert not (tmp_path / "outside/deep/notes.json").exists()


def test_two_viewers_lose_nothing(logs: Logs) -> None:
    """Each writes another field, many times; every one must find its own as it left it."""
    program = """
import sys
from kymo.store.edits.notes import change_notes
from kymo.store.place import Place
field, place = sys.argv[1], Place(sys.argv[2], "mlp")
for count in range(150):
    assert getattr(change_notes(place, {field: f"{count}"}), field) == f"{count}"
    assert getattr(change_notes(place, {}), field) == f"{count}"
"""
    viewers = [
        subprocess.Popen([sys.executable, "-c", program, field, str(logs.logdirs[0])]) for field in ("name", "note")
    ]
    assert [viewer.wait(60) for viewer in viewers] == [0, 0]
    assert json.loads((logs["mlp"].path / "notes.json").read_text())["note"] == "149"


@pytest.mark.parametrize("poll", [False, True])
def test_a_watcher_tells_of_notes(
    logdir: Path, poll: bool, eventually: Callable[[Callable[[], object], str], None]
) -> None:
    told: list[Changes] = []
    with Logs(logdir, index=False) as logs, Watcher(logs, told.append, poll=poll, interval=0.05):
        eventually(lambda: logs.loading is None and len(logs) == 2, "the logs are loaded")
        told.clear()
        note(logs, "mlp", name="Best")
        eventually(lambda: any("mlp" in changes.runs for changes in told), "the notes are told of")
        assert logs["mlp"].notes.name == "Best"
        (logdir / "mlp/notes.json").write_text('{"name": "Worst"}')
        eventually(lambda: logs["mlp"].notes.name == "Worst", "a change by hand is noticed")
        (logdir / "mlp/notes.json").unlink()
        eventually(lambda: logs["mlp"].notes == Notes(), "their removal is noticed")
