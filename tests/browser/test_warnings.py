"""Damage in the logs: what the page says of it, and what it shows nevertheless."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import Page, expect
from training_logs import write_series

STEPS = 100


def write_run(directory: Path) -> Path:
    """Returns the run's event file."""
    write_series(directory, {"loss": {step: 1 / (step + 1) for step in range(STEPS)}})
    (file,) = directory.glob("*tfevents*")
    return file


def damage(file: Path) -> None:
    """One flipped bit in the middle."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_damage_is_told_with_file_offset_rule_and_cause(tmp_path: Path, serve: Callable[..., Server], page: Page):
    write_run(tmp_path / "whole")
    file = write_run(tmp_path / "hurt")
    damage(file)
    page.goto(serve(tmp_path).url)
    Card(page, "loss").wait(series=2, points=2 * STEPS - 1, newest_step=STEPS - 1)
    page.get_by_role("button", name="1 warning").click()
    drawer = page.get_by_role("dialog", name="Damage in the logs")
    section = drawer.get_by_role("region", name="hurt")
    (told,) = page.evaluate("fetch('api/warnings').then(answer => answer.json())")["warnings"]
    assert 0 < told["offset"] <= file.stat().st_size // 2
    expect(section.locator(".rule")).to_have_text(re.compile(r"^K\d{3}$"))
    expect(section.locator(".rule")).to_have_text(told["rule"])
    expect(section).to_contain_text(told["cause"])
    expect(section.locator(".where")).to_contain_text(file.name)
    expect(section.locator(".where")).to_contain_text(re.compile(rf"at byte {spaced(told['offset'])}$"))
    expect(drawer.get_by_role("region", name="whole")).to_have_count(0)
    drawer.get_by_role("button", name="Close").click()
    expect(drawer).to_have_count(0)


def spaced(number: int) -> str:
    return f"{number:,}".replace(",", "\u2009")


def test_row_of_the_damaged_run_opens_the_drawer(tmp_path: Path, serve: Callable[..., Server], page: Page):
    damage(write_run(tmp_path / "hurt"))
    page.goto(serve(tmp_path).url)
    page.get_by_role("treeitem", name=re.compile("^hurt")).get_by_role("button", name="⚠ 1").click()
    expect(page.get_by_role("dialog", name="Damage in the logs")).to_contain_text("hurt")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # The row was not switched off by the way.
    expect(page.get_by_test_id("run-counts")).to_have_text("1 of 1 run shown")


@pytest.mark.parametrize("opened", [False, True])
def test_damage_that_comes_later_appears_by_itself(
    tmp_path: Path, serve: Callable[..., Server], page: Page, opened: bool
):
    write_run(tmp_path / "whole")
    page.goto(serve(tmp_path).url)
    Card(page, "loss").wait(points=STEPS)
    page.keyboard.press("g")
    page.keyboard.press("w")
    drawer = page.get_by_role("dialog", name="Damage in the logs")
    expect(drawer).to_contain_text("No damage: every record that was read is whole.")
    if not opened:
        page.keyboard.press("Escape")
    spare = tmp_path.parent / f"{tmp_path.name}-spare"
    file = write_run(spare)
    damage(file)
    (tmp_path / "late").mkdir()
    file.rename(tmp_path / "late" / file.name)
    expect(page.get_by_text("1 warning", exact=True)).to_be_visible()
    if opened:
        expect(drawer.get_by_role("region", name="late")).to_be_visible()
