"""More runs than lines could be told apart: bands, the lines nearest to the pointer, and every line when asked."""

from collections.abc import Callable

import pytest
from card import Card
from column_answer import answer_to
from conftest import Server
from playwright.sync_api import Page, expect
from training_logs import START, write_series

from kymo import SummaryWriter

COUNT = 120
STEPS = 50


def loss(number: int, step: int) -> float:
    """Lines that do not cross: the higher the number, the higher the line."""
    return 1 + number / 10 + step / STEPS


def name(number: int) -> str:
    return f"lr-{number % 3}/run-{number:03}"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    log_dir = tmp_path_factory.mktemp("crowd")
    for number in range(COUNT):
        write_series(log_dir / name(number), {"loss": {step: loss(number, step) for step in range(STEPS)}})
    return serve_module(log_dir).url + "#smoothing=0&select=all"


@pytest.fixture
def charts(page: Page, crowd: str) -> Page:
    page.goto(crowd)
    Card(page, "loss").wait(bands=1)
    return page


def nearest_rows(page: Page) -> list[list[str]]:
    rows = page.get_by_role("tooltip").locator("table").last.locator("tbody tr")
    expect(rows).to_have_count(10)
    return [[text.strip() for text in one.locator("td").all_text_contents()] for one in rows.all()]


def test_crowd_is_a_band_and_says_so(charts: Page):
    card = Card(charts, "loss").wait(bands=1, series=0, points=COUNT * STEPS, newest_step=STEPS - 1)
    words = card.root.locator(".meta").first
    expect(words).to_have_text(f"{COUNT} runs as a band, the 10 nearest as lines")
    assert "More than 80 lines" in (words.get_attribute("title") or "")


def test_lines_nearest_to_the_pointer_are_drawn_and_told(charts: Page):
    card = Card(charts, "loss")
    before = card.picture()
    step = 20
    card.hover(step / (STEPS - 1), 0.0)
    rows = nearest_rows(charts)
    # Nothing lies above the highest line.
    assert [run for run, *_ in rows] == [name(number) for number in range(COUNT - 1, COUNT - 11, -1)]
    for (_, value, at, _), number in zip(rows, range(COUNT - 1, 0, -1), strict=False):
        assert (float(value), at) == (pytest.approx(loss(number, step), rel=1e-3), str(step))
    band = charts.get_by_role("tooltip").locator(".bands tbody td").all_text_contents()
    middle = (loss(0, step) + loss(COUNT - 1, step)) / 2
    assert band[0].strip() == "all runs"
    assert [float(one) for one in band[1:5]] == pytest.approx(
        [middle, loss(0, step), loss(COUNT - 1, step), COUNT], rel=1e-3
    )
    card.wait_for_other_picture(before)
    card.hover(step / (STEPS - 1), 0.99)
    expect(charts.get_by_role("tooltip").locator("table").last.locator("tbody tr").first).to_contain_text(name(0))
    charts.mouse.move(5, 5)
    expect(charts.get_by_role("tooltip")).to_have_count(0)
    charts.wait_for_function(
        "([place, before]) => document.querySelector(place).toDataURL() === before",
        arg=["article .u-wrap > canvas", before],
    )


def test_keyboard_finds_the_nearest_lines_too(charts: Page):
    Card(charts, "loss").chart.focus()
    charts.keyboard.press("ArrowRight")
    assert all("run-" in run for run, *_ in nearest_rows(charts))
    charts.keyboard.press("Escape")
    expect(charts.get_by_role("tooltip")).to_have_count(0)


def test_nearest_lines_are_asked_for_at_full_resolution(charts: Page):
    card = Card(charts, "loss")
    nearest = answer_to_nearest(charts, card)
    assert len(nearest["runs"]) == COUNT
    assert nearest["limit"] == 10
    card.drag((0.2, 0.5), (0.4, 0.5))
    answer = answer_to(charts, "loss", lambda: card.hover(0.5, 0.2), lambda question: question["range"] is not None)
    assert len(answer.question["runs"]) == 10
    assert answer.question["pixels"] > 200
    assert answer.question["range"][1] - answer.question["range"][0] == pytest.approx(0.2 * STEPS, abs=1)


def answer_to_nearest(page: Page, card: Card) -> dict[str, list[str]]:
    with page.expect_request("**/api/nearest") as asked:
        card.hover(0.5, 0.3)
    return dict(asked.value.post_data_json)


def test_crowd_in_groups_is_a_band_for_each(charts: Page):
    charts.get_by_label("Groups of runs").select_option("folder")
    card = Card(charts, "loss").wait(bands=3, series=0)
    expect(card.root.locator(".meta").first).to_have_text(f"{COUNT} runs in 3 bands, the 10 nearest as lines")
    charts.get_by_title("Show only this group: lr-1").click()
    # So few of them are lines again.
    card.wait(bands=0, series=COUNT // 3)


def test_every_line_is_drawn_when_asked(charts: Page):
    charts.get_by_role("button", name="Chart settings").click()
    charts.get_by_label("Draw every line").check()
    card = Card(charts, "loss").wait(bands=0, series=COUNT)
    expect(card.root.locator(".meta").first).to_have_text(f"{COUNT} runs, 6k points")
    charts.reload()
    card.wait(bands=0, series=COUNT)
    charts.get_by_role("button", name="Chart settings").click()
    charts.get_by_label("Draw every line").uncheck()
    card.wait(bands=1, series=0)


def test_as_many_lines_as_can_be_told_apart_are_lines(page: Page, crowd: str):
    few = crowd.replace("select=all", "select=none&rule=%2B%2F%2Frun-0%5B0-7%5D")
    page.goto(few)
    card = Card(page, "loss").wait(bands=0, series=80)
    page.locator("#run-filter").fill("run-080")
    page.locator("#runs .run .name").click()
    card.wait(bands=1, series=0)
    expect(card.root.locator(".meta").first).to_contain_text("81 runs as a band")


def test_crowd_grows_as_its_runs_do(tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., Server], page: Page):
    log_dir = tmp_path_factory.mktemp("live")
    for number in range(90):
        write_series(log_dir / f"run-{number:02}", {"loss": {0: 1.0, 1: float(number)}})
    page.goto(serve(log_dir).url + "#select=all")
    card = Card(page, "loss").wait(bands=1, points=180)
    card.hover(0.99, 0.0)
    nearest_rows(page)
    with SummaryWriter(log_dir / "run-50") as writer:
        writer.add_scalar("loss", 2.0, 2, START + 10)
        writer.flush()
        card.wait(bands=1, points=181, newest_step=2)
    # What is under the pointer is another place on the axis; its lines are found anew.
    expect(page.get_by_role("tooltip").locator("table").last).to_contain_text("run-50")
