"""Colours and shapes of runs and groups, as the reader chooses them."""

import pytest
from card import Card
from playwright.sync_api import Locator, Page, expect
from run_row import run_row

RUN = "grid/lr-0.1"


@pytest.fixture
def charts(page: Page, grid: str) -> Page:
    page.goto(grid)
    Card(page, "train/loss").wait(series=4)
    return page


def look(place: Locator) -> list[str]:
    mark = place.locator("svg").first
    return [str(mark.evaluate("mark => mark.style.color")), str(mark.locator("path").get_attribute("d"))]


def test_swatch_chooses_a_look_that_stays(charts: Page, grid: str):
    card = Card(charts, "train/loss")
    place, before = run_row(charts, RUN), card.picture()
    automatic = look(place)
    place.get_by_role("button", name=f"Colour of the run {RUN}").click()
    dialog = charts.get_by_role("dialog", name=f"Colour of the run {RUN}")
    expect(dialog.get_by_role("radio")).to_have_count(32)
    expect(dialog.get_by_role("button", name="Automatic")).to_have_attribute("aria-pressed", "true")
    dialog.get_by_role("radio", name="maroon triangle, dashed").click()
    expect(dialog).to_have_count(0)
    chosen = look(place)
    assert chosen[0] == "rgb(100, 26, 39)"
    assert chosen[1].startswith("M8 3l5.2 9H2.8z")
    card.wait_for_other_picture(before)
    # The row was not hidden by the click.
    expect(place).to_have_attribute("aria-checked", "true")
    card.wait(series=4)
    charts.goto("about:blank")
    charts.goto(grid)
    card.wait(series=4)
    assert look(place) == chosen
    place.get_by_role("button", name=f"Colour of the run {RUN}").click()
    expect(dialog.get_by_role("radio", name="maroon triangle, dashed")).to_be_checked()
    dialog.get_by_role("button", name="Automatic").click()
    expect(dialog).to_have_count(0)
    assert look(place) == automatic


def test_keyboard_chooses_a_look(charts: Page):
    charts.locator("#runs").focus()
    for key in ("Home", "ArrowDown", "ArrowDown", "c"):
        charts.keyboard.press(key)
    dialog = charts.get_by_role("dialog", name=f"Colour of the run {RUN}")
    focused = charts.locator(":focus")
    expect(focused).to_have_attribute("aria-label", "blue circle, solid")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowUp"):
        charts.keyboard.press(key)
    expect(focused).to_have_attribute("aria-label", "maroon circle, solid")
    charts.keyboard.press("ArrowDown")
    charts.keyboard.press("Home")
    expect(focused).to_have_attribute("aria-label", "blue square, dashed")
    charts.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(focused).to_have_attribute("id", "runs")
    assert look(run_row(charts, RUN)) == ["rgb(48, 92, 227)", "M4 4h8v8H4z"]
    charts.keyboard.press("c")
    expect(focused).to_have_attribute("aria-label", "blue square, dashed")
    charts.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(focused).to_have_attribute("id", "runs")
    assert look(run_row(charts, RUN))[0] == "rgb(48, 92, 227)"


def test_click_elsewhere_closes_the_picker(charts: Page):
    run_row(charts, RUN).get_by_role("button", name="Colour of the run").click()
    expect(charts.get_by_role("dialog")).to_be_visible()
    charts.locator("header h1, header").first.click(position={"x": 500, "y": 10})
    expect(charts.get_by_role("dialog")).to_have_count(0)


def test_groups_have_looks_of_their_own(charts: Page):
    own = look(run_row(charts, RUN))
    charts.get_by_label("Groups of runs").select_option("folder")
    legend = charts.get_by_role("list", name="Groups")
    run_row(charts, RUN).get_by_role("button", name="Colour of the group grid").click()
    charts.get_by_role("dialog", name="Colour of the group grid").get_by_role("radio", name="olive diamond").click()
    for run in (RUN, "grid/lr-0.4"):
        assert look(run_row(charts, run))[0] == "rgb(100, 99, 18)"
    assert look(run_row(charts, "baseline"))[0] != "rgb(100, 99, 18)"
    legend.get_by_role("button", name="Colour of the group grid").click()
    charts.get_by_role("dialog").get_by_role("radio", name="violet circle").click()
    assert look(run_row(charts, RUN))[0] == "rgb(94, 50, 166)"
    expect(legend.get_by_role("button", name="Colour of the group grid")).to_be_focused()
    charts.get_by_label("Groups of runs").select_option("none")
    assert look(run_row(charts, RUN)) == own
