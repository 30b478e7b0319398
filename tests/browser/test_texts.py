"""Text cards: Markdown as it was meant, at any step, of any run."""

from collections.abc import Callable
from pathlib import Path

from card import Card
from conftest import Server
from playwright.sync_api import Locator, Page, expect

from kymo import SummaryWriter

NOTE = """# Run 7

Uses **AdamW** with `lr=3e-4`, see [the paper](https://example.com/paper).

| layer | width |
|-------|------:|
| first | 128 |

1. one
2. two
"""


def text_card(page: Page, name: str = "notes") -> Locator:
    return page.locator(f'article[data-tag^="{name}"]')


def test_markdown_is_rendered(tmp_path: Path, serve: Callable[..., Server], page: Page):
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_text("notes", NOTE, 3)
    page.goto(serve(tmp_path).url)
    card = text_card(page)
    expect(card).to_have_attribute("data-state", "ready")
    expect(card.get_by_role("heading", name="notes")).to_be_visible()
    expect(card.locator(".prose h1")).to_have_text("Run 7")
    expect(card.locator("strong")).to_have_text("AdamW")
    expect(card.locator("code")).to_have_text("lr=3e-4")
    expect(card.locator("th, td")).to_have_text(["layer", "width", "first", "128"])
    expect(card.get_by_role("listitem")).to_have_text(["one", "two"])
    link = card.get_by_role("link", name="the paper")
    expect(link).to_have_attribute("href", "https://example.com/paper")
    assert {"noopener", "noreferrer"} <= set((link.get_attribute("rel") or "").split())
    expect(card.locator(".bar")).to_contain_text("step 3")


def test_texts_follow_the_newest_step_until_the_reader_stops_at_one(
    tmp_path: Path, serve: Callable[..., Server], page: Page
):
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(5):
            writer.add_text("notes", f"at {step}", step)
        writer.flush()
        page.goto(serve(tmp_path).url)
        card = text_card(page)
        expect(card.locator(".prose")).to_have_text("at 4")
        writer.add_text("notes", "at 5", 5)
        writer.flush()
        expect(card.locator(".prose")).to_have_text("at 5")
        slider = card.get_by_role("slider")
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(card.locator(".prose")).to_have_text("at 3")
        expect(slider).to_have_attribute("aria-valuetext", "step 3")
        writer.add_text("notes", "at 6", 6)
        writer.flush()
        expect(slider).to_have_attribute("max", "6")
        expect(card.locator(".prose")).to_have_text("at 3")
        slider.fill("0")
        expect(card.locator(".prose")).to_have_text("at 6")


def test_each_runs_texts_can_be_chosen(tmp_path: Path, serve: Callable[..., Server], page: Page):
    for name in ("first", "second"):
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_text("notes", f"of {name}")
            writer.add_scalar("loss", 1.0, 0)
    page.goto(serve(tmp_path).url)
    Card(page, "loss").wait(series=2)
    card = text_card(page)
    expect(card.locator(".prose")).to_have_text("of first")
    card.get_by_role("combobox", name="Run").select_option("second")
    expect(card.locator(".prose")).to_have_text("of second")
    page.locator('#runs [aria-label^="second, "] .name').click()
    expect(card.locator(".prose")).to_have_text("of first")
    expect(card.get_by_role("combobox")).to_have_count(0)
