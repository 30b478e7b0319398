"""The page follows the logs by itself, and finds its server again."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from card import Card
from column_answer import answer_to
from conftest import Server
from playwright.sync_api import Page, Route, WebSocketRoute, expect
from training_logs import write_series

from kymo import SummaryWriter, __version__

# What Chromium itself logs while nobody listens on the server's port.
SERVER_IS_AWAY = re.compile(
    r"WebSocket connection to 'ws://[^']+/api/live' failed: .*"
    r"|Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE) at http\S+/api/\S+"
)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SummaryWriter]:
    with SummaryWriter(tmp_path / "first") as writer:
        yield writer


def log(writer: SummaryWriter, tag: str, first: int, last: int) -> None:
    for step in range(first, last + 1):
        writer.add_scalar(tag, 1 / (step + 1), step)
    writer.flush()


def connection(page: Page, word: str) -> None:
    expect(page.locator("header .state")).to_have_text(word)


def stay(page: Page) -> None:
    """Marks the document: the mark is lost with a reload."""
    page.evaluate("window.stayed = true")


def test_points_appear_as_they_are_logged(
    tmp_path: Path, writer: SummaryWriter, serve: Callable[..., Server], page: Page
):
    log(writer, "loss", 0, 9)
    page.goto(serve(tmp_path).url)
    connection(page, "live")
    card = Card(page, "loss").wait(points=10, newest_step=9)
    stay(page)
    before = card.picture()
    for last in (10, 11, 40):
        log(writer, "loss", int(card.root.get_attribute("data-newest-step") or 0) + 1, last)
        card.wait(points=last + 1, newest_step=last)
    assert card.picture() != before
    assert page.evaluate("window.stayed")
    value = page.locator("#runs .value")
    expect(value).to_have_attribute("title", "loss at step 40")


def test_runs_and_tags_appear_as_they_begin(
    tmp_path: Path, writer: SummaryWriter, serve: Callable[..., Server], page: Page
):
    log(writer, "loss", 0, 9)
    page.goto(serve(tmp_path).url)
    card = Card(page, "loss").wait(series=1)
    stay(page)
    log(writer, "val/accuracy", 0, 3)
    Card(page, "val/accuracy").wait(points=4)
    with SummaryWriter(tmp_path / "second") as second:
        log(second, "loss", 0, 4)
        card.wait(series=2, points=15)
        expect(page.get_by_test_id("run-counts")).to_have_text("2 of 2 runs shown")
        expect(page.locator('#runs [aria-label^="second, "]')).to_have_attribute("aria-checked", "true")
    assert page.evaluate("window.stayed")


def test_removed_run_goes(tmp_path: Path, writer: SummaryWriter, serve: Callable[..., Server], page: Page):
    log(writer, "loss", 0, 9)
    with SummaryWriter(tmp_path / "second") as second:
        log(second, "loss", 0, 4)
    page.goto(serve(tmp_path).url)
    card = Card(page, "loss").wait(series=2)
    shutil.rmtree(tmp_path / "second")
    card.wait(series=1, points=10)
    expect(page.get_by_test_id("run-counts")).to_have_text("1 of 1 run shown")


def test_zoom_and_scroll_stay_while_points_arrive(
    tmp_path: Path, writer: SummaryWriter, serve: Callable[..., Server], page: Page
):
    for number in range(30):
        log(writer, f"layer/{number:02}", 0, 5)
    log(writer, "train/loss", 0, 99)
    page.goto(serve(tmp_path).url)
    card = Card(page, "train/loss").wait(points=100)
    zoomed = answer_to(
        page, card.tag, lambda: card.drag((0.2, 0.5), (0.6, 0.5)), lambda asked: asked["range"] is not None
    )
    main = page.locator("main")
    main.evaluate("main => main.scrollTo(0, 120)")
    again = answer_to(page, card.tag, lambda: log(writer, "train/loss", 100, 120))
    assert again.question["range"] == zoomed.question["range"]
    card.wait(points=121)
    assert main.evaluate("main => main.scrollTop") == 120


def test_page_finds_a_restarted_server_and_what_was_logged_meanwhile(
    tmp_path: Path, writer: SummaryWriter, serve: Callable[..., Server], page: Page, complaints: list[str]
):
    log(writer, "loss", 0, 9)
    server = serve(tmp_path)
    page.goto(server.url)
    connection(page, "live")
    card = Card(page, "loss").wait(newest_step=9)
    stay(page)
    server.stop()
    connection(page, "reconnecting")
    before = card.picture()
    log(writer, "loss", 10, 29)
    with SummaryWriter(tmp_path / "second") as second:
        log(second, "loss", 0, 4)
    # What was drawn stays to be read.
    assert card.picture() == before
    server.start()
    connection(page, "live")
    card.wait(series=2, points=35, newest_step=29)
    log(writer, "loss", 30, 30)
    card.wait(points=36, newest_step=30)
    assert page.evaluate("window.stayed")
    complaints[:] = [complaint for complaint in complaints if not SERVER_IS_AWAY.fullmatch(complaint)]


def test_a_change_that_the_list_tells_before_its_message_is_drawn(
    tmp_path: Path, serve: Callable[..., Server], page: Page
):
    write_series(tmp_path / "first", {"accuracy": {0: 1.0}})
    write_series(tmp_path / "second", {"loss": {0: 1.0}})
    channels: list[WebSocketRoute] = []

    def greet(channel: WebSocketRoute) -> None:
        channels.append(channel)
        channel.send(json.dumps({"type": "hello", "server_id": "any", "kymo": __version__, "version": 1}))

    def tell(runs: list[str] | None) -> None:
        channels[-1].send(json.dumps({"type": "changed", "version": 2, "runs": runs}))

    page.route_web_socket("**/api/live", greet)
    page.goto(serve(tmp_path).url + "#value=loss")
    card = Card(page, "loss").wait(points=1)
    write_series(tmp_path / "second", {"loss": {1: 0.25}})
    row = page.locator('#runs [aria-label^="second, "] .value')
    while row.inner_text() != "0.2500":
        tell(["first"])
        page.wait_for_timeout(50)
    tell(None)
    card.wait(points=2)


@pytest.mark.parametrize("failure", [503, None])
def test_a_chart_keeps_what_it_shows_while_its_question_fails_and_asks_again(
    tmp_path: Path, serve: Callable[..., Server], page: Page, complaints: list[str], failure: int | None
):
    write_series(tmp_path / "run", {"loss": dict.fromkeys(range(10), 1.0)})
    page.goto(serve(tmp_path).url)
    card = Card(page, "loss").wait(points=10)
    failed: list[Route] = []

    def fail(route: Route) -> None:
        failed.append(route)
        if failure is None:
            route.abort("connectionreset")
        else:
            route.fulfill(status=failure, json={"detail": "Too many answers."})

    page.route("**/api/columns", fail)
    with page.expect_request("**/api/columns"):
        write_series(tmp_path / "run", {"loss": {10: 0.5}})
    expect(card.root).to_have_attribute("data-state", "ready")
    expect(card.root.locator(".note")).to_have_count(0)
    page.unroute("**/api/columns")
    # Nothing else happens to the run: the chart itself asks again.
    card.wait(points=11)
    assert len(failed) >= 1
    complaints.clear()
