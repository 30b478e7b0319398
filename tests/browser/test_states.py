"""The page before there is anything to show, on a narrow screen, and what its keys open."""

from collections.abc import Callable
from pathlib import Path

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import Page, expect

from kymo import SummaryWriter

SPILLING = """() => [...document.querySelectorAll("header, aside, main, .toolbar, .cards, article")]
  .filter(one => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > innerWidth + 1)
  .map(one => one.outerHTML.slice(0, 80))"""

# The page's next try, some seconds later, would take the button away before it is clicked.
WITHOUT_OWN_TRIES = """(() => {
  const wait = window.setTimeout;
  window.setTimeout = (act, time, ...rest) => time >= 3000 ? 0 : wait(act, time, ...rest);
})()"""


@pytest.mark.parametrize("exists", [True, False])
def test_empty_directory_waits_for_its_first_run(
    tmp_path: Path, serve: Callable[..., Server], page: Page, exists: bool
):
    log_dir = tmp_path / "logs"
    if exists:
        log_dir.mkdir()
    page.goto(serve(log_dir).url)
    expect(page.get_by_role("heading", name="No runs yet")).to_be_visible()
    expect(page.locator("main")).to_contain_text(str(log_dir))
    expect(page.locator("#runs")).to_have_count(0)
    with SummaryWriter(log_dir / "first") as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.flush()
        Card(page, "loss").wait(points=1)
    expect(page.get_by_test_id("run-counts")).to_have_text("1 of 1 run shown")


def test_run_in_the_directory_itself_has_a_name(tmp_path: Path, serve: Callable[..., Server], page: Page):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("loss", 1.0, 0)
    page.goto(serve(tmp_path).url)
    Card(page, "loss").wait(points=1)
    expect(page.locator("#runs .name")).to_have_text("(this directory)")


def test_run_without_anything_to_draw_says_so(tmp_path: Path, serve: Callable[..., Server], page: Page):
    SummaryWriter(tmp_path / "run").close()
    page.goto(serve(tmp_path).url)
    expect(page.get_by_role("heading", name="Nothing to draw")).to_be_visible()


def test_help_lists_the_keys(page: Page, grid: str):
    page.goto(grid)
    Card(page, "train/loss").wait()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("filter charts by tag")
    # While it is open the keys belong to it.
    page.keyboard.press("l")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Log y")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Help").click()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_keys_work_anywhere_but_in_fields(page: Page, grid: str):
    page.goto(grid)
    Card(page, "train/loss").wait()
    focused = page.locator(":focus")
    for keys, target in (("/", "tag-filter"), ("r", "run-filter")):
        page.keyboard.press(keys)
        expect(focused).to_have_id(target)
        page.keyboard.type("x?l")
        expect(focused).to_have_value("x?l")
        page.keyboard.press("Escape")
        expect(focused).to_have_value("")
        page.keyboard.press("Escape")
        expect(focused).to_have_count(0)
    page.keyboard.press("s")
    expect(focused).to_have_id("smoothing")
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Log y")).to_have_attribute("aria-pressed", "true")
    for axis in ("Epoch", "Relative", "Wall", "Step"):
        page.keyboard.press("x")
        expect(page.get_by_role("radio", name=axis)).to_be_checked()
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(focused).to_have_id("charts")


def test_narrow_screen_is_usable(page: Page, grid: str):
    page.set_viewport_size({"width": 900, "height": 800})
    page.goto(grid)
    card = Card(page, "train/loss").wait(series=4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 900
    assert page.evaluate(SPILLING) == []
    assert card.over.bounding_box()["width"] > 300
    for control in (page.locator("#tag-filter"), page.get_by_role("button", name="Chart settings")):
        control.click()
    expect(page.locator("#settings")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    card.hover(0.9)
    expect(page.get_by_role("tooltip")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("by_hand", [True, False])
def test_page_tells_why_it_shows_nothing_and_tries_again(page: Page, grid: str, complaints: list[str], by_hand: bool):
    if by_hand:
        page.add_init_script(WITHOUT_OWN_TRIES)
    page.route("**/api/runs", lambda route: route.fulfill(status=503, json={"detail": "Too early."}))
    page.goto(grid)
    expect(page.get_by_role("alert")).to_contain_text("Too early.")
    page.unroute("**/api/runs")
    if by_hand:
        page.get_by_role("button", name="Try again").click()
    Card(page, "train/loss").wait(series=4)
    assert all("503" in complaint for complaint in complaints)
    complaints.clear()
