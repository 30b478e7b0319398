"""What holds a run back, through the route, and how often it is found out."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import kymo
from kymo.insight.finding import Finding
from kymo.server import create_app
from kymo.server.front import diagnoses
from kymo.server.front.diagnoses import Diagnoses
from kymo.store import Logs

WAIT = "The part of the steps' time that is waiting for the next batch, in percent."


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Logs]:
    """A run that waits for its data, and one that tells only of its loss."""
    with kymo.SummaryWriter(tmp_path / "waits") as writer:
        for step in range(30):
            writer.add_scalar("pipeline/data_wait", 80.0, step, walltime=1.7e9 + step, summary_description=WAIT)
            writer.add_scalar("pipeline/step", 20.0, step, walltime=1.7e9 + step)
            for name, time in (("step_time", 25.0), ("data_wait", 20.0), ("step", 5.0)):
                writer.add_scalar(f"pipeline/{name}_p50", time, step, walltime=1.7e9 + step)
    with kymo.SummaryWriter(tmp_path / "plain") as writer:
        writer.add_scalar("loss", 1.0, 1)
    with Logs(tmp_path) as logs:
        logs.refresh()
        yield logs


def answer(client: Any, run: str, **parameters: Any) -> Any:
    answer = client.get("/api/findings", params={"run": run, **parameters})
    assert answer.status_code == 200, answer.text
    return answer.json()


def client_over(logs: Logs, client_of: Any) -> Any:
    return client_of(create_app(logs, follow=False))


def test_a_finding_comes_whole_and_with_what_its_numbers_mean(
    logs: Logs, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        Finding(
            "too_few_workers",
            "critical",
            "It waits.",
            {"pipeline/data_wait": 80.0, "pipeline/unheard": math.nan},
            0.9,
            "Raise num_workers.",
            math.inf,
            "Try it.",
            1.7e9,
            "It matters.",
            ("0.weight",),
        ),
        Finding("healthy", "good", "All is well."),
    ]
    monkeypatch.setattr(diagnoses, "diagnosed", lambda _: found)
    told = answer(client_over(logs, client_of), "waits")
    assert (told["run"], told["measured"], told["current"], told["total"]) == ("waits", True, True, 2)
    assert told["findings"][0] == {
        "cause": "too_few_workers",
        "severity": "critical",
        "text": "It waits.",
        "evidence": [
            {"tag": "pipeline/data_wait", "value": 80.0, "description": WAIT},
            {"tag": "pipeline/unheard", "value": "NaN", "description": ""},
        ],
        "confidence": 0.9,
        "advice": "Raise num_workers.",
        "gain": "Infinity",
        "experiment": "Try it.",
        "since": 1.7e9,
        "why": "It matters.",
        "layers": ["0.weight"],
    }
    assert (told["findings"][1]["gain"], told["findings"][1]["since"]) == (None, None)


def test_the_rules_themselves_answer(logs: Logs, client_of: Any) -> None:
    client = client_over(logs, client_of)
    told = answer(client, "waits")
    assert told["findings"][0]["severity"] in ("warning", "critical")
    assert "pipeline/data_wait" in {one["tag"] for one in told["findings"][0]["evidence"]}
    plain = answer(client, "plain")
    assert (plain["measured"], plain["findings"][0]["cause"]) == (False, "unknown")


def test_the_answer_is_bounded(logs: Logs, client_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Finding(f"cause_{n}", "notice", "…", {f"tag/{k}": 0.0 for k in range(500)}) for n in range(500)]
    monkeypatch.setattr(diagnoses, "diagnosed", lambda _: many)
    client = client_over(logs, client_of)
    told = answer(client, "waits")
    assert (told["total"], len(told["findings"])) == (500, 20)
    assert all(len(finding["evidence"]) == 50 for finding in told["findings"])
    assert [one["cause"] for one in answer(client, "waits", limit=2)["findings"]] == ["cause_0", "cause_1"]
    assert client.get("/api/findings", params={"run": "waits", "limit": 21}).status_code == 422
    assert client.get("/api/findings", params={"run": "gone"}).status_code == 404


def test_a_run_is_looked_through_anew_once_it_has_grown_and_a_second_is_over(
    logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def diagnosed(run: Any) -> list[Finding]:
        made.append(run.name)
        return [Finding("healthy", "good", f"{len(made)}")]

    monkeypatch.setattr(diagnoses, "diagnosed", diagnosed)
    now = 0.0
    known = Diagnoses(clock=lambda: now)
    run = logs["waits"]
    first = known.of(run)
    now = 100.0
    assert known.of(run) is first
    with kymo.SummaryWriter(run.path) as writer:
        writer.add_scalar("pipeline/data_wait", 10.0, 31)
    logs.refresh()
    now = 0.5
    assert known.of(run) is first
    assert first.state != diagnoses.state_of(run)
    now = 1.5
    assert known.of(run).findings[0].text == "2"
    assert known.of(logs["plain"]).findings[0].text == "3"
    assert made == ["waits", "waits", "plain"]


def test_many_pages_cost_one_diagnosis(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    pages = 8
    together = threading.Barrier(pages)

    def diagnosed(run: Any) -> list[Finding]:
        made.append(run.name)
        threading.Event().wait(0.05)
        return []

    monkeypatch.setattr(diagnoses, "diagnosed", diagnosed)
    known = Diagnoses()

    def ask(_: int) -> Any:
        together.wait(10)
        return known.of(logs["waits"])

    with ThreadPoolExecutor(pages) as pool:
        answers = list(pool.map(ask, range(pages)))
    assert made == ["waits"]
    assert all(one is answers[0] for one in answers)


def test_no_more_than_so_many_are_kept(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnoses, "_KEPT", 1)
    monkeypatch.setattr(diagnoses, "diagnosed", lambda run: [Finding("healthy", "good", run.name)])
    known = Diagnoses()
    first = known.of(logs["waits"])
    known.of(logs["plain"])
    assert known.of(logs["waits"]) is not first
