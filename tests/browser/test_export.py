"""The card's menu: charts as pictures, and their points as files."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import Locator, Page, expect
from training_logs import RATES, STEPS, loss, write_series

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def card(page: Page, grid: str) -> Card:
    page.goto(grid)
    return Card(page, "train/loss").wait(series=4)


def save(card: Card, item: str) -> tuple[str, bytes]:
    """The name and the bytes of what an item of the menu saves."""
    menu = card.open_menu()
    with card.page.expect_download() as download:
        menu.get_by_role("menuitem", name=item).click()
    expect(menu).to_have_count(0)
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def texts(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def lines(root: ElementTree.Element) -> list[ElementTree.Element]:
    plot = next(group for group in root.iter(f"{SVG}g") if group.get("class") == "plot")
    return [path for path in plot.iter(f"{SVG}path") if path.get("fill") == "none"]


def test_svg_holds_every_line_the_axes_and_a_legend(card: Card):
    name, body = save(card, "Save as SVG")
    assert name == "train_loss.svg"
    root = ElementTree.fromstring(body)
    clear = [line for line in lines(root) if line.get("stroke-opacity") is None]
    pale = [line for line in lines(root) if line.get("stroke-opacity") is not None]
    assert len(clear) == len(pale) == 4
    assert len({line.get("stroke") for line in clear}) == 4
    words = texts(root)
    assert words[0] == "train/loss"
    assert {"step", "0", "50", "100", "150", *RATES} <= set(words)
    assert not any(element.get("style") for element in root.iter())


def test_svg_is_of_what_the_card_shows(card: Card):
    card.page.goto(card.page.url + "#smoothing=0&logx=1&log=1&zoom=1,100;:train/loss")
    card.page.reload()
    card.wait()
    card.page.locator('#runs [aria-label^="baseline, "] .name').click()
    card.wait(series=3)
    root = ElementTree.fromstring(save(card, "Save as SVG")[1])
    assert len(lines(root)) == 3
    words = texts(root)
    assert {"1", "2", "5", "10", "20", "50", "100"} <= set(words)
    assert "baseline" not in words


def test_svg_has_the_marks_that_the_card_shows(card: Card):
    card.page.goto(card.page.url + "#marks=50,100")
    card.page.reload()
    card.wait()
    root = ElementTree.fromstring(save(card, "Save as SVG")[1])
    marks = next(group for group in root.iter(f"{SVG}g") if group.get("class") == "marks")
    assert texts(marks) == ["A", "B"]
    assert len([path for path in marks.iter(f"{SVG}path") if path.get("fill") == "none"]) == 2


def test_svg_survives_names_full_of_markup(tmp_path: Path, serve: Callable[..., Server], page: Page):
    tag, run = 'a"<b>&', "<script>'&\N{SNOWMAN}"
    write_series(tmp_path / run, {tag: {0: 1.0, 1: 2.0}})
    page.goto(serve(tmp_path).url)
    root = ElementTree.fromstring(save(Card(page, tag).wait(points=2), "Save as SVG")[1])
    words = texts(root)
    assert words[0] == tag and words[-1] == run


def test_png_is_the_svg_at_twice_its_size(card: Card):
    root = ElementTree.fromstring(save(card, "Save as SVG")[1])
    name, body = save(card, "Save as PNG")
    assert name == "train_loss.png"
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", body[16:24])
    assert (width, height) == (2 * round(float(root.get("width"))), 2 * round(float(root.get("height"))))
    # A picture of one colour would be far smaller.
    assert len(body) > 10_000


def test_csv_holds_every_point_of_the_runs_shown(card: Card):
    card.page.locator('#runs [aria-label^="baseline, "] .name').click()
    card.wait(series=3)
    name, body = save(card, "Save as CSV")
    assert name == "train_loss.csv"
    header, *rows = body.decode().splitlines()
    assert header == "run,step,wall_time,value,superseded"
    assert len(rows) == 3 * STEPS
    assert {row.split(",")[0] for row in rows} == set(RATES) - {"baseline"}


def test_json_holds_every_point_of_the_runs_shown(card: Card):
    name, body = save(card, "Save as JSON")
    assert name == "train_loss.json"
    answer = json.loads(body)
    assert answer["tag"] == "train/loss"
    points = {entry["run"]: entry["points"] for entry in answer["runs"]}
    assert set(points) == set(RATES)
    _, step, value = points["grid/lr-0.4"][123]
    assert (step, value) == (123, pytest.approx(loss(0.4, 123)))


def test_menu_is_used_by_keyboard(card: Card):
    page = card.page
    button = card.root.get_by_role("button", name="Menu of")
    button.focus()
    page.keyboard.press("Enter")

    def item(name: str) -> Locator:
        return card.root.get_by_role("menuitem", name=name)

    expect(item("Axes")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(card.root.get_by_role("menuitemcheckbox", name="Data table")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(item("Save as SVG")).to_be_focused()
    page.keyboard.press("End")
    expect(item("Save as JSON")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(item("Axes")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card.root.get_by_role("menu")).to_have_count(0)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(item("Axes")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(item("Save as SVG")).to_be_focused()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "train_loss.svg"
