"""While the page is paused nothing on it changes by itself; what has changed meanwhile is counted, then shown."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from card import Card
from column_answer import answer_to
from conftest import Server
from playwright.sync_api import Locator, Page, Route, expect
from test_live import SERVER_IS_AWAY, connection, log

from kymo import SummaryWriter


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SummaryWriter]:
    with SummaryWriter(tmp_path / "first") as writer:
        log(writer, "loss", 0, 9)
        writer.add_text("words", "what was said first", 0)
        writer.flush()
        yield writer


@pytest.fixture
def paused(tmp_path: Path, writer: SummaryWriter, serve: Callable[..., Server], page: Page) -> Page:
    page.goto(serve(tmp_path).url)
    connection(page, "live")
    Card(page, "loss").wait(points=10)
    expect(page.get_by_text("what was said first")).to_be_visible()
    page.keyboard.press("p")
    expect(button(page, "paused")).to_have_attribute("aria-pressed", "true")
    return page


def button(page: Page, name: str) -> Locator:
    return page.locator("header").get_by_role("button", name=name, exact=True)


def log_much(tmp_path: Path, writer: SummaryWriter) -> None:
    """To two runs, one of which is not there yet."""
    log(writer, "loss", 10, 29)
    log(writer, "other", 0, 9)
    writer.add_text("words", "what was said later", 1)
    writer.flush()
    with SummaryWriter(tmp_path / "second") as second:
        log(second, "loss", 0, 4)


def test_nothing_changes_until_the_reader_goes_on(tmp_path: Path, writer: SummaryWriter, paused: Page):
    questions: list[str] = []
    paused.on("request", lambda request: questions.append(request.url))
    card = Card(paused, "loss")
    before = paused.locator("#app").inner_text()
    log_much(tmp_path, writer)
    # Both runs; the new one may be told as a change of the list, too.
    waiting = paused.locator("header").get_by_role("button", name=re.compile("^paused · [23] changes$"))
    expect(waiting).to_be_visible()
    connection(paused, "live")
    assert questions == []
    assert re.sub(r"paused · \d changes", "paused", paused.locator("#app").inner_text()) == before
    assert card.root.get_attribute("data-newest-step") == "9"
    paused.keyboard.press("p")
    card.wait(series=2, points=35, newest_step=29)
    Card(paused, "other").wait(points=10)
    expect(paused.get_by_text("what was said later")).to_be_visible()
    expect(paused.get_by_test_id("run-counts")).to_have_text("2 of 2 runs shown")
    expect(button(paused, "Pause")).to_have_attribute("aria-pressed", "false")
    log(writer, "loss", 30, 30)
    card.wait(points=36)


def test_button_pauses_and_goes_on(tmp_path: Path, writer: SummaryWriter, paused: Page):
    button(paused, "paused").click()
    log(writer, "loss", 10, 19)
    Card(paused, "loss").wait(points=20)
    button(paused, "Pause").click()
    log(writer, "loss", 20, 29)
    button(paused, "paused · 1 change").click()
    Card(paused, "loss").wait(points=30)


def test_what_the_reader_asks_for_is_answered(tmp_path: Path, writer: SummaryWriter, paused: Page):
    log(writer, "loss", 10, 29)
    expect(button(paused, "paused · 1 change")).to_be_visible()
    card = Card(paused, "loss")
    zoomed = answer_to(
        paused, card.tag, lambda: card.drag((0.2, 0.5), (0.6, 0.5)), lambda asked: asked["range"] is not None
    )
    low, high = zoomed.question["range"]
    assert 0 < low < high < 9
    card.wait()
    # The list's values and their order are asked for as well.
    paused.get_by_label("Order of the runs").select_option("latest")
    expect(paused.locator("#runs [role=treeitem]")).to_have_count(1)
    expect(button(paused, "paused · 1 change")).to_be_visible()


def test_list_goes_on_being_paused_while_logs_are_read(
    tmp_path: Path, writer: SummaryWriter, serve: Callable[..., Server], page: Page
):
    """Reading is followed by asking again and again, not by messages alone."""
    asked: list[str] = []
    reading = {"bytes_done": 1000, "bytes_total": 9000, "files_done": 1, "files_total": 3}

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        response = route.fetch()
        route.fulfill(response=response, json={**response.json(), "loading": reading})

    page.clock.install()
    page.route("**/api/runs*", answer)
    page.goto(serve(tmp_path).url)
    Card(page, "loss").wait(points=10)
    expect(page.get_by_role("progressbar")).to_be_visible()
    with page.expect_request("**/api/runs*"):
        page.clock.run_for(1000)
    page.keyboard.press("p")
    expect(button(page, "paused")).to_be_visible()
    page.wait_for_load_state("networkidle")
    asked.clear()
    page.clock.run_for(10_000)
    assert asked == []
    with page.expect_request("**/api/runs*"):
        page.keyboard.press("p")


def test_server_that_goes_and_comes_back_is_told_and_made_up_for_later(
    tmp_path: Path, writer: SummaryWriter, serve: Callable[..., Server], page: Page, complaints: list[str]
):
    server = serve(tmp_path)
    page.goto(server.url)
    card = Card(page, "loss").wait(points=10)
    page.keyboard.press("p")
    server.stop()
    connection(page, "reconnecting")
    log(writer, "loss", 10, 29)
    server.start()
    connection(page, "live")
    expect(page.locator("header").get_by_role("button", name="paused")).to_be_visible()
    assert card.root.get_attribute("data-newest-step") == "9"
    page.keyboard.press("p")
    card.wait(points=30, newest_step=29)
    complaints[:] = [complaint for complaint in complaints if not SERVER_IS_AWAY.fullmatch(complaint)]
