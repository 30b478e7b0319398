"""Very many charts: only those that are near are built, and the rest have their places."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from card import Card
from column_answer import questions_of
from conftest import Server
from playwright.sync_api import Page, expect
from test_stillness import WATCH_SHIFTS, shifts
from training_logs import write_series

COUNT = 4000


def name(number: int) -> str:
    return f"net/{number:04}"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    log_dir = tmp_path_factory.mktemp("tags")
    write_series(log_dir / "run", {name(number): {0: 1.0, 1: 2.0} for number in range(COUNT)})
    return serve_module(log_dir).url


@pytest.fixture
def many(page: Page, address: str) -> Page:
    page.add_init_script(WATCH_SHIFTS)
    page.goto(address)
    Card(page, name(0)).wait(points=2)
    return page


def elements(page: Page) -> int:
    return page.locator("main *").count()


def scroll_to(page: Page, part: float) -> None:
    page.locator("#charts").evaluate("(main, part) => main.scrollTop = part * main.scrollHeight", part)


def height(page: Page) -> int:
    return int(page.locator("#charts").evaluate("main => main.scrollHeight"))


def test_only_what_is_near_is_built(many: Page):
    whole = height(many)
    assert elements(many) < COUNT
    scroll_to(many, 0.5)
    many.locator("article[data-state=ready]").first.wait_for()
    scroll_to(many, 1)
    Card(many, name(COUNT - 1)).wait(points=2)
    assert elements(many) < COUNT
    assert height(many) == whole
    assert shifts(many) == []


def test_what_is_far_is_found_by_its_name_and_by_the_keyboard(many: Page):
    # As the browser's own search does, which scrolls to what it finds.
    assert many.evaluate(
        "text => find(text) && (getSelection().anchorNode.parentElement.scrollIntoView(), true)", f"{COUNT // 2:04}"
    )
    expect(many.locator(f'[data-card*="{name(COUNT // 2)}"]')).to_be_attached()
    many.keyboard.press("g")
    many.keyboard.press("t")
    expect(many.locator("#tags")).to_be_focused()
    many.keyboard.press("End")
    many.keyboard.press("Enter")
    expect(Card(many, name(COUNT - 1)).chart).to_be_focused()
    many.keyboard.press("m")
    expect(many.get_by_role("region", name="Pinned").locator("article")).to_have_attribute("data-tag", name(COUNT - 1))
    many.get_by_role("button", name="net, 3").click()
    expect(many.locator("article")).to_have_count(1)


def test_charts_are_built_before_they_scroll_into_sight(page: Page, address: str):
    asked: set[str] = set()
    page.on("request", lambda sent: asked.update(question["tag"] for question in questions_of(sent)))
    page.goto(address)
    Card(page, name(0)).wait(points=2)
    # The first row that is out of sight, but within the margin.
    below = page.locator("#charts").evaluate(
        """main => [...main.querySelectorAll("[data-card]")]
            .map(slot => [slot.dataset.card, slot.getBoundingClientRect().top])
            .filter(([, top]) => top > innerHeight && top < innerHeight + 300)
            .map(([card]) => card)"""
    )
    assert below
    for card in below:
        expect(page.locator(f'[data-card="{card}"] article')).to_have_attribute("data-state", "ready")
    assert 0 < len(asked) < 40
