"""Nothing moves by itself: not when the first charts come, and not when data does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import Page, expect
from training_logs import write_grid

from kymo import SummaryWriter

WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver(list => {
  for (const { value, sources } of list.getEntries())
    shifts.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.nodeName)]);
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def still_page(page: Page) -> Page:
    page.add_init_script(WATCH_SHIFTS)
    return page


def shifts(page: Page) -> list[list[object]]:
    # Two frames, and the observer has been told of all that came before.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")
    return list(page.evaluate("shifts"))


@pytest.mark.parametrize("width", [1600, 900])
def test_first_view(tmp_path: Path, serve: Callable[..., Server], still_page: Page, width: int):
    write_grid(tmp_path)
    still_page.set_viewport_size({"width": width, "height": 1000})
    still_page.goto(serve(tmp_path).url)
    Card(still_page, "train/accuracy").wait(series=4)
    Card(still_page, "train/loss").wait(series=4)
    assert shifts(still_page) == []


def tops(page: Page) -> list[float]:
    blocks = page.locator(".slot, .toolbar, #runs")
    return list(blocks.evaluate_all("all => all.map(block => block.getBoundingClientRect().top)"))


def test_points_with_longer_numbers(tmp_path: Path, serve: Callable[..., Server], still_page: Page):
    write_grid(tmp_path)
    still_page.goto(serve(tmp_path).url)
    card = Card(still_page, "train/loss").wait(series=4)
    before = tops(still_page)
    with SummaryWriter(tmp_path / "baseline") as writer:
        for step in range(1000, 1003):
            writer.add_scalar("train/loss", -123456.789, step)
            writer.flush()
            card.wait(newest_step=step)
    assert tops(still_page) == before
    assert shifts(still_page) == []


def test_a_run_and_a_tag(tmp_path: Path, serve: Callable[..., Server], still_page: Page):
    write_grid(tmp_path)
    still_page.goto(serve(tmp_path).url)
    card = Card(still_page, "train/loss").wait(series=4)
    still_page.mouse.move(*card.place(0.5, 0.5))
    with SummaryWriter(tmp_path / "zebra") as writer:
        writer.add_scalar("train/loss", 1.0, 1)
        writer.add_scalar("zebra/loss", 1.0, 1)
        writer.flush()
        card.wait(series=5)
        expect(still_page.get_by_test_id("run-counts")).to_have_text("5 of 5 runs shown")
        expect(still_page.locator('.slot h3:has-text("loss")')).to_have_count(3)
    assert shifts(still_page) == []
