import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from kymo.store.discovery import Discovery, Explorer


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def explore(*roots: Path) -> Discovery:
    return Explorer(roots).explore()


def test_runs_are_directories_with_event_files(tmp_path: Path):
    touch(tmp_path / "events.out.tfevents.1")
    touch(tmp_path / "a/b/x.tfevents.2")
    touch(tmp_path / "a/b/events.out.tfevents.1")
    touch(tmp_path / "a/b/last.pth")
    touch(tmp_path / "c/events.out.tfevents.1.profile-empty")
    (tmp_path / "empty").mkdir()
    found = explore(tmp_path)
    assert sorted(found.runs) == [".", "a/b"]
    assert found.runs["a/b"].files == (f"{tmp_path}/a/b/events.out.tfevents.1", f"{tmp_path}/a/b/x.tfevents.2")
    assert found.warnings == []


def test_what_is_in_the_trash_is_no_run(tmp_path: Path):
    touch(tmp_path / "mlp/events.out.tfevents.1")
    touch(tmp_path / ".kymo-trash/20200101-000000-00000000/content/events.out.tfevents.1")
    touch(tmp_path / "deep/.kymo-trash/20200101-000000-00000000/content/events.out.tfevents.1")
    (tmp_path / "mlp/.kymo-trash").symlink_to(tmp_path / "deep")
    found = explore(tmp_path)
    assert list(found.runs) == ["mlp"]
    assert [path for path in found.directories if "/.kymo-trash" in path] == []


def test_what_lies_beside_the_event_files_is_named(tmp_path: Path):
    for name in ("run.json", "events.out.tfevents.1", "notes.json", "other.json"):
        touch(tmp_path / "mlp" / name)
    touch(tmp_path / "cnn/events.out.tfevents.1")
    runs = explore(tmp_path).runs
    assert (runs["mlp"].beside, runs["cnn"].beside) == (("notes.json", "run.json"), ())


def test_a_directory_whose_name_has_the_mark_is_walked(tmp_path: Path):
    touch(tmp_path / "events.out.tfevents.7/inner/events.out.tfevents.1")
    assert list(explore(tmp_path).runs) == ["events.out.tfevents.7/inner"]


def test_several_log_directories(tmp_path: Path):
    for name in ("a/runs", "b/runs"):
        touch(tmp_path / name / "events.out.tfevents.1")
        touch(tmp_path / name / "mlp/events.out.tfevents.1")
    found = explore(tmp_path / "a/runs", tmp_path / "b/runs")
    assert sorted(found.runs) == ["a/runs", "a/runs/mlp", "b/runs", "b/runs/mlp"]


def test_two_runs_never_share_a_name(tmp_path: Path):
    roots = [tmp_path / "p/a", tmp_path / "q/a/b", tmp_path / "r/b"]
    for path in (tmp_path / "p/a/b", *roots):
        touch(path / "events.out.tfevents.1")
    found = explore(*roots)
    assert len(found.runs) == 4
    assert len({run.path for run in found.runs.values()}) == 4


def test_a_missing_log_directory_is_waited_for(tmp_path: Path):
    found = explore(tmp_path / "later")
    assert found.missing == [str(tmp_path / "later")]
    assert found.warnings == []
    assert found.anchors == {}


def test_a_log_directory_that_is_a_file(tmp_path: Path):
    found = explore(touch(tmp_path / "file"))
    assert [(item.rule, item.file) for item in found.warnings] == [("K501", str(tmp_path / "file"))]


def test_links_to_directories_are_followed_once_and_loops_end(tmp_path: Path):
    root, outside = tmp_path / "runs", tmp_path / "outside"
    touch(root / "zebra/events.out.tfevents.1")
    touch(outside / "deep/events.out.tfevents.1")
    (root / "best").symlink_to(root / "zebra")
    (root / "other").symlink_to(outside)
    (root / "same").symlink_to(outside)
    (root / "zebra/loop").symlink_to(root)
    (outside / "back").symlink_to(outside)
    (root / "self").symlink_to("self")
    found = explore(root)
    assert sorted(found.runs) == ["other/deep", "zebra"]
    assert set(found.anchors) == {str(root), str(outside)}
    assert found.runs["other/deep"].real_path == str(outside / "deep")
    assert found.warnings == []


