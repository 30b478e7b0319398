"""What x is, and how both axes are scaled: logarithms, other series, limits that are typed in."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from card import Card
from column_answer import Question, answer_to
from conftest import Server
from playwright.sync_api import Locator, Page, expect
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


def open_form(card: Card) -> Locator:
    card.open_menu().get_by_role("menuitem", name="Axes").click()
    return card.root.get_by_role("dialog", name="Axes of")


def test_limits_are_typed_in_and_each_may_be_left_open(charts: Page):
    card = Card(charts, "train/loss")
    form = open_form(card)
    expect(form.get_by_label("x from")).to_be_focused()
    form.get_by_label("x from").fill("50")
    answer = answer_to(charts, card.tag, lambda: form.get_by_label("x to").press("Tab"), lambda asked: asked["range"])
    assert answer.question["range"] == [50, None]
    before = card.picture()
    form.get_by_label("x to").fill("0.1k")
    answer_to(
        charts, card.tag, lambda: form.get_by_label("y to").fill("1.5"), lambda asked: asked["range"] == [50, 100]
    )
    card.wait_for_other_picture(before)
    before = card.picture()
    form.get_by_label("y to").press("Enter")
    expect(form).to_have_count(0)
    card.wait_for_other_picture(before)
    charts.wait_for_function("() => decodeURIComponent(location.hash).includes('zoom=50,100;,1.5:train/loss')")
    assert answer_to(charts, card.tag, charts.reload).question["range"] == [50, 100]
    form = open_form(card.wait())
    ends = [form.get_by_label(f"{side} {end}").input_value() for side in "xy" for end in ("from", "to")]
    assert ends == ["50", "100", "", "1.5"]
    automatic = form.get_by_role("button", name="Automatic limits")
    assert answer_to(charts, card.tag, automatic.click).question["range"] is None
    assert "zoom" not in charts.url


@pytest.mark.parametrize(
    ("side", "low", "high", "words"),
    [
        ("x", "soon", "", "“soon” is not a number such as 1500, 20k or 1e6."),
        ("x", "20", "10", "x must begin below its end."),
        ("y", "-1", "", "A logarithmic axis begins above 0."),
    ],
)
def test_limits_that_make_no_sense_are_refused_in_words(charts: Page, side: str, low: str, high: str, words: str):
    card = Card(charts, "train/loss")
    charts.get_by_role("button", name="Log y").click()
    form = open_form(card)
    form.get_by_label(f"{side} from").fill(low)
    form.get_by_label(f"{side} to").fill(high)
    form.get_by_label(f"{side} to").press("Enter")
    expect(form.get_by_role("status")).to_have_text(words)
    expect(form.get_by_label(f"{side} from")).to_have_attribute("aria-invalid", "true")
    other = "y" if side == "x" else "x"
    expect(form.get_by_label(f"{other} from")).to_have_attribute("aria-invalid", "false")
    expect(form.get_by_role("button", name="Automatic limits")).to_have_css("opacity", "1")
    # What made no sense has changed nothing.
    assert not re.search(r"zoom=[^:]*(-1|soon|10)", unquote(charts.url))


@pytest.mark.parametrize(
    ("axis", "low", "high", "seconds"),
    [("Relative", "1m", "2 min 30 s", (60, 150)), ("Wall", "2025-10-09 09:00", "2025-10-09 09:01:30.5", (0, 90.5))],
)
def test_limits_on_axes_of_time_are_typed_as_times(
    charts: Page, axis: str, low: str, high: str, seconds: tuple[float, float]
):
    card = Card(charts, "train/loss")
    answer_to(charts, card.tag, charts.get_by_text(axis, exact=True).click)
    form = open_form(card)
    form.get_by_label("x from").fill(low)
    form.get_by_label("x to").fill(high)
    start = 0 if axis == "Relative" else charts.evaluate("new Date(2025, 9, 9, 9).getTime() / 1000")
    meant = [start + seconds[0], start + seconds[1]]
    answer_to(charts, card.tag, lambda: form.get_by_label("x to").press("Enter"), lambda asked: asked["range"] == meant)


def test_form_makes_either_axis_of_one_chart_logarithmic(charts: Page):
    card, other = Card(charts, "train/loss"), Card(charts, "train/accuracy").wait()
    form = open_form(card)
    assert answer_to(charts, card.tag, form.get_by_label("Logarithmic x").check, log_x)
    expect(other.root).not_to_contain_text("at x ≤ 0")
    form.get_by_label("Logarithmic y").check()
    expect(card.root.get_by_role("button", name="Logarithmic y axis")).to_have_attribute("aria-pressed", "true")
