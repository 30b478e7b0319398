"""The list of runs: its tree, what it says of each run, and how it chooses what is drawn."""

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import Locator, Page, expect
from run_row import run_row
from training_logs import RATES, STEPS, loss, write_series

from kymo import SummaryWriter


@pytest.fixture
def runs(page: Page, grid: str) -> Page:
    page.goto(grid)
    Card(page, "train/loss").wait(series=4)
    return page


def colour(page: Page, name: str) -> str:
    return str(run_row(page, name).locator("svg").first.evaluate("mark => mark.style.color"))


def names(page: Page) -> list[str]:
    rows = page.locator("#runs [role=treeitem]").all()
    return [(item.get_attribute("aria-label") or "").split(",")[0] for item in rows]


def expect_counts(page: Page, text: str) -> None:
    expect(page.get_by_test_id("run-counts")).to_have_text(text)


def test_runs_form_a_tree_by_path(runs: Page):
    assert names(runs) == ["baseline", "grid", "grid/lr-0.1", "grid/lr-0.2", "grid/lr-0.4"]
    expect(run_row(runs, "grid")).to_have_attribute("aria-level", "1")
    expect(run_row(runs, "grid/lr-0.2")).to_have_attribute("aria-level", "2")
    expect(run_row(runs, "grid/lr-0.2").locator(".name")).to_have_text("lr-0.2")
    expect_counts(runs, "4 of 4 runs shown")


def test_group_folds_without_touching_what_is_drawn(runs: Page):
    run_row(runs, "grid").locator(".name").click()
    expect(run_row(runs, "grid/lr-0.1")).to_have_count(0)
    expect(run_row(runs, "grid")).to_have_attribute("aria-expanded", "false")
    Card(runs, "train/loss").wait(series=4)
    run_row(runs, "grid").locator(".name").click()
    expect(run_row(runs, "grid/lr-0.1")).to_be_visible()


def test_clicking_a_run_hides_and_shows_it(runs: Page):
    card = Card(runs, "train/loss")
    run_row(runs, "baseline").locator(".name").click()
    expect(run_row(runs, "baseline")).to_have_attribute("aria-checked", "false")
    card.wait(series=3, points=3 * STEPS)
    run_row(runs, "baseline").locator(".name").click()
    card.wait(series=4, points=4 * STEPS)


def test_groups_count_hides_and_shows_all_its_runs(runs: Page):
    card = Card(runs, "train/loss")
    run_row(runs, "grid/lr-0.1").locator(".name").click()
    expect(run_row(runs, "grid")).to_have_attribute("aria-checked", "mixed")
    run_row(runs, "grid").get_by_text("2 / 3").click()
    card.wait(series=4)
    run_row(runs, "grid").get_by_text("3 / 3").click()
    card.wait(series=1)
    expect_counts(runs, "1 of 4 runs shown")


def test_only_shows_one_run_or_one_group(runs: Page):
    card = Card(runs, "train/loss")
    run_row(runs, "grid/lr-0.2").hover()
    run_row(runs, "grid/lr-0.2").get_by_role("button", name="only").click()
    card.wait(series=1)
    expect_counts(runs, "1 of 4 runs shown")
    run_row(runs, "grid").hover()
    run_row(runs, "grid").get_by_role("button", name="only").click()
    card.wait(series=3)
    expect(run_row(runs, "baseline")).to_have_attribute("aria-checked", "false")


def test_none_says_so_and_offers_all(runs: Page):
    runs.get_by_role("button", name="None", exact=True).click()
    expect(runs.get_by_role("heading", name="No run is shown")).to_be_visible()
    expect(Card(runs, "train/loss").root).to_have_count(0)
    runs.get_by_role("button", name="Show all runs").click()
    Card(runs, "train/loss").wait(series=4)


def test_filter_narrows_the_list_and_what_all_and_none_mean(runs: Page):
    field = runs.locator("#run-filter")
    field.fill(r"lr-0\.[24]$")
    expect(run_row(runs, "baseline")).to_have_count(0)
    assert [name for name in names(runs) if name != "grid"] == ["grid/lr-0.2", "grid/lr-0.4"]
    Card(runs, "train/loss").wait(series=4)
    runs.get_by_role("button", name="None", exact=True).click()
    Card(runs, "train/loss").wait(series=2)
    field.press("Escape")
    expect(field).to_have_value("")
    expect(run_row(runs, "baseline")).to_have_attribute("aria-checked", "true")
    expect(run_row(runs, "grid/lr-0.4")).to_have_attribute("aria-checked", "false")


def test_filter_that_matches_nothing_says_so(runs: Page):
    runs.locator("#run-filter").fill("nothing is called this")
    expect(runs.get_by_text("No run's name matches this filter.")).to_be_visible()


def test_invalid_filter_is_told_and_hides_nothing(runs: Page):
    field = runs.locator("#run-filter")
    field.fill("lr-(")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(runs.locator("#run-filter-error")).to_contain_text("Not a regular expression: unterminated group")
    assert len(names(runs)) == 5
    field.fill("lr-")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(runs.locator("#run-filter-error")).to_have_count(0)


