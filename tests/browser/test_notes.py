"""Runs are named, noted, starred and put aside; all readers see it, and it is kept in the run's directory."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import BrowserContext, Locator, Page, expect
from run_row import open_sheet, row_names, run_row
from test_live import SERVER_IS_AWAY, connection
from training_logs import FINISHED


@pytest.fixture
def server(logs: Path, serve: Callable[..., Server]) -> Server:
    return serve(logs)


@pytest.fixture
def runs(server: Server, page: Page) -> Page:
    page.goto(server.url)
    Card(page, "loss").wait(series=4)
    return page


def noted(run: Path) -> dict[str, object]:
    return dict(json.loads((run / "notes.json").read_text()))


def expect_state(sheet: Locator, words: str | re.Pattern[str]) -> None:
    expect(sheet.locator(".state [role=status]")).to_have_text(words)


def counts(page: Page, text: str) -> None:
    expect(page.get_by_test_id("run-counts")).to_have_text(text)


def test_sheet_tells_everything_about_a_run(logs: Path, server: Server, page: Page):
    config = {"lr": 0.1, "layers": [64, 128], "schedule": {"kind": "cosine"}}
    about = {"status": "completed", "config": config, "host": "gpu-12", "started": 1_760_000_000}
    (logs / "base" / "run.json").write_text(json.dumps(about))
    (file,) = (logs / "base").glob("*tfevents*")
    page.goto(server.url)
    Card(page, "loss").wait(series=4)
    sheet = open_sheet(page, "base")
    expect(sheet.get_by_role("heading", name="base", exact=True)).to_be_visible()
    expect(sheet).to_contain_text("finished: its writer closed the log")
    expect(sheet).to_contain_text(re.compile(r"Started\s*2025-10-\d\d \d\d:\d\d:\d\d"))
    expect(sheet).to_contain_text(re.compile(r"10 points in 1 tag, \d+ B"))
    expect(sheet).to_contain_text(str(logs / "base"))
    configuration = sheet.get_by_role("region", name="Configuration")
    for words in ("lr0.1", "layers64, 128", "schedulekindcosine"):
        assert words in re.sub(r"\s*\n\s*|\s{2,}", "", configuration.inner_text()).replace("\t", "")
    expect(sheet.get_by_role("region", name="run.json")).to_contain_text("gpu-12")
    expect(sheet.get_by_role("region", name="run.json")).to_contain_text(re.compile("started.*2025-10"))
    files = sheet.get_by_role("region", name="Files")
    expect(files).to_contain_text(file.name)
    expect(files).to_contain_text(f"{file.stat().st_size} B")
    expect(sheet.get_by_role("region", name="Tags")).to_contain_text(re.compile(r"loss\s*scalar\s*10"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_name_and_note_are_kept_in_the_run_and_shown_in_its_row(logs: Path, runs: Page):
    sheet = open_sheet(runs, "grid/b")
    sheet.get_by_label("Name").fill("Best so far")
    sheet.get_by_label("Note").fill("Cosine schedule.\nTry a longer warm-up.")
    expect_state(sheet, "Not saved yet: Ctrl Enter, or leave the field")
    sheet.get_by_role("button", name="Save", exact=True).click()
    expect_state(sheet, "Saved")
    expect(sheet.get_by_role("heading", name="Best so far")).to_be_visible()
    runs.keyboard.press("Escape")

    def expect_row() -> None:
        row = run_row(runs, "grid/b")
        expect(row.locator(".name")).to_have_text("Best so far")
        expect(row.locator(".name")).to_have_attribute("title", "Best so far\ngrid/b")
        expect(row.locator(".mark")).to_have_attribute("title", "Cosine schedule.\nTry a longer warm-up.")

    expect_row()
    assert noted(logs / "grid" / "b") == {
        "name": "Best so far",
        "note": "Cosine schedule.\nTry a longer warm-up.",
        "starred": False,
        "archived": False,
    }
    runs.reload()
    expect_row()
    # Without a name of its own it is called by its directory again.
    open_sheet(runs, "grid/b").get_by_label("Name").fill("")
    runs.keyboard.press("Enter")
    expect_state(runs.get_by_role("dialog"), "Saved")
    runs.keyboard.press("Escape")
    expect(run_row(runs, "grid/b").locator(".name")).to_have_text("b")


def test_closing_the_sheet_saves(logs: Path, runs: Page):
    open_sheet(runs, "base").get_by_label("Note").fill("closed at once")
    runs.keyboard.press("Escape")
    expect(run_row(runs, "base").locator(".mark")).to_have_attribute("title", "closed at once")
    assert noted(logs / "base")["note"] == "closed at once"


def test_given_name_stands_in_the_charts_and_is_found_by_the_filter(logs: Path, runs: Page):
    (logs / "grid" / "b" / "notes.json").write_text(json.dumps({"name": "Best so far"}))
    expect(run_row(runs, "grid/b").locator(".name")).to_have_text("Best so far")
    Card(runs, "loss").hover(0.5)
    expect(runs.get_by_role("tooltip")).to_contain_text("Best so far")
    runs.locator("#run-filter").fill("best")
    expect(run_row(runs, "base")).to_have_count(0)
    runs.get_by_role("button", name="None", exact=True).click()
    counts(runs, "3 of 4 runs shown")
    runs.locator("#run-filter").fill("grid/b")
    expect(run_row(runs, "grid/b")).to_have_attribute("aria-checked", "false")
    # The address knows the choice by the same filter.
    runs.reload()
    Card(runs, "loss").wait(series=3)


def test_star_puts_a_run_first_for_all_readers(
    server: Server, runs: Page, other_context: BrowserContext, new_page: Callable[[BrowserContext], Page]
):
    other = new_page(other_context)
    other.goto(server.url)
    Card(other, "loss").wait(series=4)
    assert row_names(runs) == ["base", "grid", "a", "b", "c"]
    run_row(runs, "grid/c").hover()
    run_row(runs, "grid/c").get_by_role("button", name="Star").click()
    expect(run_row(runs, "grid/c")).to_have_attribute("aria-label", re.compile("starred"))
    # The row stays under the pointer; where nobody points it is moved at once.
    assert row_names(runs) == ["base", "grid", "a", "b", "c"]
    expect(other.locator("#runs .name")).to_have_text(["grid", "c", "a", "b", "base"])
    expect(run_row(other, "grid/c").locator(".star")).to_be_visible()
    Card(runs, "loss").hover(0.5)
    expect(runs.locator("#runs .name")).to_have_text(["grid", "c", "a", "b", "base"])
    runs.get_by_label("Order of the runs").select_option("highest")
    expect(runs.locator("#runs .name")).to_have_text(["grid/c", "base", "grid/a", "grid/b"])
    runs.get_by_role("button", name="More about the list").click()
    runs.get_by_label("Starred first").uncheck()
    runs.keyboard.press("Escape")
    expect(runs.locator("#runs .name")).to_have_text(["base", "grid/a", "grid/b", "grid/c"])
    assert "starred=0" in runs.url


def test_keys_star_and_open_the_sheet(logs: Path, runs: Page):
    runs.keyboard.press("g")
    runs.keyboard.press("r")
    expect(runs.locator("#runs")).to_be_focused()
    runs.keyboard.press("End")
    runs.keyboard.press("f")
    expect(run_row(runs, "grid/c")).to_have_attribute("aria-label", re.compile("starred"))
    # The list keeps its order while the keys are at it.
    assert row_names(runs)[-1] == "c"
    runs.keyboard.press("f")
    expect(run_row(runs, "grid/c")).not_to_have_attribute("aria-label", re.compile("starred"))
    runs.keyboard.press("e")
    expect(runs.get_by_role("dialog").get_by_label("Name")).to_be_focused()
    runs.keyboard.type("by keys")
    runs.keyboard.press("Tab")
    runs.keyboard.type("noted")
    runs.keyboard.press("Control+Enter")
    expect_state(runs.get_by_role("dialog"), "Saved")
    runs.keyboard.press("Escape")
    expect(runs.locator("#runs")).to_be_focused()
    assert noted(logs / "grid" / "c")["name"] == "by keys"


def test_archived_runs_are_left_out_until_they_are_asked_for(runs: Page):
    sheet = open_sheet(runs, "grid/a")
    sheet.get_by_role("button", name="Archive", exact=True).click()
    expect(sheet.get_by_role("button", name="Archived")).to_have_attribute("aria-pressed", "true")
    runs.keyboard.press("Escape")
    expect(run_row(runs, "grid/a")).to_have_count(0)
    Card(runs, "loss").wait(series=3)
    counts(runs, "3 of 3 runs shown")
    runs.get_by_role("button", name="More about the list").click()
    runs.get_by_label("Show archived (1)").check()
    runs.keyboard.press("Escape")
    Card(runs, "loss").wait(series=4)
    expect(run_row(runs, "grid/a")).to_have_attribute("aria-label", re.compile("archived"))
    runs.reload()
    Card(runs, "loss").wait(series=4)
    assert "archived=1" in runs.url


def test_run_is_archived_and_taken_back_by_key(logs: Path, runs: Page):
    runs.locator("#runs").focus()
    runs.keyboard.press("Home")
    runs.keyboard.press("z")
    expect(run_row(runs, "base")).to_have_count(0)
    expect(runs.get_by_test_id("toast")).to_contain_text("base is archived")
    assert noted(logs / "base")["archived"] is True
    counts(runs, "3 of 3 runs shown")
    runs.get_by_role("button", name="More about the list").click()
    runs.get_by_label("Show archived (1)").check()
    runs.keyboard.press("Escape")
    expect(run_row(runs, "base")).to_have_attribute("aria-label", re.compile("archived"))
    runs.locator("#runs").focus()
    runs.keyboard.press("Home")
    runs.keyboard.press("z")
    expect(run_row(runs, "base")).not_to_have_attribute("aria-label", re.compile("archived"))
    runs.keyboard.press("?")
    expect(runs.get_by_role("dialog")).to_contain_text(re.compile("z.*archive", re.DOTALL))


def test_keys_go_on_where_a_run_was_archived(runs: Page):
    runs.locator("#runs").focus()
    runs.keyboard.press("End")
    runs.keyboard.press("ArrowUp")
    runs.keyboard.press("z")
    expect(run_row(runs, "grid/b")).to_have_count(0)
    runs.keyboard.press("z")
    expect(run_row(runs, "grid/c")).to_have_count(0)
    expect(run_row(runs, "grid/a")).to_be_visible()


def test_all_runs_archived_says_so_and_offers_them(logs: Path, server: Server, page: Page):
    for name in FINISHED:
        (logs / name / "notes.json").write_text(json.dumps({"archived": True}))
    page.goto(server.url)
    expect(page.get_by_role("heading", name="All runs are archived")).to_be_visible()
    counts(page, "0 of 0 runs shown")
    page.get_by_role("button", name="Show archived runs").click()
    Card(page, "loss").wait(series=4)


def test_refusal_is_told_in_the_servers_words_and_nothing_typed_is_lost(logs: Path, runs: Page, complaints: list[str]):
    theirs = logs / "base" / "notes.json"
    theirs.write_text(json.dumps({"owner": "another program"}))
    sheet = open_sheet(runs, "base")
    sheet.get_by_label("Note").fill("typed in vain?")
    sheet.get_by_role("button", name="Save", exact=True).click()
    expect_state(sheet, re.compile("^Not saved. Nothing was noted of 'base'. .* move that notes.json away first.$"))
    sheet.get_by_role("button", name="Star", exact=True).click()
    expect(sheet.get_by_role("alert")).to_contain_text("Nothing was noted of 'base'.")
    runs.keyboard.press("Escape")
    expect(run_row(runs, "base").locator(".mark")).to_have_count(0)
    # In the list, too, where it is asked for there.
    run_row(runs, "base").hover()
    run_row(runs, "base").get_by_role("button", name="Star").click()
    notice = runs.get_by_role("complementary", name="Runs").get_by_role("alert")
    expect(notice).to_contain_text("Nothing was noted of 'base'.")
    notice.get_by_role("button", name="Dismiss").click()
    expect(notice).to_have_count(0)
    theirs.unlink()
    sheet = open_sheet(runs, "base")
    expect(sheet.get_by_label("Note")).to_have_value("typed in vain?")
    sheet.get_by_role("button", name="Try again").click()
    expect_state(sheet, "Saved")
    assert noted(logs / "base")["note"] == "typed in vain?"
    assert len(complaints) >= 3 and all("409 (Conflict)" in complaint for complaint in complaints)
    complaints.clear()


def test_text_waits_for_a_server_that_is_away(logs: Path, server: Server, runs: Page, complaints: list[str]):
    open_sheet(runs, "base").get_by_label("Note").fill("typed while it was away")
    server.stop()
    connection(runs, "reconnecting")
    runs.keyboard.press("Escape")
    server.start()
    connection(runs, "live")
    sheet = open_sheet(runs, "base")
    expect(sheet.get_by_label("Note")).to_have_value("typed while it was away")
    expect_state(sheet, re.compile("^Not saved. The server does not answer"))
    sheet.get_by_role("button", name="Try again").click()
    expect_state(sheet, "Saved")
    assert noted(logs / "base")["note"] == "typed while it was away"
    # The cookie of the server before is not this one's: the page gets its own and asks again.
    unexpected = [complaint for complaint in complaints if not SERVER_IS_AWAY.fullmatch(complaint)]
    assert len(unexpected) == 1 and "401 (Unauthorized)" in unexpected[0]
    complaints.clear()


def test_change_by_another_reader_meanwhile_is_told(logs: Path, runs: Page):
    sheet = open_sheet(runs, "base")
    sheet.get_by_label("Note").fill("mine")
    (logs / "base" / "notes.json").write_text(json.dumps({"note": "theirs", "name": "Theirs"}))
    expect(sheet).to_contain_text("Changed elsewhere meanwhile; saving replaces it: theirs")
    expect(sheet.get_by_label("Name")).to_have_value("Theirs")
    expect(sheet.get_by_label("Note")).to_have_value("mine")
    sheet.get_by_role("button", name="Save", exact=True).click()
    expect_state(sheet, "Saved")
    assert noted(logs / "base") == {"name": "Theirs", "note": "mine", "starred": False, "archived": False}


def test_what_the_reader_notes_shows_while_the_page_is_paused(logs: Path, runs: Page):
    runs.keyboard.press("p")
    (logs / "grid" / "a" / "notes.json").write_text(json.dumps({"name": "not yet"}))
    run_row(runs, "base").hover()
    run_row(runs, "base").get_by_role("button", name="Star").click()
    expect(run_row(runs, "base")).to_have_attribute("aria-label", re.compile("starred"))
    expect(runs.locator("header").get_by_role("button", name=re.compile("paused · [23] changes"))).to_be_visible()
    expect(run_row(runs, "grid/a").locator(".name")).to_have_text("a")
    runs.keyboard.press("p")
    expect(run_row(runs, "grid/a").locator(".name")).to_have_text("not yet")
