"""Links that were made in TensorBoard show what they showed there, and become addresses of this page."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

from card import Card
from column_answer import answer_to
from playwright.sync_api import BrowserContext, Page, expect


def test_link_of_the_time_series_page(page: Page, grid: str):
    link = f"{grid}?tagFilter={quote('Train/(Loss|accuracy)')}&smoothing=0.9&runFilter={quote('LR-0.[24]')}#timeseries"
    question = answer_to(page, "train/loss", lambda: page.goto(link)).question
    Card(page, "train/loss").wait(series=2)
    assert question["runs"] == ["grid/lr-0.2", "grid/lr-0.4"]
    assert question["smoothing"] == {"kind": "exponential", "amount": 0.9}
    expect(page.locator("main article")).to_have_count(2)
    expect(page.locator("#run-filter")).to_have_value("lr-0.[24]")
    assert page.url.startswith(f"{grid}#") and "tags=train" in page.url
    # The address that it has become says the same.
    again = answer_to(page, "train/loss", page.reload).question
    assert again == question


def test_link_of_the_scalars_page(page: Page, grid: str):
    runs = base64.b64encode(json.dumps({"grid/lr-0.1": False, "baseline": True}).encode()).decode()
    fields = f"_smoothingWeight=0.25&_ignoreYOutliers=true&tagFilter=loss&runSelectionState={quote(runs)}"
    question = answer_to(page, "val/loss", lambda: page.goto(f"{grid}#scalars&{fields}")).question
    assert sorted(question["runs"]) == ["baseline", "grid/lr-0.2", "grid/lr-0.4"]
    assert question["smoothing"] == {"kind": "exponential", "amount": 0.25}
    page.get_by_role("button", name="Chart settings").click()
    expect(page.get_by_label("Scale y to")).to_have_value("5")


def test_tab_alone_shows_the_last_view(page: Page, grid: str):
    page.goto(grid)
    Card(page, "train/loss").wait(series=4)
    page.get_by_text("Relative", exact=True).click()
    page.goto("about:blank")
    page.goto(f"{grid}#timeseries")
    Card(page, "train/loss").wait(series=4)
    expect(page.get_by_role("radio", name="Relative")).to_be_checked()
    assert page.url == f"{grid}#x=relative"


def test_link_typed_into_the_open_page(page: Page, grid: str):
    page.goto(grid)
    Card(page, "train/loss").wait(series=4)
    page.evaluate("location.hash = '#scalars&tagFilter=val'")
    expect(page.locator("main article")).to_have_count(1)
    expect(page.locator("#tag-filter")).to_have_value("val")
    assert page.url == f"{grid}#tags=val"


def test_dark_link_makes_the_page_dark_until_the_reader_chooses(
    grid: str, other_context: BrowserContext, new_page: Callable[[BrowserContext], Page]
):
    page = new_page(other_context)
    page.goto(f"{grid}?darkMode=true&lang=en#timeseries")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    Card(page, "train/loss").wait(series=4)
    assert page.url == f"{grid}?lang=en"
    page.keyboard.press("t")
    page.goto("about:blank")
    page.goto(f"{grid}?darkMode=true")
    Card(page, "train/loss").wait(series=4)
    expect(page.locator("html")).to_have_attribute("data-theme", "auto")
