"""Rows of the runs list, as a reader handles them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


def run_row(page: Page, name: str) -> Locator:
    """The row of a run or of a folder, by its own name, whatever it was called since."""
    return page.locator(f'#runs [role=treeitem]:is([aria-label^="{name}, "], [aria-label*=", {name}, "])')


def row_names(page: Page) -> list[str]:
    """What the rows show, from top to bottom."""
    return [(text or "").strip() for text in page.locator("#runs .name").all_text_contents()]


def open_sheet(page: Page, name: str) -> Locator:
    """The run's sheet, opened by the button on its row."""
    run_row(page, name).hover()
    run_row(page, name).get_by_role("button", name="About this run").click()
    return page.get_by_role("dialog")
