"""One chart's card, as a reader handles it. Places are fractions of the plot: (0, 0) is its left upper corner."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Locator, Page, expect


class Card:
    def __init__(self, page: Page, tag: str) -> None:
        self.page = page
        self.tag = tag
        self.root = page.locator(f"article[data-tag={json.dumps(tag)}]")
        self.chart = self.root.get_by_role("group")
        self.over = self.root.locator(".u-over")

    def wait(
        self,
        *,
        points: int | None = None,
        newest_step: int | None = None,
        series: int | None = None,
        bands: int | None = None,
    ) -> Card:
        """Waits until so much is drawn."""
        expect(self.root).to_have_attribute("data-state", "ready")
        expect(self.root).to_have_attribute("data-version", re.compile(r"\d"))
        wanted = {"points": points, "newest-step": newest_step, "series": series, "bands": bands}
        for name, value in wanted.items():
            if value is not None:
                expect(self.root).to_have_attribute(f"data-{name}", str(value))
        return self

    def open_menu(self) -> Locator:
        self.root.hover()
        self.root.get_by_role("button", name="Menu of").click()
        return self.root.get_by_role("menu")

    def place(self, x: float, y: float) -> tuple[float, float]:
        box = self.over.bounding_box()
        assert box is not None
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def hover(self, x: float, y: float = 0.5) -> None:
        self.over.scroll_into_view_if_needed()
        self.page.mouse.move(*self.place(x, y))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.over.scroll_into_view_if_needed()
        self.page.mouse.move(*self.place(*start))
        self.page.mouse.down()
        self.page.mouse.move(*self.place((start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
        self.page.mouse.move(*self.place(*end))
        self.page.mouse.up()

    def picture(self) -> str:
        """The drawn lines, axes and marks, without the cursor's layer."""
        return str(self.root.locator(".u-wrap > canvas").evaluate("canvas => canvas.toDataURL()"))

    def wait_for_other_picture(self, before: str) -> None:
        # Looked up each time: a chart of another theme or axis has another canvas.
        self.page.wait_for_function(
            "([place, before]) => (document.querySelector(place)?.toDataURL() ?? before) !== before",
            arg=[f"article[data-tag={json.dumps(self.tag)}] .u-wrap > canvas", before],
        )

    def ink(self, left: float, top: float, right: float, bottom: float) -> int:
        """How many coloured pixels (neither ground nor grey) a rectangle of the plot has."""
        return int(self.root.evaluate(_INK, {"left": left, "top": top, "right": right, "bottom": bottom}))

    def cursor_ink(self) -> int:
        """How many pixels the cursor's layer has."""
        return int(self.root.locator(".u-over canvas").evaluate(_CURSOR_INK))

    def wait_for_cursor(self, shown: bool) -> None:
        layer = self.root.locator(".u-over canvas").element_handle()
        self.page.wait_for_function(f"layer => ({_CURSOR_INK})(layer) {'>' if shown else '=='} 0", arg=layer)


_CURSOR_INK = """layer => {
  if (!layer.width || !layer.height) return 0;
  const { data } = layer.getContext("2d").getImageData(0, 0, layer.width, layer.height);
  let count = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count++;
  return count;
}"""

_INK = """(card, place) => {
  const canvas = card.querySelector(".u-wrap > canvas");
  const box = canvas.getBoundingClientRect();
  const plot = card.querySelector(".u-over").getBoundingClientRect();
  const ratio = canvas.width / box.width;
  const x = fraction => Math.round((plot.left - box.left + fraction * plot.width) * ratio);
  const y = fraction => Math.round((plot.top - box.top + fraction * plot.height) * ratio);
  const width = Math.max(1, x(place.right) - x(place.left));
  const height = Math.max(1, y(place.bottom) - y(place.top));
  const { data } = canvas.getContext("2d").getImageData(x(place.left), y(place.top), width, height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const colour = [data[i], data[i + 1], data[i + 2]];
    if (data[i + 3] > 0 && Math.max(...colour) - Math.min(...colour) > 40) count++;
  }
  return count;
}"""
