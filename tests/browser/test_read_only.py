"""On a read-only server the page shows what is noted and what is in the trash, and changes nothing."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import Page, expect
from run_row import open_sheet
from training_logs import finish, write_series

TOLD = re.compile("^This server is read-only: start kymo without --read-only")


@pytest.fixture
def runs(tmp_path: Path, serve: Callable[..., Server], page: Page) -> Page:
    for name in ("a", "b", "c"):
        write_series(tmp_path / name, {"loss": {step: 1 / (step + 1) for step in range(10)}})
        finish(tmp_path / name)
    notes = {"name": "Best so far", "note": "why", "starred": True}
    (tmp_path / "b" / "notes.json").write_text(json.dumps(notes))
    page.goto(serve(tmp_path).url)
    Card(page, "loss").wait(series=3)
    page.locator("#runs").focus()
    page.keyboard.press("End")
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Move to the trash", exact=True).click()
    Card(page, "loss").wait(series=2)
    page.goto(serve(tmp_path, "--read-only").url)
    Card(page, "loss").wait(series=2)
    return page


def test_sheet_shows_everything_and_changes_nothing(runs: Page):
    sheet = open_sheet(runs, "b")
    expect(sheet.get_by_text(TOLD)).to_be_visible()
    expect(sheet.get_by_label("Name")).to_have_value("Best so far")
    expect(sheet.get_by_label("Note")).to_have_value("why")
    for field in ("Name", "Note"):
        expect(sheet.get_by_label(field)).not_to_be_editable()
    for button in ("Starred", "Archive", "Move to the trash …"):
        expect(sheet.get_by_role("button", name=button, exact=True)).to_be_disabled()
    expect(sheet).to_contain_text("10 points in 1 tag")


@pytest.mark.parametrize("key", ["f", "Delete"])
def test_keys_say_why_nothing_happens(runs: Page, key: str):
    asked: list[str] = []
    runs.on("request", lambda request: asked.append(request.method) if request.method != "GET" else None)
    runs.locator("#runs").focus()
    runs.keyboard.press(key)
    expect(runs.get_by_role("complementary", name="Runs").get_by_role("alert")).to_have_text(TOLD)
    expect(runs.get_by_role("dialog")).to_have_count(0)
    assert asked == []


def test_trash_is_shown_and_stays_as_it_is(runs: Page):
    runs.get_by_role("button", name="More about the list").click()
    menu = runs.get_by_role("dialog", name="List of runs")
    expect(menu.get_by_role("button", name="to the trash …")).to_be_disabled()
    expect(menu.get_by_text(TOLD)).to_be_visible()
    menu.get_by_role("button", name="Open the trash").click()
    trash = runs.get_by_role("dialog", name="Trash", exact=True)
    expect(trash.get_by_text(TOLD)).to_be_visible()
    expect(trash.get_by_role("listitem")).to_contain_text("c")
    for button in ("Restore c", "Delete c for good", "Empty the trash …"):
        expect(trash.get_by_role("button", name=button)).to_be_disabled()
