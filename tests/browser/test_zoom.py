"""Zooming: what is asked again, at full resolution, and the ways back."""

from collections.abc import Callable

import numpy as np
import pytest
from card import Card
from column_answer import Question, answer_to, questions_of
from conftest import Server
from playwright.sync_api import Page, expect

from kymo import SummaryWriter

POINTS = 200_000
RUN = "long"


@pytest.fixture(scope="module")
def long_run(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    log_dir = tmp_path_factory.mktemp("long")
    with SummaryWriter(log_dir / RUN) as writer:
        for step in range(POINTS):
            writer.add_scalar("loss", (step * 7919) % 1000 / 1000, step)
        for step in range(0, POINTS, 1000):
            writer.add_scalar("other", step / POINTS, step)
    return serve_module(log_dir).url


@pytest.fixture
def chart(page: Page, long_run: str) -> Card:
    page.goto(long_run)
    Card(page, "other").wait()
    return Card(page, "loss").wait(points=POINTS, newest_step=POINTS - 1)


def zoomed(question: Question) -> bool:
    return question["range"] is not None


def whole(question: Question) -> bool:
    return question["range"] is None


def test_dragging_asks_for_the_range_at_full_resolution(chart: Card):
    page = chart.page
    coarse = answer_to(page, "loss", page.reload)
    chart.wait(points=POINTS)
    assert coarse.series(RUN)["downsampled"] and coarse.series(RUN)["in_view"] == POINTS
    before = chart.picture()
    fine = answer_to(page, "loss", lambda: chart.drag((0.5, 0.5), (0.52, 0.5)), zoomed)
    assert fine.series(RUN)["in_view"] < 0.03 * POINTS
    first = fine.question["range"]
    fine = answer_to(page, "loss", lambda: chart.drag((0.4, 0.5), (0.5, 0.5)), lambda asked: asked["range"] != first)
    assert not fine.series(RUN)["downsampled"]
    low, high = fine.question["range"]
    steps = fine.array(RUN, "x")
    inside = steps[(steps >= low) & (steps <= high)]
    np.testing.assert_array_equal(inside, np.arange(np.ceil(low), np.floor(high) + 1))
    np.testing.assert_allclose(fine.array(RUN, "value"), steps * 7919 % 1000 / 1000, rtol=1e-6)
    assert fine.series(RUN)["in_view"] >= len(inside)
    chart.wait_for_other_picture(before)
    # The other chart keeps its own range.
    expect(Card(page, "other").root.get_by_role("button", name="Reset zoom")).to_have_count(0)


@pytest.mark.parametrize("way", ["double click", "button", "key in the chart", "key anywhere"])
def test_ways_back_to_the_whole(chart: Card, way: str):
    page = chart.page
    answer_to(page, "loss", lambda: chart.drag((0.2, 0.5), (0.4, 0.5)), zoomed)
    reset = chart.root.get_by_role("button", name="Reset zoom")
    expect(reset).to_be_visible()
    ways = {
        "double click": chart.over.dblclick,
        "button": reset.click,
        "key in the chart": lambda: chart.chart.press("0"),
        "key anywhere": lambda: page.locator("body").press("0"),
    }
    answer = answer_to(page, "loss", ways[way], whole)
    assert answer.series(RUN)["in_view"] == POINTS
    expect(reset).to_have_count(0)


def test_keys_zoom_and_move(chart: Card):
    page = chart.page
    chart.chart.focus()
    low, high = answer_to(page, "loss", lambda: page.keyboard.press("+"), zoomed).question["range"]
    assert high - low == pytest.approx((POINTS - 1) / 2, rel=1e-3)
    moved = answer_to(
        page, "loss", lambda: page.keyboard.press("Shift+ArrowRight"), lambda asked: asked["range"][0] > low
    )
    assert moved.question["range"] == pytest.approx([low + (high - low) / 4, high + (high - low) / 4], rel=1e-3)
    back = answer_to(
        page, "loss", lambda: page.keyboard.press("Shift+ArrowLeft"), lambda asked: asked["range"][0] <= low
    )
    assert back.question["range"] == pytest.approx([low, high], rel=1e-3, abs=20)
    wider = answer_to(page, "loss", lambda: page.keyboard.press("-"), lambda asked: asked["range"] != [low, high])
    assert np.ptp(wider.question["range"]) == pytest.approx(POINTS - 1, rel=1e-3)


def test_shift_and_drag_moves_the_view(chart: Card):
    page = chart.page
    low, high = answer_to(page, "loss", lambda: chart.drag((0.2, 0.5), (0.4, 0.5)), zoomed).question["range"]
    page.keyboard.down("Shift")
    expected = low - 0.5 * (high - low)

    def arrived(asked: Question) -> bool:
        return abs(asked["range"][0] - expected) < 0.02 * (high - low)

    moved = answer_to(page, "loss", lambda: chart.drag((0.25, 0.5), (0.75, 0.5)), arrived)
    page.keyboard.up("Shift")
    assert np.ptp(moved.question["range"]) == pytest.approx(high - low, rel=1e-3)


def test_dragging_upright_zooms_the_values_alone(chart: Card):
    asked: list[Question] = []
    chart.page.on("request", lambda sent: asked.extend(questions_of(sent)))
    before = chart.picture()
    chart.drag((0.5, 0.3), (0.5, 0.7))
    expect(chart.root.get_by_role("button", name="Reset zoom")).to_be_visible()
    chart.wait_for_other_picture(before)
    assert chart.tag not in [question["tag"] for question in asked]


def test_dragging_a_rectangle_zooms_both(chart: Card):
    page = chart.page
    low, high = answer_to(page, "loss", lambda: chart.drag((0.25, 0.25), (0.75, 0.75)), zoomed).question["range"]
    assert (low, high) == (pytest.approx(POINTS / 4, rel=0.02), pytest.approx(POINTS * 3 / 4, rel=0.02))
    page.wait_for_function("() => decodeURIComponent(location.hash).includes(';')")


def test_all_charts_zoom_together_when_asked(chart: Card):
    page = chart.page
    page.get_by_role("button", name="Chart settings").click()
    page.get_by_label("Zoom all charts together").check()
    page.keyboard.press("Escape")
    other = answer_to(page, "other", lambda: chart.drag((0.2, 0.5), (0.4, 0.5)), zoomed)
    low, high = other.question["range"]
    assert (low, high) == (pytest.approx(POINTS * 0.2, rel=0.05), pytest.approx(POINTS * 0.4, rel=0.05))
    for card in (chart, Card(page, "other")):
        expect(card.root.get_by_role("button", name="Reset zoom")).to_be_visible()


def test_another_axis_ends_the_zoom(chart: Card):
    page = chart.page
    answer_to(page, "loss", lambda: chart.drag((0.2, 0.5), (0.4, 0.5)), zoomed)
    answer = answer_to(page, "loss", lambda: page.get_by_text("Relative", exact=True).click())
    assert answer.question["x"] == "relative" and answer.question["range"] is None


def turn(card: Card, at: float, across: float, down: float, key: str | None = None) -> None:
    """Turns the wheel over a place of the plot, with a key held."""
    card.hover(at)
    if key:
        card.page.keyboard.down(key)
    card.page.mouse.wheel(across, down)
    if key:
        card.page.keyboard.up(key)


@pytest.mark.parametrize("key", ["Alt", "Control"])
def test_wheel_with_a_key_zooms_at_the_pointer(chart: Card, key: str):
    page = chart.page
    answer = answer_to(page, "loss", lambda: turn(chart, 0.25, 0, -120, key), zoomed)
    low, high = answer.question["range"]
    assert high - low < 0.8 * POINTS
    assert low + 0.25 * (high - low) == pytest.approx(0.25 * POINTS, rel=0.02)
    assert page.evaluate("devicePixelRatio") == 1
    # Out again, until all is shown: that is no zoom any more.
    answer = answer_to(page, "loss", lambda: [turn(chart, 0.25, 0, 120, key) for _ in range(3)], whole)
    expect(chart.root.get_by_role("button", name="Reset zoom")).to_have_count(0)


def test_wheel_across_moves_a_zoomed_chart(chart: Card):
    page = chart.page
    low, high = answer_to(page, "loss", lambda: chart.drag((0.2, 0.5), (0.4, 0.5)), zoomed).question["range"]
    moved = answer_to(page, "loss", lambda: turn(chart, 0.5, 60, 0), lambda asked: asked["range"][0] > low)
    now, _ = moved.question["range"]
    assert np.ptp(moved.question["range"]) == pytest.approx(high - low, rel=1e-3)
    answer_to(page, "loss", lambda: turn(chart, 0.5, 0, -60, "Shift"), lambda asked: asked["range"][0] < now)


def test_plain_wheel_scrolls_the_page(chart: Card):
    page = chart.page
    page.set_viewport_size({"width": 700, "height": 400})
    chart.wait()
    turn(chart, 0.5, 0, 120)
    page.wait_for_function("() => document.getElementById('charts').scrollTop > 0")
    expect(chart.root.get_by_role("button", name="Reset zoom")).to_have_count(0)
