"""The list of runs: a page at a time, and only what has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kymo.server import create_app, runs
from kymo.store import Logs, history


@pytest.fixture
def followed(log_dir: Any, tmp_path: Path, client_of: Any) -> Iterator[Callable[[], tuple[Logs, Any]]]:
    """Logs that the test refreshes, and a client of an app over them."""
    with ExitStack() as stack:

        def follow() -> tuple[Logs, Any]:
            logs = stack.enter_context(Logs(log_dir.path))
            logs.refresh()
            return logs, client_of(create_app(logs, follow=False, static_dir=tmp_path))

        yield follow


def asked(client: Any, **parameters: Any) -> dict[str, Any]:
    answer = client.get("/api/runs", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def names(answer: dict[str, Any]) -> list[str]:
    return [run["name"] for run in answer["runs"]]


def test_pages_together_are_the_whole_list(log_dir: Any, followed: Any) -> None:
    for run in range(7):
        log_dir.write(f"run{run}", {"loss": [(1, 10.0 + run, 0.5)]})
    _, client = followed()
    whole = asked(client)
    assert (whole["total"], whole["next"], whole["since"], whole["removed"]) == (7, None, None, [])
    assert whole["latest"] == [f"run{run}" for run in reversed(range(7))]
    found: list[Any] = []
    after = None
    while True:
        page = asked(client, limit=3, **({} if after is None else {"after": after}))
        assert page["total"] == 7
        found += page["runs"]
        if (after := page["next"]) is None:
            break
        assert len(page["runs"]) == 3
    assert found == whole["runs"]


def test_a_page_begins_after_a_name_that_is_gone(log_dir: Any, followed: Any) -> None:
    for name in ("a", "c"):
        log_dir.write(name, {"loss": [(1, 1.0, 1.0)]})
    _, client = followed()
    assert names(asked(client, after="b")) == ["c"]
    assert names(asked(client, after="c")) == []


def test_only_what_has_changed_is_sent(log_dir: Any, followed: Any) -> None:
    files = {name: log_dir.write(name, {"loss": [(1, 10.0, 0.5)]}) for name in "abcd"}
    logs, client = followed()
    first = asked(client)
    nothing = asked(client, since=first["version"])
    assert (nothing["since"], nothing["runs"], nothing["total"]) == (first["version"], [], 4)
    log_dir.grow(files["b"], {"loss": [(2, 11.0, 0.25)]})
    files["c"].unlink()
    log_dir.write("e", {"loss": [(1, 20.0, 0.5)]})
    logs.refresh()
    later = asked(client, since=first["version"])
    assert (names(later), later["removed"], later["total"]) == (["b", "e"], ["c"], 4)
    assert later["runs"][0]["points"] == 2
    assert later["latest"][0] == "e"
    assert asked(client, since=later["version"])["runs"] == []


def test_what_changes_between_two_pages_is_not_lost(log_dir: Any, followed: Any) -> None:
    files = {name: log_dir.write(name, {"loss": [(1, 10.0, 0.5)]}) for name in "abcd"}
    logs, client = followed()
    start = asked(client)["version"]
    for file in files.values():
        log_dir.grow(file, {"loss": [(2, 11.0, 0.25)]})
    logs.refresh()
    first = asked(client, since=start, limit=2)
    assert (names(first), first["next"]) == (["a", "b"], "b")
    log_dir.grow(files["a"], {"loss": [(3, 12.0, 0.125)]})
    logs.refresh()
    assert names(asked(client, since=start, limit=2, after="b")) == ["c", "d"]
    assert names(asked(client, since=first["version"])) == ["a"]


def test_building_a_difference_costs_what_has_changed(
    log_dir: Any, followed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [log_dir.write(f"run{run:02}", {"loss": [(1, 10.0, 0.5)]}) for run in range(50)]
    logs, client = followed()
    version = asked(client)["version"]
    log_dir.grow(files[7], {"loss": [(2, 11.0, 0.25)]})
    logs.refresh()
    looked_at: list[str] = []
    get = Logs.__getitem__
    monkeypatch.setattr(Logs, "__getitem__", lambda self, name: looked_at.append(name) or get(self, name))  # type: ignore[func-returns-value] # append is None
    assert names(asked(client, since=version)) == ["run07"]
    assert set(looked_at) == {"run07"}


def test_a_version_that_is_not_known_brings_everything(
    log_dir: Any, followed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX_REMOVED", 1)
    files = [log_dir.write(name, {"loss": [(1, 10.0, 0.5)]}) for name in "abc"]
    logs, client = followed()
    version = asked(client)["version"]
    for since in (version + 1, -1, 10**15):
        answer = asked(client, since=since, after="a")
        assert (answer["since"], names(answer)) == (None, ["a", "b", "c"])
    for file in files[:2]:
        file.unlink()
        logs.refresh()
    answer = asked(client, since=version)
    assert (answer["since"], names(answer), answer["removed"]) == (None, ["c"], [])


def test_another_tag_of_values_brings_everything(log_dir: Any, followed: Any) -> None:
    log_dir.write("a", {"loss": [(1, 10.0, 0.5)]})
    logs, client = followed()
    first = asked(client)
    assert first["value_tag"] == "loss"
    log_dir.write("b", {"val/accuracy": [(1, 10.0, 0.75)]})
    logs.refresh()
    later = asked(client, since=first["version"])
    assert (later["value_tag"], later["since"], names(later)) == ("val/accuracy", None, ["a", "b"])
    chosen = asked(client, since=first["version"], value_tag="loss")
    assert (chosen["since"], names(chosen)) == (first["version"], ["b"])


def test_warnings_are_counted_as_they_come_and_go(log_dir: Any, followed: Any) -> None:
    file = log_dir.write("a", {"loss": [(1, 10.0, 0.5)]})
    log_dir.write("b", {"loss": [(1, 10.0, 0.5)]})
    logs, client = followed()
    first = asked(client)
    assert first["warnings"] == 0
    (file.parent / "run.json").write_text("{")
    (file.parent / "events.out.tfevents.2.link").symlink_to("nowhere")
    logs.refresh()
    later = asked(client, since=first["version"])
    assert (later["warnings"], [(run["name"], run["warnings"]) for run in later["runs"]]) == (2, [("a", 2)])
    found = client.get("/api/warnings", params={"limit": 1}).json()
    assert (found["total"], len(found["warnings"])) == (2, 1)
    of_a, of_b = (client.get("/api/warnings", params={"run": run}).json() for run in "ab")
    assert (of_a["total"], len(of_a["warnings"]), of_b) == (2, 2, {"total": 0, "warnings": []})


def test_sizes_are_those_of_all_event_files(log_dir: Any, followed: Any) -> None:
    files = [log_dir.write("mlp", {"loss": [(step, 1.0, 0.5)]}) for step in range(2)]
    log_dir.write("cnn", {"loss": [(1, 1.0, 0.5)] * 20})
    _, client = followed()
    answer = client.post("/api/sizes", json={"runs": ["mlp", "gone", "cnn"]}).json()
    sizes = [sum(file.stat().st_size for file in files), None, answer["bytes"][2]]
    assert answer == {"bytes": sizes} and sizes[2] > sizes[0] / 2


def test_progress_is_told_in_bytes(log_dir: Any, tmp_path: Path, client_of: Any) -> None:
    file = log_dir.write("a", {"loss": [(step, 10.0, 0.5) for step in range(100)]})
    with Logs(log_dir.path) as logs:
        client = client_of(create_app(logs, follow=False, static_dir=tmp_path))
        nothing = {"bytes_done": 0, "bytes_total": 0, "files_done": 0, "files_total": 0}
        assert asked(client)["loading"] == nothing
        logs.discover()
        size = file.stat().st_size
        assert asked(client)["loading"] == {**nothing, "bytes_total": size, "files_total": 1}
        logs.load(logs.outdated(), slice_bytes=size // 2, seconds=0.0)
        loading = asked(client)["loading"]
        assert 0 < loading["bytes_done"] < loading["bytes_total"] == size
        logs.refresh()
        assert asked(client)["loading"] is None


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"limit": runs.MAX_LISTED + 1}, {"since": "x"}])
def test_a_wrong_question_is_answered_in_one_sentence(log_dir: Any, followed: Any, parameters: Any) -> None:
    _, client = followed()
    answer = client.get("/api/runs", params=parameters)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(next(iter(parameters)))
