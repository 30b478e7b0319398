"""Lists of very many runs, long loads, and a server that goes away: what the page does meanwhile."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import Page, Route, expect
from training_logs import write_series

MANY = 100_000
FIRST_PAGE = 1000
# Larger than the server's own, since every answer goes through the test.
PAGE = 11_000
SEEDS = 2000


def summary(number: int) -> dict[str, Any]:
    return {
        "name": f"lr-{number // SEEDS:02}/seed-{number % SEEDS:04}",
        "status": "idle",
        "started": float(number),
        "last_event": float(number),
        "tags": 1,
        "points": 1,
        "warnings": 0,
        "newest": None,
        "value": {"tag": "loss", "step": 1, "wall_time": 1.0, "value": number / MANY},
    }


class ManyRuns:
    """Answers for a server that lists a hundred thousand runs; the last pages wait until the test lets them come."""

    def __init__(self) -> None:
        self.runs = [summary(number) for number in range(MANY)]
        self.held: list[Route] = []
        self.hold = True
        self.questions: list[str] = []

    def answer(self, route: Route) -> None:
        url = route.request.url
        self.questions.append(url)
        after = re.search(r"after=lr-(\d+)%2Fseed-(\d+)", url)
        begin = int(after[1]) * SEEDS + int(after[2]) + 1 if after else 0
        if begin > 0 and self.hold:
            self.held.append(route)
            return
        end = begin + (PAGE if begin > 0 else FIRST_PAGE)
        chosen = [] if "since=" in url else self.runs[begin:end]
        last = "since=" in url or end >= MANY
        body = {
            "server_id": "one",
            "version": 7,
            "since": 7 if "since=" in url else None,
            "value_tag": "loss",
            "loading": None,
            "total": MANY,
            "warnings": 0,
            "latest": [run["name"] for run in self.runs[: -1 - 20 : -1]],
            "runs": chosen,
            "removed": [],
            "next": None if last else chosen[-1]["name"],
        }
        route.fulfill(body=json.dumps(body), content_type="application/json")

    def let_come(self) -> None:
        self.hold = False
        for route in self.held:
            self.answer(route)
        self.held.clear()


@pytest.fixture
def many(tmp_path: Path, serve: Callable[..., Server], page: Page) -> ManyRuns:
    # The runs that the first charts show are real ones, and one of those that come first by name.
    runs = ManyRuns()
    for run in (*runs.runs[-20:], runs.runs[1000]):
        write_series(tmp_path / run["name"], {"loss": {0: 1.0, 1: 0.5}})
    page.route("**/api/runs*", runs.answer)
    page.goto(serve(tmp_path).url)
    return runs


def rows(page: Page) -> int:
    return page.locator("#runs [role=treeitem]").count()


def test_first_chart_does_not_wait_for_the_last_page_of_the_list(many: ManyRuns, page: Page):
    Card(page, "loss").wait(series=20)
    counts = page.get_by_test_id("run-counts")
    expect(counts).to_have_text(re.compile(r"^20 of 100\s000\s+runs\s*$"))
    many.let_come()
    page.locator("#runs").focus()
    page.keyboard.press("Home")
    folder = page.locator('#runs [role=treeitem][aria-label^="lr-49, "][aria-expanded]')
    expect(page.locator('#runs [aria-label$=" / 2\u2009000 runs shown"][aria-label^="lr-00, "]')).to_have_attribute(
        "aria-setsize", "50"
    )
    page.keyboard.press("End")
    last = page.locator('#runs [aria-label^="lr-49/seed-1999,"]')
    expect(last).to_be_visible()
    assert (last.get_attribute("aria-posinset"), last.get_attribute("aria-setsize")) == ("2000", "2000")
    assert page.locator("#runs").get_attribute("aria-activedescendant") == last.get_attribute("id")
    # What is not in view is not built.
    assert rows(page) < 120
    expect(folder).to_have_count(0)


def test_selection_of_very_many_runs_is_a_short_address_and_a_bounded_chart(many: ManyRuns, page: Page):
    many.let_come()
    Card(page, "loss").wait(series=20)
    counts = page.get_by_test_id("run-counts")
    expect(page.locator('#runs [aria-label$=" / 2\u2009000 runs shown"][aria-label^="lr-00, "]')).to_have_attribute(
        "aria-setsize", "50"
    )
    page.locator("#run-filter").fill("seed-1")
    page.get_by_role("button", name="All", exact=True).click()
    expect(counts).to_have_text(re.compile(r"^50\s000 of 100\s000\s+runs\s*$"))
    assert len(page.url) < 200
    expect(page.locator("aside")).to_contain_text(re.compile(r"Charts draw the first 2\s000 of them"))
    expect(Card(page, "loss").root).to_contain_text(re.compile(r"48\s000 more runs not drawn"))
    page.reload()
    expect(counts).to_have_text(re.compile(r"^50\s000 of 100\s000\s+runs\s*$"))
    page.get_by_role("button", name="None", exact=True).click()
    expect(counts).to_have_text(re.compile(r"^0 of 100\s000\s+runs\s*$"))


def test_a_change_brings_only_what_has_changed(tmp_path: Path, serve: Callable[..., Server], page: Page):
    for number in range(5):
        write_series(tmp_path / f"run-{number}", {"loss": {0: 1.0}})
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer) if "/api/runs" in answer.url else None)
    page.goto(serve(tmp_path).url)
    Card(page, "loss").wait(series=5)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    write_series(tmp_path / "run-3", {"loss": {1: 0.25}})
    Card(page, "loss").wait(points=6)
    expect(page.locator('#runs [aria-label^="run-3, "] .value')).to_have_text("0.2500")
    told = [answer.json() for answer in answers if "since=" in answer.url]
    assert told
    assert all(len(answer["runs"]) <= 1 for answer in told[-1:])


def test_progress_is_told_in_bytes_and_takes_no_room(tmp_path: Path, serve: Callable[..., Server], page: Page):
    write_series(tmp_path / "run", {"loss": {0: 1.0, 1: 0.5}})
    state: dict[str, Any] = {"loading": None}

    def answer(route: Route) -> None:
        found = route.fetch().json()
        route.fulfill(json={**found, "loading": state["loading"]})

    def read(done: int) -> None:
        state["loading"] = {"bytes_done": done, "bytes_total": 20_000_000_000, "files_done": 0, "files_total": 3}

    page.route("**/api/runs*", answer)
    read(5_000_000_000)
    page.goto(serve(tmp_path).url)
    # What is read already is drawn while the rest is read.
    Card(page, "loss").wait(points=2)
    bar = page.get_by_role("progressbar", name="Reading logs")
    expect(bar).to_have_attribute("aria-valuenow", "25")
    expect(bar).to_have_attribute("aria-valuetext", "5.00 GB of 20.0 GB")
    places = "() => [...document.querySelectorAll('h1, .state, .toolbar, #runs, .slot')]"
    places += ".map(one => JSON.stringify(one.getBoundingClientRect()))"
    before = page.evaluate(places)
    read(15_000_000_000)
    expect(bar).to_have_attribute("aria-valuenow", "75")
    state["loading"] = None
    expect(bar).to_have_count(0)
    assert page.evaluate(places) == before


def test_server_that_goes_away_is_told_and_what_was_drawn_stays(
    tmp_path: Path, serve: Callable[..., Server], page: Page, complaints: list[str]
):
    write_series(tmp_path / "run", {"loss": {0: 1.0, 1: 0.5}})
    server = serve(tmp_path)
    page.goto(server.url)
    card = Card(page, "loss").wait(points=2)
    state = page.locator("header .state")
    expect(state).to_have_text("live")
    server.stop()
    expect(state).to_have_text("reconnecting")
    expect(state).to_have_text("offline")
    card.wait(points=2)
    server.start()
    write_series(tmp_path / "run", {"loss": {2: 0.25}})
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(state).to_have_text("live")
    card.wait(points=3)
    assert all("ERR_CONNECTION_REFUSED" in complaint for complaint in complaints), complaints
    complaints.clear()


def test_csv_of_more_names_than_a_request_may_hold_says_why_not(
    tmp_path: Path, serve: Callable[..., Server], page: Page
):
    folder = Path("\N{SNOWMAN}" * 80) / ("\N{SNOWMAN}" * 80)
    for number in range(50):
        write_series(tmp_path / folder / f"run-{number:02}", {"loss": {0: 1.0}})
    page.goto(serve(tmp_path).url)
    card = Card(page, "loss").wait(series=50)
    expect(card.open_menu().get_by_role("menuitem", name="Save as CSV")).to_have_attribute("href", "api/csv?tag=loss")
    page.keyboard.press("Escape")
    page.locator("#runs [role=treeitem]").last.click()
    card.wait(series=49)
    refused = card.open_menu().get_by_role("menuitem", name="Save as CSV")
    expect(refused).to_have_attribute("aria-disabled", "true")
    expect(refused).to_have_attribute("title", re.compile("No CSV of 49 runs: .* Show fewer runs"))
