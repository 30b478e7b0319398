"""The view lives in the address: it can be sent, reloaded and gone back from."""

import re
from collections.abc import Callable

from card import Card
from column_answer import answer_to
from playwright.sync_api import BrowserContext, Page, expect


def change_everything(page: Page) -> None:
    card = Card(page, "train/loss").wait(series=4)
    page.get_by_text("Relative", exact=True).click()
    page.get_by_role("button", name="Log y").click()
    page.get_by_role("button", name="Chart settings").click()
    settings = page.get_by_role("group", name="Chart settings")
    settings.get_by_label("Smoothing").select_option("gaussian")
    settings.get_by_label("Amount").fill("4")
    settings.get_by_label("Amount").press("Enter")
    settings.get_by_text("Small", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("^val")).click()
    page.locator('#runs [aria-label^="baseline, "] .name').click()
    page.locator("#run-filter").fill("lr")
    card.wait(series=3)
    answer_to(page, card.tag, lambda: card.drag((0.3, 0.5), (0.6, 0.5)), lambda question: question["range"] is not None)


def expect_everything(page: Page) -> Card:
    card = Card(page, "train/loss").wait(series=3)
    expect(page.get_by_role("radio", name="Relative")).to_be_checked()
    expect(page.get_by_role("button", name="Log y")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#smoothing")).to_have_attribute("aria-valuetext", "Gaussian, 4")
    expect(page.get_by_role("button", name=re.compile("^val"))).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#run-filter")).to_have_value("lr")
    expect(page.get_by_test_id("run-counts")).to_have_text("3 of 4 runs shown")
    expect(card.root.get_by_role("button", name="Reset zoom")).to_be_visible()
    return card


def test_address_shows_the_same_view_after_a_reload_and_to_another_reader(
    page: Page, grid: str, other_context: BrowserContext, new_page: Callable[[BrowserContext], Page]
):
    page.goto(grid)
    change_everything(page)
    width = expect_everything(page).root.bounding_box()["width"]
    question = answer_to(page, "train/loss", page.reload).question
    assert expect_everything(page).root.bounding_box()["width"] == width

    other = new_page(other_context)
    answer = answer_to(other, "train/loss", lambda: other.goto(page.url))
    assert answer.question == question
    assert question["smoothing"] == {"kind": "gaussian", "amount": 4} and question["range"] is not None
    expect_everything(other)
    assert other.url == page.url


def test_bare_address_takes_up_the_last_view(page: Page, grid: str):
    page.goto(grid)
    Card(page, "train/loss").wait(series=4)
    page.get_by_text("Relative", exact=True).click()
    page.locator("#tag-filter").fill("val")
    expect(page.locator("main article")).to_have_count(1)
    page.goto("about:blank")
    page.goto(grid)
    Card(page, "val/loss").wait()
    expect(page.get_by_role("radio", name="Relative")).to_be_checked()
    expect(page.locator("#tag-filter")).to_have_value("val")


def test_back_and_forward_go_through_the_views(page: Page, grid: str):
    page.goto(grid)
    card = Card(page, "train/loss").wait(series=4)
    page.get_by_text("Relative", exact=True).click()
    page.locator('#runs [aria-label^="baseline, "] .name').click()
    card.wait(series=3)
    # Typing is one step, however many keys it has.
    page.locator("#tag-filter").press_sequentially("loss")
    expect(page.locator("main article")).to_have_count(2)
    page.go_back()
    expect(page.locator("#tag-filter")).to_have_value("")
    expect(page.get_by_test_id("run-counts")).to_have_text("3 of 4 runs shown")
    page.go_back()
    card.wait(series=4)
    expect(page.get_by_role("radio", name="Relative")).to_be_checked()
    page.go_back()
    expect(page.get_by_role("radio", name="Step")).to_be_checked()
    page.go_forward()
    expect(page.get_by_role("radio", name="Relative")).to_be_checked()


def test_untouched_view_leaves_the_address_bare(page: Page, grid: str):
    page.goto(grid)
    Card(page, "train/loss").wait(series=4)
    assert page.url == grid


def test_nonsense_in_the_address_harms_nothing(page: Page, grid: str):
    page.goto(
        grid + "#x=sideways&smoothing=much&zoom=9,1:train/loss&zoom=&size=huge&select=x&run=%00&constructor=1&log"
    )
    card = Card(page, "train/loss").wait(series=4)
    expect(page.get_by_role("radio", name="Step")).to_be_checked()
    expect(card.root.get_by_role("button", name="Reset zoom")).to_have_count(0)
