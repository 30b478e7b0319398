import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kymo.store import Logs, Run, UnknownNameError

MakeEventFile = Callable[..., Any]


def opened(logdir: Path, now: float = 1000.0) -> Logs:
    logs = Logs(logdir, clock=lambda: now)
    logs.refresh()
    return logs


def describe(directory: Path, **content: object) -> None:
    (directory / "run.json").write_text(json.dumps(content))


@pytest.fixture
def run(tmp_path: Path, event_file: MakeEventFile) -> Run:
    file = event_file(tmp_path / "mlp", started=999.0)
    file.scalar("train/loss", 1.0, 0)
    file.text("notes", ["# hello"], 0)
    file.scalar("val/accuracy", 0.5, 1)
    file.scalar("train/loss", 0.5, 2)
    return opened(tmp_path)["mlp"]


def test_it_maps_scalar_tags_in_the_order_they_appeared(run: Run):
    assert list(run) == ["train/loss", "val/accuracy"]
    assert len(run) == 2
    assert "train/loss" in run
    assert "notes" not in run
    assert 3 not in run
    assert [(info.tag, info.kind, info.count) for info in run.tags] == [
        ("train/loss", "scalar", 2),
        ("notes", "text", 1),
        ("val/accuracy", "scalar", 1),
    ]


def test_what_it_knows_of_itself(run: Run, tmp_path: Path):
    assert (run.name, run.path, run.points) == ("mlp", tmp_path / "mlp", 3)
    assert (run.started, run.last_event) == (999.0, 1002.0)
    assert run.newest == ("train/loss", 2, 1002.0, 0.5)
    assert run.metadata == {}
    assert run.sessions == []
    assert [Path(file.path).name for file in run.files] == ["events.out.tfevents.0"]
    assert repr(run) == "<Run 'mlp': 2 series, 3 points, live>"


def test_an_unknown_series_is_named_with_its_neighbours(run: Run):
    with pytest.raises(UnknownNameError, match="no series 'train/los' in run 'mlp'; near names are 'train/loss'"):
        run["train/los"]
    with pytest.raises(KeyError, match="no series 'notes'"):
        run["notes"]


def test_a_run_without_a_point(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/events.out.tfevents.0").touch()
    run = opened(tmp_path)["empty"]
    assert list(run) == []
    assert run.newest is None
    assert run.started is None
    assert run.warnings == []


def test_the_status_follows_the_clock(tmp_path: Path, event_file: MakeEventFile):
    file = event_file(tmp_path / "mlp")
    os.utime(file.path, (1000, 1000))
    now = [1020.0]
    logs = Logs(tmp_path, clock=lambda: now[0])
    logs.refresh()
    assert logs["mlp"].status == "live"
    assert logs.status_changes() == ()
    now[0] = 1031.0
    assert logs["mlp"].status == "idle"
    assert logs.status_changes() == ("mlp",)
    assert logs.status_changes() == ()


def test_the_description_is_followed(tmp_path: Path, event_file: MakeEventFile):
    event_file(tmp_path / "mlp")
    logs = opened(tmp_path)
    run = logs["mlp"]
    describe(tmp_path / "mlp", status="running", heartbeat=990.0, config={"lr": 0.1})
    assert logs.refresh().runs == ("mlp",)
    assert run.status == "live"
    assert run.metadata["config"] == {"lr": 0.1}
    describe(tmp_path / "mlp", status="running", heartbeat=900.0, started=1.0)
    logs.refresh()
    assert run.status == "stale"
    describe(tmp_path / "mlp", status="early_stopping")
    logs.refresh()
    assert run.status == "finished"
    (tmp_path / "mlp/run.json").unlink()
    logs.refresh()
    assert run.metadata == {}


def test_a_damaged_description_costs_a_warning_not_the_run(tmp_path: Path, event_file: MakeEventFile):
    event_file(tmp_path / "mlp").scalar("loss", 1.0, 0)
    (tmp_path / "mlp/run.json").write_text('{"status": ')
    logs = opened(tmp_path)
    run = logs["mlp"]
    assert len(run["loss"]) == 1
    assert run.metadata == {}
    (warning,) = logs.warnings
    assert (warning.run, warning.rule, warning.file) == ("mlp", "K503", str(tmp_path / "mlp/run.json"))
    describe(tmp_path / "mlp", status="completed")
    logs.refresh()
    assert logs.warnings == []
    assert run.status == "finished"


def test_files_that_cannot_be_read_leave_the_run_its_others(tmp_path: Path, event_file: MakeEventFile):
    event_file(tmp_path / "mlp", "0").scalar("loss", 1.0, 0)
    (tmp_path / "mlp/events.out.tfevents.1").symlink_to(tmp_path / "nowhere")
    logs = opened(tmp_path)
    assert len(logs["mlp"]["loss"]) == 1
    (warning,) = logs.warnings
    assert (warning.run, warning.rule) == ("mlp", "K502")


def test_a_file_time_in_the_future_is_no_life_for_ever(tmp_path: Path, event_file: MakeEventFile):
    file = event_file(tmp_path / "mlp")
    os.utime(file.path, (9e9, 9e9))
    now = [2000.0]
    with Logs(tmp_path, clock=lambda: now[0]) as logs:
        logs.refresh()
        assert logs["mlp"].status == "live"
        now[0] += 60.0
        assert logs["mlp"].status == "idle"
        file.scalar("x", 1.0, 0)
        os.utime(file.path, (9.1e9, 9.1e9))
        logs.refresh()
        assert logs["mlp"].status == "live"


def test_warnings_do_not_wait_for_a_slow_disk(logdir: Path):
    with Logs(logdir) as logs:
        logs.refresh()
        with logs["mlp"].reader._lock:
            assert logs.warnings == []
