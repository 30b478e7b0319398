"""What x is, and how both axes are scaled: logarithms, other series, limits that are typed in."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from card import Card
from column_answer import Question, answer_to
from conftest import Server
from playwright.sync_api import Page, expect
from training_logs import STEPS, write_series

RUN = "grid/lr-0.4"


@pytest.fixture
def charts(page: Page, grid: str) -> Page:
    page.goto(grid)
    Card(page, "train/loss").wait(series=4)
    return page


def log_x(question: Question) -> bool:
    return bool(question["log_x"])


def test_logarithmic_x_leaves_out_and_counts_what_is_not_above_zero(charts: Page):
    card = Card(charts, "train/loss")
    before = card.picture()
    answer = answer_to(charts, card.tag, charts.get_by_role("button", name="Log x").click, log_x)
    np.testing.assert_array_equal(answer.array(RUN, "x"), np.arange(1, STEPS))
    card.wait_for_other_picture(before)
    expect(card.root).to_contain_text("4 at x ≤ 0")
    linear = answer_to(charts, card.tag, lambda: charts.keyboard.press("Shift+L"), lambda asked: not asked["log_x"])
    assert linear.series(RUN)["not_positive"] == 0
    expect(card.root).not_to_contain_text("at x ≤ 0")


def test_one_chart_alone_may_have_a_logarithmic_x(charts: Page):
    card, other = Card(charts, "train/loss"), Card(charts, "val/loss").wait()
    card.chart.focus()
    assert answer_to(charts, card.tag, lambda: charts.keyboard.press("Shift+L"), log_x).question["log_x"]
    expect(card.root).to_contain_text("at x ≤ 0")
    expect(other.root).not_to_contain_text("at x ≤ 0")
    assert not answer_to(charts, other.tag, charts.reload).question["log_x"]
    expect(card.wait().root).to_contain_text("at x ≤ 0")


def test_pointer_keys_and_zoom_follow_the_logarithm(charts: Page):
    card = Card(charts, "train/loss")
    charts.goto(charts.url + "#logx=1&smoothing=0")
    charts.reload()
    card.wait()
    last = STEPS - 1
    card.hover(0.5)
    step = charts.get_by_role("tooltip").locator("tbody tr").first.locator("td").nth(2)
    expect(step).to_have_text(str(round(last**0.5)))
    zoomed = answer_to(charts, card.tag, lambda: card.drag((0.25, 0.5), (0.75, 0.5)), lambda asked: asked["range"])
    assert zoomed.question["range"] == pytest.approx([last**0.25, last**0.75], rel=0.03)
    low, high = zoomed.question["range"]
    card.chart.focus()
    moved = answer_to(charts, card.tag, lambda: charts.keyboard.press("Shift+ArrowRight"))
    factor = (high / low) ** 0.25
    assert moved.question["range"] == pytest.approx([low * factor, high * factor], rel=1e-3)


def test_time_of_day_has_no_logarithm(charts: Page):
    card = Card(charts, "train/loss")
    answer_to(charts, card.tag, charts.get_by_role("button", name="Log x").click, log_x)
    answer = answer_to(charts, card.tag, charts.get_by_text("Wall", exact=True).click)
    assert not answer.question["log_x"]
    expect(charts.get_by_role("button", name="Log x")).to_be_disabled()


def choose_series(page: Page, words: str) -> None:
    page.get_by_role("button", name="Another series").click()
    page.get_by_role("combobox", name="Filter series").fill(words)
    expect(page.get_by_role("listbox", name="Series").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")


def test_any_series_may_be_x(charts: Page):
    card = Card(charts, "train/loss")
    before = card.picture()
    answer = answer_to(charts, card.tag, lambda: choose_series(charts, "accur"), lambda asked: asked["x"] == "series")
    assert answer.question["x_tag"] == "train/accuracy"
    np.testing.assert_allclose(answer.array(RUN, "x"), np.arange(STEPS) / STEPS, rtol=1e-6)
    card.wait_for_other_picture(before)
    button = charts.get_by_role("button", name="Another series")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    question = answer_to(charts, card.tag, charts.reload).question
    assert (question["x"], question["x_tag"]) == ("series", "train/accuracy")
    answer = answer_to(charts, card.tag, charts.get_by_text("Step", exact=True).click)
    assert (answer.question["x"], answer.question["x_tag"]) == ("step", None)
    expect(button).to_have_attribute("aria-pressed", "false")


def test_runs_without_the_series_that_is_x_are_told(tmp_path: Path, serve: Callable[..., Server], page: Page):
    write_series(tmp_path / "with", {"loss": {0: 1.0, 1: 2.0}, "samples": {0: 0.0, 1: 64.0}})
    write_series(tmp_path / "without", {"loss": {0: 1.0, 1: 2.0}})
    page.goto(serve(tmp_path).url + "#x=series:samples")
    card = Card(page, "loss").wait(series=1)
    expect(card.root).to_contain_text("1 run, 2 points, 1 without samples")
    page.locator("#runs [aria-label^='with, '] .name").click()
    expect(card.root.get_by_role("status")).to_contain_text("These runs do not log “samples”")


def test_list_of_series_is_used_by_keyboard(charts: Page):
    button = charts.get_by_role("button", name="Another series")
    button.focus()
    charts.keyboard.press("Enter")
    field = charts.get_by_role("combobox", name="Filter series")
    expect(field).to_be_focused()
    options = charts.get_by_role("listbox", name="Series").get_by_role("option")
    expect(options).to_have_count(6)
    charts.keyboard.press("ArrowDown")
    chosen = field.get_attribute("aria-activedescendant")
    expect(options.nth(1)).to_have_id(str(chosen))
    charts.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(button).to_be_focused()
