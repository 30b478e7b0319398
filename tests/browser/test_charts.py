"""The charts: their sections, what they ask for, and what they draw."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from card import Card
from column_answer import ColumnAnswer, Question, answer_to, questions_of
from conftest import Server
from playwright.sync_api import Page, expect
from training_logs import RATES, SECONDS_PER_STEP, START, STEPS, loss, write_series

RUN = "grid/lr-0.4"


@pytest.fixture
def charts(page: Page, grid: str) -> Page:
    page.goto(grid)
    Card(page, "train/loss").wait(series=4)
    return page


def smoothing_is(kind: str) -> Callable[[Question], bool]:
    return lambda question: (question["smoothing"] or {}).get("kind") == kind


def test_sections_are_prefixes_and_fold(charts: Page):
    headings = charts.locator("main section").evaluate_all("all => all.map(section => section.ariaLabel)")
    assert headings == ["train", "val", "optimizer", "(no prefix)"]
    heading = charts.get_by_role("button", name=re.compile("^train"))
    expect(heading).to_have_attribute("aria-expanded", "true")
    expect(heading).to_have_accessible_name("train, 2 charts")
    heading.click()
    expect(heading).to_have_attribute("aria-expanded", "false")
    expect(Card(charts, "train/loss").root).to_have_count(0)
    Card(charts, "val/loss").wait(series=4)
    heading.click()
    Card(charts, "train/loss").wait(series=4)


def test_cards_out_of_sight_ask_for_nothing(tmp_path: Path, serve: Callable[..., Server], page: Page):
    count = 80
    write_series(tmp_path / "run", {f"layer/{number:02}": {0: 1.0, 1: 2.0} for number in range(count)})
    asked: set[str] = set()
    page.on("request", lambda sent: asked.update(question["tag"] for question in questions_of(sent)))
    page.goto(serve(tmp_path).url)
    Card(page, "layer/00").wait(points=2)
    assert f"layer/{count - 1}" not in asked
    assert 0 < len(asked) < count / 2
    page.locator(".slot").last.scroll_into_view_if_needed()
    Card(page, f"layer/{count - 1}").wait(points=2)
    assert len(asked) < count


def test_filter_keeps_the_charts_whose_tag_matches(charts: Page):
    field = charts.locator("#tag-filter")
    field.fill("/LOSS")
    expect(charts.get_by_role("heading", name="No tag matches")).to_be_visible()
    field.fill("/loss$")
    expect(charts.locator("main article")).to_have_count(2)
    Card(charts, "val/loss").wait()
    field.fill("loss[")
    expect(charts.locator("#tag-filter-error")).to_contain_text(
        "Not a regular expression: unterminated character class"
    )
    expect(Card(charts, "optimizer/rate").root).to_be_visible()


def test_slider_smooths_over_the_pale_raw_line(charts: Page):
    card, slider = Card(charts, "train/loss"), charts.locator("#smoothing")
    raw = answer_to(charts, card.tag, lambda: slider.fill("0"), lambda question: question["smoothing"] is None)
    assert "smoothed" not in raw.series(RUN)["arrays"]
    alone = card.picture()
    smooth = answer_to(charts, card.tag, lambda: slider.fill("0.5"), smoothing_is("exponential"))
    assert smooth.question["smoothing"]["amount"] == pytest.approx(0.968, abs=0.001)
    card.wait_for_other_picture(alone)
    value, smoothed = smooth.array(RUN, "value"), smooth.array(RUN, "smoothed")
    np.testing.assert_array_equal(value, raw.array(RUN, "value"))
    assert 0 < np.ptp(smoothed) < np.ptp(value) / 2
    expect(charts.locator("output")).to_have_text("0.968")


def test_counters_and_settings_are_not_smoothed(charts: Page):
    charts.locator("#tag-filter").fill("epoch|loss")
    assert answer_to(charts, "epoch", charts.reload).question["smoothing"] is None
    answer = answer_to(charts, "train/loss", charts.reload)
    assert answer.question["smoothing"] == {"kind": "exponential", "amount": 0.6}


@pytest.mark.parametrize("kind", ["time_exponential", "running_mean", "gaussian"])
def test_settings_choose_the_kind_of_smoothing(charts: Page, kind: str):
    card = Card(charts, "train/loss")
    charts.get_by_role("button", name="Chart settings").click()
    settings = charts.get_by_role("group", name="Chart settings")
    before = card.picture()
    answer = answer_to(
        charts, card.tag, lambda: settings.get_by_label("Smoothing").select_option(kind), smoothing_is(kind)
    )
    card.wait_for_other_picture(before)
    value, smoothed = answer.array(RUN, "value"), answer.array(RUN, "smoothed")
    assert np.ptp(smoothed) < np.ptp(value)
    amount = settings.get_by_label("Amount")
    amount.fill("7")
    other = answer_to(
        charts, card.tag, lambda: amount.press("Enter"), lambda question: question["smoothing"]["amount"] == 7
    )
    if kind == "running_mean":
        # The losses repeat every seven steps: a mean over seven leaves only the slope.
        inside = other.array(RUN, "smoothed")[10:-10]
        np.testing.assert_allclose(np.diff(inside), -1 / STEPS, rtol=1e-3)
    charts.keyboard.press("Escape")
    expect(settings).to_have_count(0)


def test_logarithmic_axis_for_all_and_for_one(charts: Page):
    loss_card, rate_card = Card(charts, "train/loss"), Card(charts, "optimizer/rate").wait()
    linear, linear_rate = loss_card.picture(), rate_card.picture()
    one = loss_card.root.get_by_role("button", name="Logarithmic y axis")
    loss_card.root.hover()
    one.click()
    expect(one).to_have_attribute("aria-pressed", "true")
    loss_card.wait_for_other_picture(linear)
    assert rate_card.picture() == linear_rate
    charts.get_by_role("button", name="Log y").click()
    rate_card.wait_for_other_picture(linear_rate)
    expect(one).to_have_attribute("aria-pressed", "true")
    charts.locator(".slot").last.scroll_into_view_if_needed()
    expect(Card(charts, "offset").root.get_by_role("status")).to_contain_text("Nothing here is above zero")


def test_horizontal_axis_is_step_epoch_relative_or_wall_time(charts: Page):
    card = Card(charts, "train/loss")
    start = START + 10_000 * list(RATES).index(RUN)
    steps = np.arange(STEPS)
    seconds = SECONDS_PER_STEP * steps

    def choose(label: str, axis: str) -> ColumnAnswer:
        before = card.picture()
        button = charts.get_by_role("group", name="Horizontal axis").get_by_text(label, exact=True)
        answer = answer_to(charts, card.tag, button.click, lambda question: question["x"] == axis)
        card.wait_for_other_picture(before)
        return answer

    np.testing.assert_allclose(choose("Relative", "relative").array(RUN, "x"), seconds)
    np.testing.assert_allclose(choose("Wall", "wall").array(RUN, "x"), start + seconds)
    epochs = choose("Epoch", "epoch").array(RUN, "x")
    np.testing.assert_allclose(epochs[::50], [0, 1, 2, 3])
    assert np.all(np.diff(epochs) >= 0)
    np.testing.assert_allclose(choose("Step", "step").array(RUN, "x"), steps)


def test_chart_without_an_epoch_says_so(tmp_path: Path, serve: Callable[..., Server], page: Page):
    write_series(tmp_path / "run", {"loss": {0: 1.0, 1: 2.0}})
    page.goto(serve(tmp_path).url + "#x=epoch")
    expect(Card(page, "loss").root.get_by_role("status")).to_contain_text("These runs log no epoch series")


def test_tooltip_tells_the_nearest_points(charts: Page):
    card = Card(charts, "train/loss")
    charts.locator("#smoothing").fill("0")
    step = 139
    card.hover(step / (STEPS - 1), 0.0)
    tooltip = charts.get_by_role("tooltip")
    rows = tooltip.locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(tooltip.locator("th")).to_have_text(["Run", "Value", "Step", "Time"])
    told = {cells[0]: cells[1:] for cells in (row.locator("td").all_text_contents() for row in rows.all())}
    assert set(told) == set(RATES)
    for run, (value, at, elapsed) in told.items():
        assert float(value) == pytest.approx(loss(RATES[run], step), rel=1e-3)
        assert (at, elapsed) == (str(step), "4m 38s")
    # The pointer is at the top, and the steepest run is the highest there.
    expect(rows.first).to_contain_text(RUN)
    charts.mouse.move(5, 5)
    expect(tooltip).to_have_count(0)


def test_tooltip_tells_the_smoothed_value_too(charts: Page):
    card = Card(charts, "train/loss")
    charts.locator("#smoothing").fill("0")
    answer = answer_to(charts, card.tag, lambda: charts.locator("#smoothing").fill("0.3"), smoothing_is("exponential"))
    step = 60
    card.hover(step / (STEPS - 1))
    cells = charts.get_by_role("tooltip").locator("tr", has_text=RUN).locator("td")
    expect(cells).to_have_count(5)
    expect(cells.nth(3)).to_have_text(str(step))
    assert float(cells.nth(1).inner_text()) == pytest.approx(answer.array(RUN, "smoothed")[step], rel=1e-3)
    assert float(cells.nth(2).inner_text()) == pytest.approx(loss(0.4, step), rel=1e-3)


def test_one_cursor_over_all_charts(charts: Page):
    card, other = Card(charts, "train/loss"), Card(charts, "val/loss").wait()
    assert other.cursor_ink() == 0
    card.hover(0.5)
    other.wait_for_cursor(shown=True)
    expect(charts.get_by_role("tooltip")).to_have_count(1)
    charts.mouse.move(5, 5)
    other.wait_for_cursor(shown=False)


def test_pointing_at_a_run_brings_it_to_the_front(charts: Page):
    card = Card(charts, "train/loss")
    assert card.cursor_ink() == 0
    charts.locator('#runs [aria-label^="baseline, "]').hover()
    card.wait_for_cursor(shown=True)


def test_chart_obeys_the_keyboard(charts: Page):
    card = Card(charts, "train/loss")
    linear = card.picture()
    card.chart.focus()
    charts.keyboard.press("ArrowRight")
    tooltip = charts.get_by_role("tooltip")
    expect(tooltip).to_be_visible()
    middle = int(tooltip.locator("tbody tr").first.locator("td").nth(3).inner_text())
    for _ in range(5):
        charts.keyboard.press("ArrowRight")
    expect(tooltip.locator("tbody tr").first.locator("td").nth(3)).to_have_text(str(middle + 20))
    charts.keyboard.press("Escape")
    expect(tooltip).to_have_count(0)
    charts.keyboard.press("l")
    card.wait_for_other_picture(linear)
    width = card.root.bounding_box()["width"]
    charts.keyboard.press("w")
    expect(card.root.get_by_role("button", name="Full width")).to_have_attribute("aria-pressed", "true")
    assert card.root.bounding_box()["width"] > 1.5 * width


def test_settings_choose_the_size_of_charts(charts: Page):
    card = Card(charts, "train/loss")
    heights = []
    charts.get_by_role("button", name="Chart settings").click()
    sizes = charts.get_by_role("group", name="Size of charts")
    for size in ("Small", "Medium", "Large"):
        sizes.get_by_text(size, exact=True).click()
        expect(sizes.get_by_role("radio", name=size)).to_be_checked()
        heights.append(card.root.bounding_box()["height"])
    assert heights == sorted(heights) and len(set(heights)) == 3
