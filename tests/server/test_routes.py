"""The JSON routes over real event files."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from kymo.server import tags


def test_runs_are_listed(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(1, 10.0, 0.5), (2, 11.0, float("inf"))], "epoch": [(2, 10.5, 1.0)]})
    log_dir.write("deep/cnn", {"loss": [(1, 20.0, 0.25)]})
    found = opened().get("/api/runs").json()
    assert (found["loading"], found["version"] > 0) == (None, True)
    cnn, mlp = found["runs"]
    assert mlp == {
        "name": "mlp",
        "status": "live",
        "started": 10.0,
        "last_event": 11.0,
        "tags": 2,
        "points": 3,
        "warnings": 0,
        "newest": {"tag": "loss", "step": 2, "wall_time": 11.0, "value": "Infinity"},
        "value": {"tag": "loss", "step": 2, "wall_time": 11.0, "value": "Infinity"},
        "notes": None,
        "front": False,
    }
    assert found["value_tag"] == "loss"
    assert (cnn["name"], cnn["newest"]["value"]) == ("deep/cnn", 0.25)


def test_the_list_of_runs_shows_the_tag_that_was_asked_for(log_dir: Any, opened: Any) -> None:
    log_dir.write("a", {"val/accuracy": [(1, 10.0, 0.5), (2, 11.0, 0.75)], "epoch": [(2, 12.0, 40.0)]})
    log_dir.write("b", {"lr": [(1, 10.0, 0.125)]})
    client = opened()

    def values(**parameters: str) -> tuple[str | None, list[Any]]:
        found = client.get("/api/runs", params=parameters).json()
        return found["value_tag"], [run["value"] for run in found["runs"]]

    accuracy = {"tag": "val/accuracy", "step": 2, "wall_time": 11.0, "value": 0.75}
    rate = {"tag": "lr", "step": 1, "wall_time": 10.0, "value": 0.125}
    assert values() == ("val/accuracy", [accuracy, None])
    assert values(value_tag="lr") == ("lr", [None, rate])
    assert values(value_tag="not there yet") == ("not there yet", [None, None])
    assert values() == ("val/accuracy", [accuracy, None])


def test_an_empty_log_directory_has_no_runs(log_dir: Any, opened: Any) -> None:
    client = opened()
    assert client.get("/api/runs").json()["runs"] == []
    assert client.get("/api/tags").json()["tags"] == []
    assert client.get("/api/warnings").json() == {"total": 0, "warnings": []}


def test_an_unchanged_list_is_not_sent_again(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(1, 10.0, 0.5)]})
    client = opened()
    for path in ("/api/runs", "/api/tags"):
        first = client.get(path)
        again = client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_tags_are_counted_over_all_runs(log_dir: Any, opened: Any) -> None:
    log_dir.write("a", {"loss": [(1, 1.0, 1.0)], "only/a": [(1, 1.0, 1.0)]}, texts={"notes": ["hello"]})
    log_dir.write("b", {"loss": [(1, 1.0, 1.0)]})
    client = opened()
    found = client.get("/api/tags").json()
    assert (found["total"], found["next"]) == (3, None)
    expected = [("loss", "scalar", 2), ("notes", "text", 1), ("only/a", "scalar", 1)]
    assert [(entry["tag"], entry["kind"], entry["runs"]) for entry in found["tags"]] == expected
    first = client.get("/api/tags", params={"limit": 2}).json()
    assert (len(first["tags"]), first["total"], first["next"]) == (2, 3, "notes")
    rest = client.get("/api/tags", params={"limit": 2, "after": "notes"}).json()
    assert first["tags"] + rest["tags"] == found["tags"]
    assert rest["next"] is None


def test_tags_say_which_of_some_runs_have_them(log_dir: Any, opened: Any) -> None:
    log_dir.write("a", {"loss": [(1, 1.0, 1.0)], "some": [(1, 1.0, 1.0)]}, texts={"notes": ["hello"]})
    log_dir.write("b", {"loss": [(1, 1.0, 1.0)]})
    log_dir.write("c", {"loss": [(1, 1.0, 1.0)], "some": [(1, 1.0, 1.0)]})
    found = opened().post("/api/tags", json={"runs": ["a", "b", "c", "../../etc"]}).json()
    assert {entry["tag"]: (entry["kind"], entry["runs"]) for entry in found["tags"]} == {
        "loss": ("scalar", [[0, 2]]),
        "some": ("scalar", [[0, 0], [2, 2]]),
        "notes": ("text", [[0, 0]]),
    }


def test_tags_that_differ_from_run_to_run_are_bounded(
    log_dir: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run in range(4):
        log_dir.write(f"run{run}", {f"{run}/{tag}": [(1, 1.0, 1.0)] for tag in range(5)})
    monkeypatch.setattr(tags, "MAX_RANGES", 12)
    client = opened()
    assert client.post("/api/tags", json={"runs": ["run0", "run1"]}).status_code == 200
    refused = client.post("/api/tags", json={"runs": ["run0", "run1", "run2", "run3"]})
    assert refused.status_code == 413
    assert refused.json()["detail"].endswith("ask for fewer runs.")


def test_one_run_in_full(log_dir: Any, opened: Any) -> None:
    file = log_dir.write("mlp", {"loss": [(7, 10.0, 0.5)]}, start=7)
    (file.parent / "run.json").write_text('{"status": "completed", "config": {"lr": 0.1}}')
    found = opened().get("/api/run", params={"run": "mlp"}).json()
    assert (found["name"], found["path"]) == ("mlp", str(file.parent))
    assert found["metadata"]["config"] == {"lr": 0.1}
    assert [(entry["path"], entry["size"]) for entry in found["files"]] == [(str(file), file.stat().st_size)]
    assert [(entry["status"], entry["step"], entry["file"]) for entry in found["sessions"]] == [("START", 7, str(file))]
    assert [(entry["tag"], entry["count"]) for entry in found["tags"]] == [("loss", 1)]


@pytest.mark.parametrize(
    "name", ["../../etc", "../secret", "/etc", "mlp/../../secret", "%2e%2e/secret", "mlp/", ".", "", "a\0b"]
)
@pytest.mark.parametrize("route", ["/api/run", "/api/texts", "/api/csv"])
def test_a_run_name_is_no_path(log_dir: Any, opened: Any, name: str, route: str) -> None:
    log_dir.write("mlp", {"loss": [(1, 1.0, 1.0)]})
    secret = log_dir.write("../secret", {"loss": [(1, 1.0, 42.0)]}, texts={"notes": ["hidden"]})
    answer = opened().get(route, params={"run": name, "tag": "loss"})
    assert answer.status_code == 404
    assert "GET api/runs lists the runs" in answer.json()["detail"]
    assert str(secret.parent) not in answer.text
    assert "hidden" not in answer.text


def test_names_are_data(log_dir: Any, opened: Any) -> None:
    tag = '<script>alert("tag")</script>'
    log_dir.write("<img src=x onerror=alert(1)>", {tag: [(1, 1.0, 1.0)]})
    client = opened()
    for path in ("/api/runs", "/api/tags"):
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get("/api/tags").json()["tags"][0]["tag"] == tag


def test_texts_are_rendered_and_sanitised(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {}, texts={"notes": ["old", "*new* <script>alert(1)</script>"]})
    client = opened()
    found = client.get("/api/texts", params={"run": "mlp", "tag": "notes"}).json()
    assert [entry["step"] for entry in found] == [0, 1]
    assert found[1]["html"] == "<p><em>new</em> &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"
    newest = client.get("/api/texts", params={"run": "mlp", "tag": "notes", "limit": 1}).json()
    assert newest == found[1:]
    assert client.get("/api/texts", params={"run": "mlp", "tag": "nothing"}).json() == []


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/api/run", "run is missing: see openapi.json for what to send."),
        ("/api/texts?run=a&tag=b&limit=0", "limit is '0': input should be greater than or equal to 1."),
        ("/api/texts?run=a&tag=b&limit=x", "limit is 'x': input should be a valid integer"),
    ],
)
def test_a_wrong_question_is_answered_in_one_sentence(log_dir: Any, opened: Any, path: str, detail: str) -> None:
    answer = opened().get(path)
    assert answer.status_code == 422
    assert list(answer.json()) == ["detail"]
    assert answer.json()["detail"].startswith(detail)


def test_damage_is_told(log_dir: Any, opened: Any) -> None:
    file = log_dir.write("mlp", {"loss": [(step, 1.0 + step, 1.0) for step in range(100)]})
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    client = opened()
    found = client.get("/api/warnings").json()
    (warning,) = found["warnings"]
    assert found["total"] == 1
    assert (warning["run"], warning["file"]) == ("mlp", str(file))
    assert 0 < warning["offset"] < len(content)
    assert warning["rule"].startswith("K1")
    run = client.get("/api/runs").json()["runs"][0]
    assert (run["warnings"], run["points"]) == (1, 99)


def test_answers_are_plain_json(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(1, 1.0, float("nan"))]})
    client = opened()
    for path in ("/api/info", "/api/runs", "/api/tags", "/api/run?run=mlp", "/api/warnings"):

        def refuse(constant: str) -> None:
            raise AssertionError(constant)

        json.loads(client.get(path).content, parse_constant=refuse)


def test_a_run_file_may_hold_anything(log_dir: Any, opened: Any) -> None:
    file = log_dir.write("mlp", {"loss": [(1, 1.0, 1.0)]})
    deep = "[" * 200 + "]" * 200
    text = f'{{"status": "running", "a": NaN, "b": [-Infinity, {{"c": "\\ud800"}}], "d": {deep}, "e": null}}'
    (file.parent / "run.json").write_text(text)
    metadata = opened().get("/api/run", params={"run": "mlp"}).json()["metadata"]
    assert (metadata["a"], metadata["b"], metadata["e"]) == ("NaN", ["-Infinity", {"c": "?"}], None)
    assert "…" in json.dumps(metadata["d"], ensure_ascii=False)


def test_times_that_are_no_times_are_told_as_json_can(log_dir: Any, opened: Any) -> None:
    log_dir.write("mlp", {"loss": [(1, 10.0, 0.5), (2, float("inf"), 0.25)]}, texts={"notes": ["hello"]})
    client = opened()
    assert client.get("/api/runs").json()["runs"][0]["newest"]["wall_time"] == "Infinity"
    assert "mlp,2,Infinity,0.25,0" in client.get("/api/csv?tag=loss").text.split("\r\n")


def test_what_is_not_there_is_answered_in_a_sentence(log_dir: Any, opened: Any) -> None:
    client = opened()
    assert client.get("/api/nothing").json() == {
        "detail": "Nothing is at '/api/nothing': see openapi.json for what there is."
    }
    assert client.enter().post("/api/runs").json() == {
        "detail": "'/api/runs' does not take POST: see openapi.json for what there is."
    }


def test_a_route_can_be_asked_for_its_head(log_dir: Any, opened: Any) -> None:
    client = opened()
    answer, full = client.request("HEAD", "/api/runs"), client.get("/api/runs")
    assert (answer.status_code, answer.headers["etag"]) == (200, full.headers["etag"])


def test_a_body_that_is_not_declared_as_json_is_told_so(log_dir: Any, opened: Any) -> None:
    answer = opened().post("/api/columns", content=b'{"questions": []}')
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("send the header Content-Type: application/json.")


@pytest.mark.parametrize("body", [{"tag": "\ud800", "runs": []}, {"tag": "loss", "runs": ["a", "\udfff"]}])
def test_half_a_surrogate_pair_is_no_name(log_dir: Any, opened: Any, body: dict[str, Any]) -> None:
    headers = {"content-type": "application/json"}
    answer = opened().post("/api/columns", content=json.dumps({"questions": [body]}), headers=headers)
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith("text has half of a surrogate pair.")


def test_a_run_may_vanish_while_runs_are_listed(app_of: Any, client_of: Any, fake_logs: Any) -> None:
    fake_logs["gone"] = None
    client = client_of(app_of())
    assert client.get("/api/runs").json()["runs"] == []
    assert client.get("/api/tags").json() == {"version": 1, "total": 0, "tags": [], "next": None}
    assert client.post("/api/tags", json={"runs": ["gone"]}).json() == {"version": 1, "tags": []}


def test_names_that_are_not_text_are_shown_escaped(log_dir: Any, opened: Any) -> None:
    file = log_dir.write(os.fsdecode(b"caf\xe9"), {"loss": [(1, 1.0, 1.0)]})
    (file.parent / "run.json").write_text("{")
    client = opened()
    assert client.get("/api/runs").json()["runs"][0]["name"] == "caf\\xe9"
    assert client.get("/api/run", params={"run": "caf\\xe9"}).json()["path"].endswith("/caf\\xe9")
    assert "/caf\\xe9/" in client.get("/api/warnings").json()["warnings"][0]["file"]