def test_a_link_to_an_event_file_is_one(tmp_path: Path):
    target = touch(tmp_path / "outside/data")
    (tmp_path / "runs/mlp").mkdir(parents=True)
    (tmp_path / "runs/mlp/events.out.tfevents.1").symlink_to(target)
    assert list(explore(tmp_path / "runs").runs) == ["mlp"]


def test_what_is_not_a_file_is_left_out_with_a_warning(tmp_path: Path):
    touch(tmp_path / "good/events.out.tfevents.1")
    (tmp_path / "bad").mkdir()
    os.mkfifo(tmp_path / "bad/pipe.tfevents.1")
    (tmp_path / "bad/events.out.tfevents.2").symlink_to(tmp_path / "nowhere")
    (tmp_path / "bad/events.out.tfevents.3").symlink_to(tmp_path / "bad/pipe.tfevents.1")
    (tmp_path / "bad/events.out.tfevents.4").symlink_to("events.out.tfevents.4")
    found = explore(tmp_path)
    assert list(found.runs) == ["good"]
    assert {item.rule for item in found.warnings} == {"K502"}
    assert len(found.warnings) == 4


def test_a_directory_that_cannot_be_read_costs_a_warning(
    tmp_path: Path, unreadable: Callable[[Path], AbstractContextManager[None]]
):
    touch(tmp_path / "lost/events.out.tfevents.1")
    touch(tmp_path / "good/events.out.tfevents.1")
    with unreadable(tmp_path / "lost"):
        found = explore(tmp_path)
    assert list(found.runs) == ["good"]
    assert found.unreadable == [f"{tmp_path}/lost"]
    assert "Input/output error" in found.warnings[0].cause


def test_a_settled_directory_is_not_listed_again(
    tmp_path: Path, unreadable: Callable[[Path], AbstractContextManager[None]]
):
    touch(tmp_path / "mlp/events.out.tfevents.1")
    at = [0.0]
    explorer = Explorer([tmp_path], lambda: at[0])
    explorer.explore()
    at[0] = 3.0
    explorer.explore()
    with unreadable(tmp_path / "mlp"):
        assert list(explorer.explore().runs) == ["mlp"], "a listing that is trusted is not made again"


def test_a_change_within_one_tick_of_the_clock_is_seen(tmp_path: Path):
    at = [0.0]
    explorer = Explorer([tmp_path], lambda: at[0])
    explorer.explore()
    before = tmp_path.stat()
    touch(tmp_path / "mlp/events.out.tfevents.1")
    os.utime(tmp_path, ns=(before.st_atime_ns, before.st_mtime_ns))
    at[0] = 1.0
    assert list(explorer.explore().runs) == ["mlp"]


def test_changes_are_seen_by_the_next_walk(tmp_path: Path):
    at = [0.0]
    explorer = Explorer([tmp_path], lambda: at[0])
    touch(tmp_path / "a/events.out.tfevents.1")
    for at[0] in (0.0, 3.0, 6.0):
        assert list(explorer.explore().runs) == ["a"]
    (tmp_path / "a").rename(tmp_path / "b")
    assert list(explorer.explore().runs) == ["b"]
    touch(tmp_path / "b/events.out.tfevents.2")
    assert len(explorer.explore().runs["b"].files) == 2
    for file in (tmp_path / "b").iterdir():
        file.unlink()
    assert list(explorer.explore().runs) == []


def test_a_link_that_becomes_valid_is_seen(tmp_path: Path):
    at = [0.0]
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/link").symlink_to(tmp_path / "later")
    explorer = Explorer([tmp_path / "runs"], lambda: at[0])
    for at[0] in (0.0, 3.0, 6.0):
        assert explorer.explore().runs == {}
    touch(tmp_path / "later/events.out.tfevents.1")
    assert list(explorer.explore().runs) == ["link"]
