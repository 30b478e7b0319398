"""Marks on charts, and the tables that compare what lies at and between them."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from card import Card
from column_answer import answer_to
from conftest import Server
from data_table import DataTable
from playwright.sync_api import Page, expect
from training_logs import RATES, SECONDS_PER_STEP, START, STEPS, loss, write_series

from kymo import SummaryWriter

RUN = "grid/lr-0.4"
VALUES = {run: np.array([loss(rate, step) for step in range(STEPS)], np.float32) for run, rate in RATES.items()}
TABLE = "smoothing=0&table=train/loss"


def open_page(page: Page, grid: str, view: str) -> tuple[Card, DataTable]:
    page.goto(f"{grid}#{view}")
    card = Card(page, "train/loss").wait(series=4)
    return card, DataTable(card)


def click(card: Card, step: float) -> None:
    card.over.scroll_into_view_if_needed()
    x, y = card.place(step / (STEPS - 1), 0.5)
    # Clicks are told in whole pixels, cut off.
    card.page.mouse.click(round(x), round(y))


def marks(page: Page, *expected: int) -> None:
    page.wait_for_function(
        "expected => (new URLSearchParams(location.hash.slice(1)).get('marks') ?? '') === expected",
        arg=",".join(map(str, expected)),
    )


def close_to(value: float) -> object:
    return pytest.approx(value, rel=2e-3, abs=1e-6)


def test_table_tells_the_statistics_of_every_point_in_view(page: Page, grid: str):
    card, table = open_page(page, grid, "smoothing=0")
    height = card.chart.bounding_box()["height"]
    card.chart.focus()
    page.keyboard.press("i")
    table.wait("Every point in view")
    for run, values in VALUES.items():
        expected = {
            "last": values[-1],
            "min": values.min(),
            "minstep": values.argmin(),
            "max": values.max(),
            "maxstep": values.argmax(),
            "mean": values.mean(),
            "std": values.std(),
            "first": values[0],
            "change": values[-1] - values[0],
            "points": STEPS,
        }
        assert {column: table.number(run, column) for column in expected} == {
            column: close_to(float(value)) for column, value in expected.items()
        }
    # The chart keeps its size: the card grows.
    assert card.chart.bounding_box()["height"] == height
    page.keyboard.press("i")
    expect(table.root).to_have_count(0)


def test_table_follows_the_zoom(page: Page, grid: str):
    card, table = open_page(page, grid, f"{TABLE}&zoom=50,100:train/loss")
    part = VALUES[RUN][50:101]
    expect(table.cell(RUN, "points")).to_have_text("51")
    assert table.number(RUN, "mean") == close_to(float(part.mean()))
    assert table.number(RUN, "first") == close_to(float(part[0]))
    card.chart.focus()
    page.keyboard.press("0")
    expect(table.cell(RUN, "points")).to_have_text(str(STEPS))


def test_one_mark_tells_the_values_there_in_every_chart(page: Page, grid: str):
    card, table = open_page(page, grid, TABLE)
    other = Card(page, "val/loss").wait()
    click(card, 120)
    marks(page, 120)
    page.mouse.move(5, 5)
    table.wait("A 120")
    other.wait_for_cursor(shown=True)
    for run, values in VALUES.items():
        assert table.number(run, "value") == close_to(float(values[120]))
        expect(table.cell(run, "step")).to_have_text("120")
        expect(table.cell(run, "time")).to_have_text("4m 00s")


def test_one_mark_tells_the_smoothed_value_too(page: Page, grid: str):
    card, table = open_page(page, grid, "smoothing=0.9&table=train/loss")
    answer = answer_to(page, card.tag, page.reload, lambda question: question["pixels"] > 1)
    page.goto(page.url + "&marks=77")
    page.reload()
    table.wait("A 77")
    assert table.number(RUN, "smoothed") == close_to(float(answer.array(RUN, "smoothed")[77]))
    assert table.number(RUN, "value") == close_to(float(VALUES[RUN][77]))


def test_table_and_tooltip_and_their_copies_agree_on_smoothed_and_logged_values(page: Page, grid: str):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card, table = open_page(page, grid, "smoothing=0.9&table=train/loss&marks=77,150")
    table.wait("A 77, B 150")
    told = {column: table.cell(RUN, column).inner_text() for column in ("asmoothed", "avalue", "bsmoothed", "bvalue")}
    assert table.number(RUN, "avalue") == close_to(float(VALUES[RUN][77]))
    assert told["asmoothed"] != told["avalue"]
    drop = table.number(RUN, "bsmoothed") - table.number(RUN, "asmoothed")
    assert table.number(RUN, "difference") == pytest.approx(drop, abs=2e-3)
    for mark, step in (("a", 77), ("b", 150)):
        card.hover(step / (STEPS - 1))
        row = page.get_by_role("tooltip").locator("tbody tr").filter(has_text=RUN)
        expect(row.locator("td").nth(3)).to_have_text(str(step))
        assert row.locator("td").all_text_contents()[1:3] == [told[f"{mark}smoothed"], told[f"{mark}value"]]
        page.keyboard.press("c")
        expect(page.get_by_test_id("toast")).to_contain_text("Copied 4 rows")
        lines = [line.split("\t") for line in page.evaluate("navigator.clipboard.readText()").splitlines()]
        cells = {name: texts for name, *texts in zip(*lines, strict=True)}
        at = cells["run"].index(RUN)
        assert float(cells["value"][at]) == close_to(float(VALUES[RUN][step]))
        assert float(cells["smoothed"][at]) == pytest.approx(float(told[f"{mark}smoothed"]), rel=1e-3)


@pytest.mark.parametrize(("a", "b"), [(40, 160), (160, 40)])
def test_two_marks_tell_the_difference_and_what_lies_between(page: Page, grid: str, a: int, b: int):
    card, table = open_page(page, grid, TABLE)
    click(card, a)
    marks(page, a)
    click(card, b)
    marks(page, a, b)
    table.wait(f"A {a}, B {b}")
    for run, values in VALUES.items():
        between = values[40:161]
        expected = {
            "a": values[a],
            "b": values[b],
            "difference": values[b] - values[a],
            "min": between.min(),
            "max": between.max(),
            "mean": between.mean(),
        }
        assert {column: table.number(run, column) for column in expected} == {
            column: close_to(float(value)) for column, value in expected.items()
        }
        percent = 100 * (values[b] - values[a]) / values[a]
        assert table.number(run, "percent") == pytest.approx(float(percent), abs=0.06)


def test_third_click_begins_anew_and_escape_clears(page: Page, grid: str):
    card, _ = open_page(page, grid, "smoothing=0")
    for step, expected in ((20, [20]), (80, [20, 80]), (50, [50])):
        click(card, step)
        marks(page, *expected)
    page.keyboard.press("Escape")
    marks(page)
    page.go_back()
    marks(page, 50)
    page.locator("h1").click()
    page.locator("body").press("Escape")
    marks(page)


def test_dragging_and_double_clicks_mark_nothing(page: Page, grid: str):
    card, _ = open_page(page, grid, "smoothing=0")
    answer_to(page, card.tag, lambda: card.drag((0.2, 0.5), (0.6, 0.5)), lambda question: question["range"])
    answer_to(page, card.tag, card.over.dblclick, lambda question: question["range"] is None)
    click(card, 90)
    marks(page, 90)


def test_marks_end_with_the_axis_and_are_set_by_keyboard(page: Page, grid: str):
    card, _ = open_page(page, grid, "smoothing=0")
    card.chart.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.wait_for_function("() => location.hash.includes('marks=')")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    page.wait_for_function("() => decodeURIComponent(location.hash).match(/marks=\\d+,\\d+/)")
    page.get_by_text("Relative", exact=True).click()
    marks(page)


def test_columns_sort_the_lines(page: Page, grid: str):
    _, table = open_page(page, grid, TABLE)
    by_mean = sorted(VALUES, key=lambda run: VALUES[run].mean())
    table.row(RUN).wait_for()
    own = table.runs()
    mean = table.root.get_by_role("columnheader", name="Mean")
    for direction, expected in (("descending", by_mean[::-1]), ("ascending", by_mean), ("none", own)):
        mean.get_by_role("button").click()
        expect(mean).to_have_attribute("aria-sort", direction)
        assert table.runs() == expected
    table.root.get_by_role("columnheader", name="Run").get_by_role("button").click()
    assert table.runs() == sorted(VALUES)
    page.reload()
    expect(table.root.locator("tbody tr")).to_have_count(4)
    assert table.runs() == sorted(VALUES)


def test_runs_are_compared_with_a_baseline(page: Page, grid: str):
    _, table = open_page(page, grid, f"{TABLE}&marks=100,150")
    table.row("baseline").get_by_role("button").press("Enter")
    away = {run: float(values[150] - VALUES["baseline"][150]) for run, values in VALUES.items()}
    assert {run: table.number(run, "baseline") for run in VALUES} == {run: close_to(away[run]) for run in VALUES}
    percent = 100 * away[RUN] / float(VALUES["baseline"][150])
    assert table.number(RUN, "baselineshare") == pytest.approx(percent, abs=0.06)
    button = table.row("baseline").get_by_role("button")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(table.cell(RUN, "baseline")).to_have_count(0)


def test_table_is_copied_in_full(page: Page, grid: str):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _, table = open_page(page, grid, f"{TABLE}&marks=100,150&order=-a")
    table.cell(RUN, "mean").wait_for()
    table.root.get_by_role("button", name="Copy").click()
    expect(page.get_by_test_id("toast")).to_have_text("Copied 4 rows")
    header, *rows = (line.split("\t") for line in page.evaluate("navigator.clipboard.readText()").splitlines())
    assert header == ["run", "a", "b", "difference", "percent", "min", "max", "mean"]
    assert [row[0] for row in rows] == sorted(VALUES, key=lambda run: -VALUES[run][100])
    told = dict(zip(header, rows[0], strict=True))
    assert float(told["a"]) == pytest.approx(float(VALUES[told["run"]][100]), rel=1e-7)


def test_table_is_opened_from_the_menu(page: Page, grid: str):
    card, table = open_page(page, grid, "smoothing=0")
    item = card.open_menu().get_by_role("menuitemcheckbox", name="Data table")
    expect(item).to_have_attribute("aria-checked", "false")
    item.click()
    table.row(RUN).wait_for()
    assert re.search("table=train%2Floss", page.url)
    expect(card.open_menu().get_by_role("menuitemcheckbox", name="Data table")).to_have_attribute(
        "aria-checked", "true"
    )


def test_long_table_is_read_page_by_page_with_the_keyboard(tmp_path: Path, serve: Callable[..., Server], page: Page):
    count = 250
    write_series(tmp_path / "run-0", {"loss": {0: 1.0, 1: 2.0}})
    for number in range(1, count):
        shutil.copytree(tmp_path / "run-0", tmp_path / f"run-{number}")
    page.goto(serve(tmp_path).url + "#table=loss")
    page.locator("#runs").focus()
    page.keyboard.press("a")
    table = DataTable(Card(page, "loss").wait(bands=1))
    pages = table.root.get_by_role("navigation")
    expect(pages.get_by_role("status")).to_have_text("1–200 of 250")
    following, previous = pages.get_by_role("button", name="Next"), pages.get_by_role("button", name="Previous")
    assert len(table.runs()) == 200
    following.focus()
    page.keyboard.press("Enter")
    expect(pages.get_by_role("status")).to_have_text("201–250 of 250")
    expect(table.root.locator("tbody tr")).to_have_count(50)
    # There is no further page, and the focus stays.
    page.keyboard.press("Enter")
    expect(pages.get_by_role("status")).to_have_text("201–250 of 250")
    expect(following).to_be_focused()
    expect(following).to_have_attribute("aria-disabled", "true")
    # Another order is read from its beginning.
    table.root.get_by_role("button", name="Last").click()
    expect(pages.get_by_role("status")).to_have_text("1–200 of 250")
    expect(previous).to_have_attribute("aria-disabled", "true")


def test_runs_of_two_directories_are_told_apart_everywhere(tmp_path: Path, serve: Callable[..., Server], page: Page):
    """Also where a name was given to both of them."""
    for place in ("one", "two"):
        directory = tmp_path / place / "runs"
        write_series(directory / "mlp", {"loss": {0: 1.0, 1: 2.0}})
        write_series(directory / "cnn", {"loss": {0: 1.0, 1: 2.0}})
        (directory / "mlp" / "notes.json").write_text(json.dumps({"name": "best"}))
    page.goto(serve(tmp_path / "one" / "runs", str(tmp_path / "two" / "runs")).url + "#table=loss")
    titles = ["best (one/runs/mlp)", "best (two/runs/mlp)", "one/runs/cnn", "two/runs/cnn"]
    card = Card(page, "loss").wait(series=4)
    table = DataTable(card)
    table.cell(titles[0], "points").wait_for()
    assert sorted(table.runs()) == titles
    card.hover(0.5)
    rows = page.get_by_role("tooltip").locator("tbody tr td:first-child")
    expect(rows).to_have_count(4)
    assert sorted(text.strip() for text in rows.all_text_contents()) == titles
    menu = card.open_menu()
    with page.expect_download() as download:
        menu.get_by_role("menuitem", name="Save as SVG").click()
    drawn = Path(download.value.path()).read_text()
    assert all(f">{title}</text>" in drawn for title in titles)


def test_table_grows_with_its_run(tmp_path: Path, serve: Callable[..., Server], page: Page):
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss", 4.0, 0, START)
        writer.flush()
        page.goto(serve(tmp_path).url + "#table=loss")
        table = DataTable(Card(page, "loss").wait(points=1))
        expect(table.cell("run", "points")).to_have_text("1")
        for step in range(1, 5):
            writer.add_scalar("loss", 4.0 - step, step, START + SECONDS_PER_STEP * step)
        writer.flush()
        expect(table.cell("run", "points")).to_have_text("5")
        assert (table.number("run", "last"), table.number("run", "mean")) == (0, 2)
