"""The table below a chart, as a reader sees it."""

from __future__ import annotations

from card import Card
from playwright.sync_api import Locator, expect


class DataTable:
    def __init__(self, card: Card) -> None:
        self.root = card.root.get_by_role("region", name="Data of")

    def row(self, run: str) -> Locator:
        return self.root.locator("tbody tr").filter(has=self.root.page.get_by_role("button", name=run, exact=True))

    def cell(self, run: str, column: str) -> Locator:
        return self.row(run).locator(f"[data-column={column}]")

    def number(self, run: str, column: str) -> float:
        expect(self.cell(run, column)).not_to_have_text("")
        text = self.cell(run, column).inner_text()
        return float(text.replace("\N{MINUS SIGN}", "-").replace("\u2009", "").replace("%", "").strip())

    def runs(self) -> list[str]:
        return [name.inner_text().replace("\n", "") for name in self.root.locator("tbody th").all()]

    def wait(self, words: str) -> DataTable:
        """Waits until the table is about this."""
        expect(self.root.locator("header")).to_contain_text(words)
        return self
