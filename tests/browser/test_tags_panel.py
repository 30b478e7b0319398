"""The tree of tags beside the charts: what is there, and the way to it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import Locator, Page, expect
from training_logs import write_series

TAGS = ["lr", "train/acc", "train/loss", "val/loss", *(f"net/{layer}/{kind}" for layer in range(12) for kind in "bw")]


@pytest.fixture
def tags(tmp_path: Path, serve: Callable[..., Server], page: Page) -> Page:
    write_series(tmp_path / "run", {tag: {0: 1.0, 1: 0.5} for tag in TAGS})
    page.goto(serve(tmp_path).url)
    Card(page, "train/loss").wait(points=2)
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.locator("#tags")).to_be_focused()
    return page


def row(page: Page, name: str) -> Locator:
    return page.locator(f'#tags [role=treeitem][aria-label="{name}"]')


def labels(page: Page) -> list[str]:
    return [
        str(label)
        for label in page.locator("#tags [role=treeitem]").evaluate_all("all => all.map(one => one.ariaLabel)")
    ]


def test_tags_form_a_tree_in_the_order_of_the_charts(tags: Page):
    assert labels(tags)[:6] == ["train, 2 tags", "train/acc", "train/loss", "val/loss", "net, 24 tags", "net/0, 2 tags"]
    expect(row(tags, "net/0/b")).to_have_attribute("aria-level", "3")
    expect(row(tags, "net/0/b").locator(".name")).to_have_text("b")
    expect(tags.get_by_role("tabpanel")).to_contain_text("28 tags")
    tags.locator("#tag-filter").fill("^net/1")
    expect(tags.get_by_role("tabpanel")).to_contain_text("6 of 28 tags")
    expect(row(tags, "train, 2 tags")).to_have_count(0)


def test_tag_leads_to_its_chart_wherever_it_is(tags: Page):
    card = Card(tags, "net/11/w")
    expect(card.root).to_have_count(0)
    row(tags, "net/11/w").click()
    card.wait(points=2)
    expect(card.chart).to_be_focused()
    expect(card.root).to_be_in_viewport(ratio=0.9)
    # It is unfolded on the way, and found where it is pinned, too.
    tags.get_by_role("button", name="net/11, 2 charts").click()
    expect(card.root).to_have_count(0)
    row(tags, "net/11/w").click()
    expect(card.chart).to_be_focused()
    tags.keyboard.press("m")
    expect(tags.get_by_role("region", name="Pinned")).to_have_count(1)
    row(tags, "val/loss").click()
    expect(Card(tags, "val/loss").chart).to_be_focused()
    row(tags, "net/11/w").click()
    expect(card.chart).to_be_focused()


def test_folder_leads_to_its_heading_and_folds(tags: Page):
    row(tags, "net/7, 2 tags").click()
    expect(tags.get_by_role("button", name="net/7, 2 charts")).to_be_focused()
    expect(tags.get_by_role("button", name="net/7, 2 charts")).to_be_in_viewport()
    row(tags, "net/7, 2 tags").get_by_role("button", name="Fold").click()
    expect(row(tags, "net/7/w")).to_have_count(0)
    # The charts themselves are not folded.
    Card(tags, "net/7/w").wait(points=2)
    tags.reload()
    expect(row(tags, "net/8/w")).to_have_count(1)
    expect(row(tags, "net/7/w")).to_have_count(0)


def test_tree_obeys_the_keyboard(tags: Page):
    tags.keyboard.press("ArrowLeft")
    expect(row(tags, "train, 2 tags")).to_have_attribute("aria-expanded", "false")
    tags.keyboard.press("ArrowRight")
    tags.keyboard.press("ArrowRight")
    assert tags.locator("#tags").get_attribute("aria-activedescendant") == row(tags, "train/acc").get_attribute("id")
    tags.keyboard.press("ArrowDown")
    tags.keyboard.press("Enter")
    expect(Card(tags, "train/loss").chart).to_be_focused()


def test_tabs_change_by_click_and_key_and_are_in_the_address(tags: Page):
    assert "side=tags" in tags.url
    tab = tags.get_by_role("tab", name="Runs")
    tab.click()
    expect(tags.locator("#runs")).to_be_visible()
    assert "side" not in tags.url
    tags.keyboard.press("ArrowRight")
    expect(tags.get_by_role("tab", name="Tags")).to_be_focused()
    expect(tags.locator("#tags")).to_be_visible()
    tags.keyboard.press("g")
    tags.keyboard.press("r")
    expect(tags.locator("#runs")).to_be_focused()


def test_very_many_tags_are_few_rows(tmp_path: Path, serve: Callable[..., Server], page: Page):
    names = [f"net/{number % 60:02}/{number // 60:03}" for number in range(12_000)]
    write_series(tmp_path / "run", {name: {0: 1.0} for name in names})
    page.goto(serve(tmp_path).url + "#side=tags")
    expect(page.get_by_role("tabpanel")).to_contain_text(re.compile(r"12\s000\s+tags"))
    page.locator("#tags").focus()
    page.keyboard.press("End")
    expect(row(page, "net/59/199")).to_be_visible()
    assert page.locator("#tags [role=treeitem]").count() < 120
    page.keyboard.press("Enter")
    Card(page, "net/59/199").wait(points=1)
    expect(Card(page, "net/59/199").chart).to_be_focused()