def test_list_obeys_the_keyboard(runs: Page):
    card = Card(runs, "train/loss")
    runs.keyboard.press("g")
    runs.keyboard.press("r")
    expect(runs.locator("#runs")).to_be_focused()
    runs.keyboard.press("Space")
    card.wait(series=3)
    expect(run_row(runs, "baseline")).to_have_attribute("aria-checked", "false")
    runs.keyboard.press("ArrowDown")
    runs.keyboard.press("ArrowLeft")
    expect(run_row(runs, "grid")).to_have_attribute("aria-expanded", "false")
    runs.keyboard.press("ArrowRight")
    expect(run_row(runs, "grid")).to_have_attribute("aria-expanded", "true")
    runs.keyboard.press("End")
    runs.keyboard.press("Enter")
    card.wait(series=1)
    expect(run_row(runs, "grid/lr-0.4")).to_have_attribute("aria-checked", "true")
    active = runs.locator("#runs").get_attribute("aria-activedescendant")
    assert active == run_row(runs, "grid/lr-0.4").get_attribute("id")
    runs.keyboard.press("a")
    card.wait(series=4)
    runs.keyboard.press("n")
    expect(runs.get_by_role("heading", name="No run is shown")).to_be_visible()


def value(page: Page, name: str) -> Locator:
    return run_row(page, name).locator(".value")


def shown_number(cell: Locator) -> float:
    return float((cell.text_content() or "").strip().replace("\u2212", "-"))


def test_row_shows_the_newest_value_of_the_tag_that_says_most_or_of_a_chosen_one(runs: Page):
    last = STEPS - 10
    for name, rate in RATES.items():
        expect(value(runs, name)).to_have_attribute("title", f"val/loss at step {last}")
        assert shown_number(value(runs, name)) == pytest.approx(2 * loss(rate, last), rel=1e-3)
    runs.get_by_label("Value beside each run").select_option("optimizer/rate")
    for name, rate in RATES.items():
        expect(value(runs, name)).to_have_attribute("title", f"optimizer/rate at step {STEPS - 1}")
        assert shown_number(value(runs, name)) == pytest.approx(rate, rel=1e-3)
    assert "value=optimizer%2Frate" in runs.url


def test_runs_can_be_ordered_by_their_value(runs: Page):
    runs.get_by_label("Value beside each run").select_option("optimizer/rate")
    expect(value(runs, "baseline")).to_have_attribute("title", re.compile("^optimizer/rate"))
    order = runs.get_by_label("Order of the runs")
    order.select_option("highest")
    ascending = sorted(RATES, key=RATES.__getitem__)
    # A list in an order of values has no folders.
    expect(run_row(runs, "grid")).to_have_count(0)
    assert names(runs) == ascending[::-1]
    order.select_option("lowest")
    expect(runs.locator("#runs [role=treeitem]").first).to_have_attribute("aria-label", re.compile("^baseline"))
    assert names(runs) == ascending


def test_key_and_button_hide_the_panel(runs: Page):
    runs.keyboard.press("b")
    expect(runs.locator("#runs")).to_have_count(0)
    runs.get_by_role("button", name="Runs panel").click()
    expect(runs.locator("#runs")).to_be_visible()


def test_status_is_told_in_a_word(tmp_path: Path, serve: Callable[..., Server], page: Page):
    for name in ("live", "finished", "stale", "idle"):
        write_series(tmp_path / name, {"loss": {0: 1.0}})
    now = time.time()
    (tmp_path / "finished" / "run.json").write_text(json.dumps({"status": "completed"}))
    (tmp_path / "stale" / "run.json").write_text(json.dumps({"status": "running", "heartbeat": now - 3600}))
    (tmp_path / "live" / "run.json").write_text(json.dumps({"status": "running", "heartbeat": now + 3600}))
    for file in (tmp_path / "idle").iterdir():
        os.utime(file, (now - 3600, now - 3600))
    page.goto(serve(tmp_path).url)
    for name in ("live", "finished", "stale", "idle"):
        expect(run_row(page, name)).to_have_attribute("aria-label", re.compile(f"^{name}, 1, {name}, loss"))
        expect(run_row(page, name).locator(".status")).to_have_attribute("title", re.compile(f"^{name}: "))


def test_run_keeps_its_colour_over_reload_and_beside_other_runs(
    tmp_path: Path, serve: Callable[..., Server], page: Page
):
    for name in ("m", "n", "o"):
        write_series(tmp_path / name, {"loss": {0: 1.0, 1: 0.5}})
    page.goto(serve(tmp_path).url)
    Card(page, "loss").wait(series=3)
    colours = {name: colour(page, name) for name in ("m", "n", "o")}
    assert len(set(colours.values())) == 3
    for name in ("a", "b", "z"):
        write_series(tmp_path / name, {"loss": {0: 1.0, 1: 0.5}})
    Card(page, "loss").wait(series=6)
    assert {name: colour(page, name) for name in colours} == colours
    assert len({colour(page, name) for name in "abmnoz"}) == 6
    page.reload()
    Card(page, "loss").wait(series=6)
    assert {name: colour(page, name) for name in colours} == colours


def test_crowd_starts_with_the_newest_runs_and_a_short_list_of_rows(
    tmp_path: Path, serve: Callable[..., Server], page: Page
):
    for number in range(120):
        with SummaryWriter(tmp_path / f"run-{number}") as writer:
            writer.add_scalar("loss", number, 0, 1_760_000_000 + number)
    page.goto(serve(tmp_path).url)
    expect_counts(page, "20 of 120 runs shown")
    Card(page, "loss").wait(series=20)
    assert len(names(page)) < 80
    page.locator("#runs").focus()
    page.keyboard.press("End")
    expect(run_row(page, "run-119")).to_have_attribute("aria-checked", "true")
    page.get_by_role("button", name="Show all", exact=True).click()
    Card(page, "loss").wait(bands=1, points=120)
