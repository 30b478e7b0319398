"""Light and dark: the system's, or the reader's own choice."""

from collections.abc import Callable
from pathlib import Path

from card import Card
from conftest import Server
from playwright.sync_api import Page, expect
from training_logs import write_series

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 21, 23)"


def expect_ground(page: Page, colour: str) -> None:
    expect(page.locator("html")).to_have_css("background-color", colour)


def test_theme_follows_the_system_until_the_reader_chooses(tmp_path: Path, serve: Callable[..., Server], page: Page):
    write_series(tmp_path / "run", {"train/loss": {step: 1 / (step + 1) for step in range(50)}})
    page.emulate_media(color_scheme="light")
    page.goto(serve(tmp_path).url)
    card = Card(page, "train/loss").wait()
    expect_ground(page, LIGHT)
    light = card.picture()

    page.emulate_media(color_scheme="dark")
    expect_ground(page, DARK)
    card.wait_for_other_picture(light)

    switch = page.get_by_role("button", name="Theme:")
    expect(switch).to_have_accessible_name("Theme: auto")
    switch.click()
    expect(switch).to_have_accessible_name("Theme: light")
    expect_ground(page, LIGHT)
    page.keyboard.press("t")
    expect(switch).to_have_accessible_name("Theme: dark")
    page.emulate_media(color_scheme="light")
    expect_ground(page, DARK)

    page.reload()
    card.wait()
    expect(switch).to_have_accessible_name("Theme: dark")
    expect_ground(page, DARK)
    switch.click()
    expect_ground(page, LIGHT)
