"""Charts stay where they are while others come."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from card import Card
from conftest import Server
from playwright.sync_api import Page, expect
from training_logs import write_series

TAGS = ["optimizer/rate", "train/loss", "train/norm", "train/score", "val/loss", "val/score", "z/last"]
PLACES = """() => Object.fromEntries([...document.querySelectorAll('article, section h2')].map(one => {
  const box = one.getBoundingClientRect();
  return [one.dataset.tag ?? one.parentElement.ariaLabel, [box.x, box.y, box.width, box.height]];
}))"""


def places(page: Page) -> dict[str, Any]:
    return dict(page.evaluate(PLACES))


def order(page: Page) -> list[str]:
    return [str(tag) for tag in page.locator("article").evaluate_all("all => all.map(one => one.dataset.tag)")]


def test_charts_that_are_shown_stay_where_they_are_when_others_come(
    tmp_path: Path, serve: Callable[..., Server], page: Page
):
    write_series(tmp_path / "run", {tag: {0: 1.0, 1: 0.5} for tag in TAGS})
    page.set_viewport_size({"width": 1600, "height": 2400})
    page.goto(serve(tmp_path).url)
    for tag in TAGS:
        Card(page, tag).wait(points=2)
    # The last chart stands in the last row, and nothing below it.
    before = places(page)
    shown = order(page)

    write_series(tmp_path / "run", {"a/first": {2: 1.0}, "train/accuracy": {2: 1.0}, "z/more": {2: 1.0}})
    for tag in ("a/first", "train/accuracy", "z/more"):
        Card(page, tag).wait(points=1)
    after = places(page)
    assert {name: after[name] for name in before} == before
    assert [tag for tag in order(page) if tag in shown] == shown

    # Another run's tags are no different; neither is a run that goes on.
    write_series(tmp_path / "other", {"b/second": {0: 1.0}, "train/loss": {0: 2.0}})
    Card(page, "b/second").wait(points=1)
    Card(page, "train/loss").wait(points=3)
    assert {name: box for name, box in places(page).items() if name in after} == after

    continued = page.get_by_role("region", name="train, continued")
    expect(continued).to_have_count(1)
    continued.get_by_role("button", name="Put in order").click()
    expect(continued).to_have_count(0)
    assert order(page)[:4] == ["train/accuracy", "train/loss", "train/norm", "train/score"]
    ordered = order(page)
    page.reload()
    Card(page, "b/second").wait(points=1)
    assert order(page) == ordered


def test_what_the_reader_does_puts_all_charts_in_order(tmp_path: Path, serve: Callable[..., Server], page: Page):
    write_series(tmp_path / "run", {tag: {0: 1.0} for tag in TAGS})
    write_series(tmp_path / "other", {"a/first": {0: 1.0}, "train/accuracy": {0: 1.0}})
    page.goto(serve(tmp_path).url + "#select=none&run=run")
    Card(page, "train/loss").wait(points=1)
    expect(page.locator("article[data-tag='train/accuracy']")).to_have_count(0)
    page.locator('#runs [aria-label^="other, "]').click()
    Card(page, "train/accuracy").wait(points=1)
    expect(page.get_by_role("region", name="train, continued")).to_have_count(0)
    assert order(page)[0] == "train/accuracy"
