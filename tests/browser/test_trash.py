"""Runs are deleted to a trash, after a question; they come back from there, or go for good after a second one."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import Locator, Page, expect
from run_row import open_sheet, run_row
from training_logs import finish, write_series


@pytest.fixture
def runs(logs: Path, serve: Callable[..., Server], page: Page) -> Page:
    page.goto(serve(logs).url)
    Card(page, "loss").wait(series=4)
    return page


def question(page: Page) -> Locator:
    return page.get_by_role("dialog", name=re.compile(r"^Move .* to the trash\?$"))


def move(page: Page) -> None:
    question(page).get_by_role("button", name="Move to the trash", exact=True).click()


def open_trash(page: Page) -> Locator:
    page.get_by_role("button", name="More about the list").click()
    page.get_by_role("button", name="Open the trash").click()
    return page.get_by_role("dialog", name="Trash", exact=True)


def trashed(logs: Path) -> list[str]:
    records = [json.loads(file.read_text()) for file in (logs / ".kymo-trash").glob("*/record.json")]
    return sorted(record["run"] for record in records)


def test_run_moves_to_the_trash_and_comes_back(logs: Path, runs: Page):
    size = sum(file.stat().st_size for file in (logs / "grid" / "b").glob("*tfevents*"))
    open_sheet(runs, "grid/b").get_by_role("button", name="Move to the trash").click()
    expect(question(runs)).to_contain_text(re.compile(rf"Move this run to the trash\?.*grid/b\s*{size} B", re.DOTALL))
    move(runs)
    expect(runs.get_by_role("dialog")).to_have_count(0)
    expect(run_row(runs, "grid/b")).to_have_count(0)
    Card(runs, "loss").wait(series=3)
    expect(runs.get_by_test_id("run-counts")).to_have_text("3 of 3 runs shown")
    assert not (logs / "grid" / "b").exists() and trashed(logs) == ["grid/b"]

    trash = open_trash(runs)
    entry = trash.get_by_role("listitem")
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text(re.compile(r"grid/b\s*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d · \d+ B in 2\s*files"))
    entry.get_by_role("button", name="Restore grid/b").click()
    expect(trash).to_contain_text("grid/b is back where it was.")
    expect(trash).to_contain_text("The trash is empty.")
    runs.keyboard.press("Escape")
    expect(run_row(runs, "grid/b")).to_have_attribute("aria-checked", "true")
    Card(runs, "loss").wait(series=4)
    assert (logs / "grid" / "b").is_dir()


@pytest.mark.parametrize("way", ["Escape", "Cancel"])
def test_question_can_be_answered_with_no(logs: Path, runs: Page, way: str):
    runs.locator("#runs").focus()
    runs.keyboard.press("Delete")
    expect(question(runs)).to_contain_text("base")
    if way == "Escape":
        runs.keyboard.press("Escape")
    else:
        question(runs).get_by_role("button", name="Cancel").click()
    expect(runs.get_by_role("dialog")).to_have_count(0)
    expect(runs.locator("#runs")).to_be_focused()
    expect(run_row(runs, "base")).to_be_visible()
    assert not (logs / ".kymo-trash").exists()


def test_runs_of_a_folder_move_together(logs: Path, runs: Page):
    run_row(runs, "grid").hover()
    run_row(runs, "grid").get_by_role("button", name="Move to the trash").click()
    expect(question(runs)).to_have_accessible_name("Move 3 runs in grid to the trash?")
    expect(question(runs).get_by_role("listitem")).to_contain_text(["grid/a", "grid/b", "grid/c"])
    expect(question(runs)).to_contain_text(re.compile(r"\d[\d.]* k?B together"))
    move(runs)
    Card(runs, "loss").wait(series=1)
    assert trashed(logs) == ["grid/a", "grid/b", "grid/c"]


def test_question_tells_the_size_of_all_runs_however_many(tmp_path: Path, serve: Callable[..., Server], page: Page):
    write_series(tmp_path / "run-0", {"loss": {0: 1.0}})
    finish(tmp_path / "run-0")
    (file,) = (tmp_path / "run-0").glob("*tfevents*")
    count = 120
    for number in range(1, count):
        shutil.copytree(tmp_path / "run-0", tmp_path / f"run-{number}")
    page.goto(serve(tmp_path).url)
    page.get_by_role("button", name="More about the list").click()
    page.get_by_role("button", name=f"Move {count} runs").click()
    asked = question(page)
    expect(asked.get_by_role("listitem")).to_have_count(100)
    expect(asked).to_contain_text("and 20 more.")
    expect(asked).to_contain_text(f"{count * file.stat().st_size / 1000:#.3g} kB together")
    expect(asked.get_by_role("listitem").last).to_contain_text(f"{file.stat().st_size} B")


def test_runs_that_pass_the_filter_move_together(logs: Path, runs: Page):
    runs.locator("#run-filter").fill("[ab]$")
    expect(run_row(runs, "base")).to_have_count(0)
    runs.get_by_role("button", name="More about the list").click()
    runs.get_by_role("button", name="Move 2 runs that pass the filter to the trash").click()
    expect(question(runs)).to_have_accessible_name("Move 2 runs that pass the filter to the trash?")
    move(runs)
    expect(runs.get_by_text("No run's name matches this filter.")).to_be_visible()
    Card(runs, "loss").wait(series=2)
    assert trashed(logs) == ["grid/a", "grid/b"]


def test_live_run_stays_and_the_server_says_why(logs: Path, runs: Page):
    (logs / "grid" / "b" / "run.json").unlink()
    expect(run_row(runs, "grid/b")).to_have_attribute("aria-label", re.compile("live"))
    run_row(runs, "grid").hover()
    run_row(runs, "grid").get_by_role("button", name="Move to the trash").click()
    move(runs)
    told = question(runs)
    expect(told.get_by_role("alert")).to_have_text("2 runs moved. 1 run stays:")
    expect(told.get_by_role("listitem")).to_contain_text(re.compile(r"grid/b\s*It is live: stop it first"))
    told.get_by_role("button", name="Close").last.click()
    Card(runs, "loss").wait(series=2)
    assert trashed(logs) == ["grid/a", "grid/c"]


def test_deleting_for_good_asks_a_second_time(logs: Path, runs: Page):
    run_row(runs, "grid").hover()
    run_row(runs, "grid").get_by_role("button", name="Move to the trash").click()
    move(runs)
    Card(runs, "loss").wait(series=1)
    runs.keyboard.press("g")
    runs.keyboard.press("d")
    trash = runs.get_by_role("dialog", name="Trash", exact=True)
    expect(trash.get_by_role("listitem")).to_have_count(3)
    trash.get_by_role("button", name="Delete grid/b for good").click()
    second = runs.get_by_role("dialog", name="Delete grid/b for good?")
    expect(second).to_contain_text(re.compile(r"\d+ B in 2\s+files. This cannot be undone."))
    confirm = second.get_by_role("button", name="Delete for good")
    expect(confirm).to_be_disabled()
    second.get_by_label("Type delete to confirm").press_sequentially("delet")
    second.get_by_label("Type delete to confirm").press("Enter")
    expect(confirm).to_be_disabled()
    assert trashed(logs) == ["grid/a", "grid/b", "grid/c"]
    second.get_by_label("Type delete to confirm").press_sequentially("e")
    confirm.click()
    expect(trash.get_by_role("listitem")).to_have_count(2)
    assert trashed(logs) == ["grid/a", "grid/c"]

    trash.get_by_role("button", name="Empty the trash").click()
    second = runs.get_by_role("dialog", name=re.compile("Delete 2 runs in the trash for good"))
    second.get_by_role("button", name="Cancel").click()
    expect(second).to_have_count(0)
    trash.get_by_role("button", name="Empty the trash").click()
    second.get_by_label("Type delete to confirm").press_sequentially("delete")
    second.get_by_label("Type delete to confirm").press("Enter")
    expect(trash).to_contain_text("The trash is empty.")
    assert not (logs / ".kymo-trash").exists()
    assert (logs / "base").is_dir()


def test_run_whose_place_is_taken_stays_in_the_trash_and_says_why(logs: Path, runs: Page):
    runs.locator("#runs").focus()
    runs.keyboard.press("Delete")
    move(runs)
    Card(runs, "loss").wait(series=3)
    write_series(logs / "base", {"loss": {0: 1.0}})
    Card(runs, "loss").wait(series=4)
    trash = open_trash(runs)
    trash.get_by_role("button", name="Restore base").click()
    expect(trash.get_by_role("alert")).to_have_text("There is a run 'base' again: rename or delete it first.")
    expect(trash.get_by_role("listitem")).to_have_count(1)
    assert trashed(logs) == ["base"]
