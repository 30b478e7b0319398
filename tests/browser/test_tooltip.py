"""The values under the cursor: their order, how many, and taking them along."""

import pytest
from card import Card
from playwright.sync_api import Locator, Page, expect
from training_logs import RATES, START, STEPS, loss

STEP = 139  # 139 % 7 is 6, where the losses lie in the order of the rates


@pytest.fixture
def card(page: Page, grid: str) -> Card:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(grid + "#smoothing=0")
    return Card(page, "train/loss").wait(series=4)


@pytest.fixture
def rows(card: Card) -> Locator:
    return card.page.get_by_role("tooltip").locator("tbody tr")


def hover(card: Card, y: float = 0.9) -> None:
    card.hover(STEP / (STEPS - 1), y)


def runs(rows: Locator) -> list[str]:
    return [row.locator("td").first.inner_text().replace("\n", "") for row in rows.all()]


def set_up(page: Page, order: str, count: str) -> None:
    page.get_by_role("button", name="Chart settings").click()
    page.get_by_label("Tooltip order").select_option(order)
    page.get_by_label("Tooltip rows").fill(count)
    page.get_by_label("Tooltip rows").press("Tab")
    page.keyboard.press("Escape")


def test_rows_are_ordered_by_value_or_name_when_asked(card: Card, rows: Locator):
    by_rate = sorted(RATES, key=RATES.__getitem__)
    for order, expected in (
        ("nearest", by_rate),
        ("highest", by_rate[::-1]),
        ("lowest", by_rate),
        ("name", sorted(RATES)),
    ):
        set_up(card.page, order, "10")
        hover(card, 0.98)
        expect(rows).to_have_count(4)
        assert runs(rows) == expected, order
        # The nearest one stands out, wherever it stands.
        expect(rows.locator("css=:scope.nearest")).to_contain_text(by_rate[0])
    assert "tip=name" in card.page.url


def test_number_of_rows_is_the_readers_choice(card: Card, rows: Locator):
    set_up(card.page, "highest", "3")
    hover(card)
    expect(rows).to_have_count(3)
    expect(card.page.get_by_role("tooltip")).to_contain_text("1 more runs, lower")
    card.page.reload()
    card.wait()
    hover(card)
    expect(rows).to_have_count(3)


@pytest.mark.parametrize("key", ["c", "ControlOrMeta+c"])
def test_table_under_the_pointer_is_copied(card: Card, rows: Locator, key: str):
    page = card.page
    set_up(page, "highest", "2")
    hover(card)
    expect(rows).to_have_count(2)
    page.keyboard.press(key)
    expect(page.get_by_test_id("toast")).to_have_text("Copied 4 rows")
    header, *lines = (line.split("\t") for line in page.evaluate("navigator.clipboard.readText()").splitlines())
    assert header == ["run", "value", "x", "step", "wall_time"]
    assert [line[0] for line in lines] == sorted(RATES, key=RATES.__getitem__, reverse=True)
    run, value, x, step, time = lines[0]
    assert float(value) == pytest.approx(loss(RATES[run], STEP), rel=1e-6)
    assert (int(x), int(step)) == (STEP, STEP)
    assert float(time) == START + 10_000 * list(RATES).index(run) + 2 * STEP


def test_table_at_the_keyboards_cursor_is_copied(card: Card, rows: Locator):
    page = card.page
    card.chart.focus()
    page.keyboard.press("ArrowRight")
    expect(rows).to_have_count(4)
    page.keyboard.press("c")
    expect(page.get_by_test_id("toast")).to_have_text("Copied 4 rows")


def test_copying_works_where_the_page_has_no_clipboard(card: Card, rows: Locator):
    """As over plain HTTP from another machine."""
    page = card.page
    page.evaluate("window.read = () => navigator.clipboard.readText()")
    page.evaluate("navigator.clipboard.writeText = undefined")
    page.evaluate("navigator.clipboard.__proto__.writeText = undefined")
    hover(card)
    expect(rows).to_have_count(4)
    page.keyboard.press("c")
    expect(page.get_by_test_id("toast")).to_have_text("Copied 4 rows")
    assert page.evaluate("window.read()").startswith("run\tvalue")


def test_selected_text_is_copied_as_ever(card: Card, rows: Locator):
    page = card.page
    hover(card)
    expect(rows).to_have_count(4)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")
    page.keyboard.press("ControlOrMeta+c")
    assert page.evaluate("navigator.clipboard.readText()").strip() == "kymo"
