"""Charts of several tags: batch and epoch, training and validation, and those that the reader joins."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from card import Card
from column_answer import answer_to, questions_of
from conftest import Server
from playwright.sync_api import BrowserContext, Locator, Page, Request, expect
from training_logs import write_series

from kymo import SummaryWriter

STEPS = 120
SERIES = {
    "train/loss": {step: 1.0 + step % 3 for step in range(STEPS)},
    "train/loss/epoch": dict.fromkeys(range(9, STEPS, 10), 2.0),
    "val/loss": dict.fromkeys(range(9, STEPS, 10), 3.0),
    "lr": dict.fromkeys(range(STEPS), 0.5),
}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    log_dir = tmp_path_factory.mktemp("joining")
    write_series(log_dir / "run", SERIES)
    return serve_module(log_dir).url


def legend(page: Page, tag: str) -> Locator:
    return Card(page, tag).root.get_by_role("list", name="Lines").get_by_role("listitem")


def grip(page: Page, tag: str) -> Locator:
    return Card(page, tag).root.get_by_role("button", name="Join with …")


def drag(page: Page, tag: str, onto: str, drop: bool = True) -> None:
    Card(page, tag).root.hover()
    start, end = grip(page, tag).bounding_box(), Card(page, onto).root.bounding_box()
    assert start is not None and end is not None
    page.mouse.move(start["x"] + 4, start["y"] + 4)
    page.mouse.down()
    page.mouse.move(start["x"] + 24, start["y"] + 24)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2)
    if drop:
        page.mouse.up()


def choose_setting(page: Page, name: str) -> None:
    page.get_by_role("button", name="Chart settings").click()
    page.get_by_role("group", name="Chart settings").get_by_label(name).click()
    page.keyboard.press("Escape")


def test_a_mean_per_epoch_shares_the_chart_of_its_batches(page: Page, logs: str):
    questions: list[dict[str, object]] = []
    page.on("request", lambda sent: questions.extend(questions_of(sent)))
    page.goto(logs)
    card = Card(page, "train/loss").wait(series=2, points=STEPS + STEPS // 10)
    expect(Card(page, "train/loss/epoch").root).to_have_count(0)
    expect(legend(page, "train/loss")).to_have_text(["batch", "epoch"])
    # The hairy line is pale, the means are what was logged: neither is smoothed; other charts are.
    asked = {question["tag"]: question["smoothing"] for question in questions}
    assert asked["train/loss"] is None and asked["train/loss/epoch"] is None
    assert asked["val/loss"] is not None
    joined = card.picture()

    choose_setting(page, "Batch and epoch in one chart")
    Card(page, "train/loss/epoch").wait(series=1, points=STEPS // 10)
    card.wait(series=1, points=STEPS)
    expect(legend(page, "train/loss")).to_have_count(0)
    assert "epochs=apart" in page.url
    page.reload()
    Card(page, "train/loss/epoch").wait(series=1)
    choose_setting(page, "Batch and epoch in one chart")
    card.wait(series=2)
    assert card.picture() == joined


def test_a_mean_that_comes_later_moves_nothing(tmp_path: Path, serve: Callable[..., Server], page: Page):
    write_series(tmp_path / "run", {tag: {0: 1.0, 1: 0.5} for tag in ("train/loss", "train/z", "val/loss", "val/z")})
    page.goto(serve(tmp_path).url)
    card = Card(page, "train/loss").wait(points=2)
    places = "() => [...document.querySelectorAll('.slot')].map(slot => JSON.stringify(slot.getBoundingClientRect()))"
    before = page.evaluate(places)
    write_series(tmp_path / "run", {"train/loss/epoch": {1: 0.75}})
    card.wait(series=2, points=3)
    expect(legend(page, "train/loss")).to_have_text(["batch", "epoch"])
    assert page.evaluate(places) == before


def test_tooltip_tells_the_tag_of_each_line(page: Page, logs: str):
    page.goto(logs)
    card = Card(page, "train/loss").wait(series=2)
    card.hover(59 / (STEPS - 1), 0.5)
    tooltip = page.get_by_role("tooltip")
    expect(tooltip.locator("th")).to_have_text(["Run", "Tag", "Value", "Step", "Time"])
    rows = [row.locator("td").all_text_contents() for row in tooltip.locator("tbody tr").all()]
    told = {tag: figures for _run, tag, *figures in rows}
    assert told["batch"][:2] == ["3", "59"]
    assert told["epoch"][:2] == ["2", "59"]
    Card(page, "lr").hover(0.5)
    expect(tooltip.locator("th").nth(1)).not_to_have_text("Tag")


def test_validation_joins_training_on_request(page: Page, logs: str):
    page.goto(logs)
    card = Card(page, "train/loss").wait(series=2)
    before = card.picture()
    choose_setting(page, "Training and validation in one chart")
    card.wait(series=3)
    expect(Card(page, "val/loss").root).to_have_count(0)
    expect(legend(page, "train/loss")).to_have_text(["train batch", "train epoch", "val"])
    dashes = (
        legend(page, "train/loss")
        .locator("path")
        .evaluate_all("all => all.map(path => path.getAttribute('stroke-dasharray') || null)")
    )
    assert dashes == [None, None, "6 3"]
    card.wait_for_other_picture(before)
    assert "validation=joined" in page.url


def test_what_is_logged_per_batch_is_pale_behind_what_is_logged_per_epoch(
    tmp_path: Path, serve: Callable[..., Server], page: Page
):
    """Without any mean per epoch: how many points there are decides."""
    values = {step: 1.0 + step % 3 for step in range(STEPS)}
    epochs = dict.fromkeys(range(9, STEPS, 10), 2.0)
    series = {"train/loss": values, "val/loss": epochs, "train/rate": epochs, "val/rate": epochs}
    write_series(tmp_path / "run", series)
    asked: dict[str, object] = {}

    def note(request: Request) -> None:
        asked.update({question["tag"]: question["smoothing"] for question in questions_of(request)})

    page.on("request", note)
    page.goto(serve(tmp_path).url + "#validation=joined&smoothing=0.9")
    Card(page, "train/loss").wait(series=2)
    Card(page, "train/rate").wait(series=2)
    pale = re.compile(r"\bpale\b")
    expect(legend(page, "train/loss")).to_have_text(["train", "val"])
    expect(legend(page, "train/loss").first).to_have_class(pale)
    for clear in (legend(page, "train/loss").last, *legend(page, "train/rate").all()):
        expect(clear).not_to_have_class(pale)
    # What is clear beside something pale is not smoothed.
    Card(page, "train/loss").hover(0.5)
    row = page.get_by_role("tooltip").locator("tbody tr").filter(has_text="val")
    expect(row.locator("td").nth(2)).to_have_text("")
    assert {tag for tag, smoothing in asked.items() if smoothing is None} == {"val/loss"}


def test_dragging_a_card_onto_another_joins_them_for_good_and_for_others(
    page: Page, logs: str, other_context: BrowserContext, new_page: Callable[[BrowserContext], Page]
):
    page.goto(logs)
    card = Card(page, "val/loss").wait(series=1)
    Card(page, "lr").wait(series=1)
    drag(page, "lr", "val/loss", drop=False)
    target = page.locator(".slot.target")
    expect(target).to_have_attribute("data-card", "scalar:val/loss")
    expect(page.get_by_text("Join lr with val/loss")).to_be_visible()
    page.keyboard.press("Escape")
    expect(target).to_have_count(0)
    page.mouse.up()
    expect(Card(page, "lr").root).to_have_count(1)
    # The end of a dragging is no click on the grip.
    expect(page.get_by_role("dialog")).to_have_count(0)

    drag(page, "lr", "val/loss")
    card.wait(series=2)
    expect(Card(page, "lr").root).to_have_count(0)
    expect(legend(page, "val/loss")).to_have_text(["val/loss", "lr"])
    other = new_page(other_context)
    other.goto(page.url)
    Card(other, "val/loss").wait(series=2)
    page.go_back()
    Card(page, "lr").wait(series=1)


def test_menu_joins_and_splits_by_keyboard(page: Page, logs: str):
    page.goto(logs)
    card = Card(page, "val/loss").wait(series=1)
    card.chart.focus()
    page.keyboard.press("j")
    menu = page.get_by_role("dialog", name="Join val/loss")
    # What measures the same in training is offered first.
    expect(menu.get_by_role("option")).to_have_text(["train/loss", "lr"])
    page.keyboard.type("LR")
    expect(menu).to_contain_text("No other chart of numbers matches.")
    page.keyboard.press("Control+A")
    page.keyboard.type("l")
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("option", name="lr")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    card.wait(series=2)
    expect(menu).to_have_count(0)
    expect(grip(page, "val/loss")).to_be_focused()

    page.keyboard.press("Enter")
    menu.get_by_role("option", name="train/loss").click()
    card.wait(series=4)
    grip(page, "val/loss").click()
    menu.get_by_role("button", name="Take out lr").click()
    card.wait(series=3)
    Card(page, "lr").wait(series=1)
    grip(page, "val/loss").click()
    menu.get_by_role("button", name="Split").click()
    card.wait(series=1)
    # What the settings have joined is split next.
    grip(page, "train/loss").click()
    page.get_by_role("dialog", name="Join train/loss").get_by_role("button", name="Split").click()
    Card(page, "train/loss/epoch").wait(series=1)
    assert re.search(r"#apart=train%2Floss%2Fepoch$", page.url)


def test_lines_of_a_joined_chart_share_its_scale(page: Page, logs: str):
    page.goto(logs + "#join=val/loss,lr&smoothing=0")
    card = Card(page, "val/loss").wait(series=2)
    answer = answer_to(page, "lr", page.reload)
    np.testing.assert_array_equal(answer.array("run", "value"), np.full(STEPS, 0.5))
    card.wait(series=2)
    # One of them is at the top, the other at the floor.
    card.root.scroll_into_view_if_needed()
    assert card.ink(0.3, 0, 0.9, 0.15) > 0 and card.ink(0.3, 0.85, 0.9, 1) > 0


def test_texts_join_nothing(tmp_path: Path, serve: Callable[..., Server], page: Page):
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_text("notes", "a text")
        writer.add_scalar("loss", 1.0, 0)
    page.goto(serve(tmp_path).url + "#join=loss,notes")
    Card(page, "loss").wait(series=1)
    text = page.locator("article[data-tag^='notes']")
    expect(text).to_have_attribute("data-state", "ready")
    expect(text.get_by_role("button", name="Join with …")).to_have_count(0)
    drag(page, "loss", text.get_attribute("data-tag") or "", drop=False)
    expect(page.locator(".slot.target")).to_have_count(0)
    page.mouse.up()
    Card(page, "loss").wait(series=1)
