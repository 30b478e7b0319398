"""Where charts stand and how large they are: pinned, resized, in groups, remembered and sent on."""

from collections.abc import Callable

import pytest
from card import Card
from conftest import Server
from playwright.sync_api import BrowserContext, Locator, Page, expect
from training_logs import write_series

TAGS = ["train/acc", "train/loss", "val/loss", "net/a/w", "net/a/b", "net/b/w", "net/b/b", "net/b/c/x", "net/b/c/y"]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    log_dir = tmp_path_factory.mktemp("layout")
    write_series(log_dir / "run", {tag: {0: 1.0, 1: 0.5} for tag in TAGS})
    return serve_module(log_dir).url


@pytest.fixture
def charts(page: Page, logs: str) -> Page:
    page.goto(logs)
    Card(page, "train/loss").wait(points=2)
    return page


def sections(page: Page) -> list[str]:
    return [str(name) for name in page.locator("main section").evaluate_all("all => all.map(one => one.ariaLabel)")]


def cards_of(page: Page, section: str) -> Locator:
    return page.get_by_role("region", name=section, exact=True).locator(".slot")


def keys_of(page: Page, section: str) -> list[str]:
    found = cards_of(page, section).evaluate_all("all => all.map(slot => slot.dataset.card)")
    return [str(key).removeprefix("scalar:") for key in found]


def box(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return dict(found)


def copied_link(page: Page, popover: Locator) -> str:
    popover.get_by_role("button", name="Copy link").click()
    expect(popover.get_by_role("status")).to_have_text("Copied")
    return str(page.evaluate("navigator.clipboard.readText()"))


def settings(page: Page) -> Locator:
    page.get_by_role("button", name="Chart settings").click()
    return page.get_by_role("group", name="Chart settings")


def test_pinned_cards_stand_first_and_come_back(charts: Page):
    before = sections(charts)
    card = Card(charts, "val/loss").wait()
    card.root.hover()
    card.root.get_by_role("button", name="Pin").click()
    expect(cards_of(charts, "Pinned")).to_have_count(1)
    assert sections(charts)[0] == "Pinned" and "val" not in sections(charts)
    expect(card.root.get_by_role("heading")).to_have_text("val/loss")
    assert "pin=val%2Floss" in charts.url
    charts.reload()
    Card(charts, "val/loss").wait()
    # By keyboard the focus goes with the card, to the top and back.
    charts.locator("[data-card='scalar:train/acc']").scroll_into_view_if_needed()
    Card(charts, "train/acc").wait().chart.focus()
    charts.keyboard.press("m")
    expect(cards_of(charts, "Pinned")).to_have_count(2)
    assert keys_of(charts, "Pinned") == ["val/loss", "train/acc"]
    expect(Card(charts, "train/acc").chart).to_be_focused()
    charts.keyboard.press("m")
    expect(cards_of(charts, "Pinned")).to_have_count(1)
    expect(Card(charts, "train/acc").chart).to_be_focused()
    card.root.hover()
    card.root.get_by_role("button", name="Pin").click()
    expect(charts.get_by_role("region", name="Pinned")).to_have_count(0)
    assert sections(charts) == before


def test_pinning_leaves_what_is_around_where_it_is(charts: Page):
    charts.set_viewport_size({"width": 1000, "height": 700})
    charts.locator("[data-card='scalar:net/b/b']").scroll_into_view_if_needed()
    card = Card(charts, "net/b/w").wait()
    card.root.hover()
    inside = "slot => { const box = slot.getBoundingClientRect(); return box.bottom > 48 && box.top < innerHeight; }"
    seen = [slot for slot in charts.locator(".slot").all() if slot.evaluate(inside)]
    first = next(key for slot in seen if (key := slot.get_attribute("data-card")) != "scalar:net/b/w")
    before = box(charts.locator(f"[data-card='{first}']"))["y"]
    card.root.get_by_role("button", name="Pin").click()
    expect(cards_of(charts, "Pinned")).to_have_count(1)
    assert box(charts.locator(f"[data-card='{first}']"))["y"] == pytest.approx(before, abs=1)
    charts.set_viewport_size({"width": 1600, "height": 1000})


def test_lower_edge_makes_a_card_higher(charts: Page):
    card = Card(charts, "train/loss")
    edge = charts.get_by_role("separator", name="Height of train/loss")
    start = box(card.root)["height"]
    assert edge.get_attribute("aria-valuenow") == str(round(start))
    at = box(edge)
    charts.mouse.move(at["x"] + 50, at["y"] + 4)
    charts.mouse.down()
    charts.mouse.move(at["x"] + 50, at["y"] + 60)
    charts.mouse.move(at["x"] + 50, at["y"] + 105)
    expect(edge).to_have_attribute("aria-valuenow", "368")
    assert "height" not in charts.url
    charts.mouse.up()
    assert box(card.root)["height"] == 368
    assert box(Card(charts, "train/acc").root)["height"] == start
    charts.wait_for_url("**/#height=368%3Atrain%2Floss")

    edge.focus()
    charts.keyboard.press("ArrowUp")
    expect(edge).to_have_attribute("aria-valuenow", "360")
    charts.keyboard.press("Shift+ArrowDown")
    expect(edge).to_have_attribute("aria-valuenow", "400")
    charts.reload()
    card.wait()
    assert box(card.root)["height"] == 400
    edge.dblclick()
    expect(edge).to_have_attribute("aria-valuenow", str(round(start)))
    assert "height" not in charts.url


def test_right_edge_and_keys_take_a_whole_row(charts: Page):
    card = Card(charts, "train/loss")
    narrow = box(card.root)["width"]
    edge = box(card.root.locator("..").locator(".right"))
    charts.mouse.move(edge["x"] + 4, edge["y"] + 60)
    charts.mouse.down()
    charts.mouse.move(edge["x"] + 80, edge["y"] + 60)
    charts.mouse.up()
    expect(card.root.get_by_role("button", name="Full width")).to_have_attribute("aria-pressed", "true")
    assert box(card.root)["width"] > 1.5 * narrow
    charts.get_by_role("separator", name="Height of train/loss").focus()
    charts.keyboard.press("ArrowLeft")
    expect(card.root.get_by_role("button", name="Full width")).to_have_attribute("aria-pressed", "false")
    assert box(card.root)["width"] == pytest.approx(narrow, abs=1)


def test_sections_are_folders_of_any_depth_and_fold_with_those_around_them(charts: Page):
    assert sections(charts) == ["train", "val", "net/a", "net/b", "net/b/c"]
    charts.locator("[data-card='scalar:net/b/c/x']").scroll_into_view_if_needed()
    expect(Card(charts, "net/b/c/x").root.get_by_role("heading")).to_have_text("x")
    inner = charts.get_by_role("region", name="net/b/c", exact=True)
    inner.get_by_role("button", name="Fold net/b", exact=True).click()
    heading = charts.get_by_role("button", name="net/b, 4 charts")
    expect(heading).to_be_focused()
    expect(heading).to_have_attribute("aria-expanded", "false")
    assert sections(charts) == ["train", "val", "net/a", "net/b"]
    charts.get_by_role("button", name="Fold net", exact=True).first.click()
    assert sections(charts) == ["train", "val", "net"]
    assert "closed=net%2Fb&closed=net" in charts.url
    charts.get_by_role("button", name="net, 6 charts").click()
    # What was folded inside stays so.
    assert sections(charts) == ["train", "val", "net/a", "net/b"]
    heading.click()
    assert sections(charts) == ["train", "val", "net/a", "net/b", "net/b/c"]


def test_filter_completes_tags_and_folders(charts: Page):
    field = charts.locator("#tag-filter")
    options = charts.get_by_role("listbox", name="Tags and folders").get_by_role("option")
    charts.keyboard.press("/")
    expect(options).to_have_count(0)
    charts.keyboard.press("ArrowDown")
    expect(options).to_have_text(["train/ 2 tags", "val/loss", "net/ 6 tags"])
    charts.keyboard.type("b")
    expect(field).to_have_attribute("aria-expanded", "true")
    below = ["net/b/b", "net/b/w", "net/b/c/ 2 tags", "net/b/c/x", "net/b/c/y"]
    expect(options).to_have_text(["net/a/b", "net/b/ 4 tags", *below])
    charts.keyboard.press("ArrowDown")
    charts.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    charts.keyboard.press("Enter")
    expect(field).to_have_value("^net/b/")
    expect(charts.locator("main .slot")).to_have_count(4)
    # A folder is on the way to what is in it.
    expect(options).to_have_text(below)
    charts.keyboard.press("ArrowUp")
    charts.keyboard.press("Enter")
    expect(charts.locator("main .slot")).to_have_count(1)
    expect(options).to_have_count(0)
    charts.keyboard.press("Escape")
    expect(field).to_have_value("")
    charts.keyboard.type("net/a")
    options.filter(has_text="net/a/w").click()
    expect(field).to_have_value("^net/a/w$")
    expect(field).to_be_focused()
    assert keys_of(charts, "net") == ["net/a/w"]


def test_filter_is_kept_as_a_group(charts: Page):
    charts.locator("#tag-filter").fill("loss$")
    charts.get_by_role("button", name="Keep as group").click()
    name = charts.get_by_role("textbox", name="Name of the group")
    expect(name).to_be_focused()
    charts.keyboard.type("Losses")
    charts.keyboard.press("Enter")
    expect(charts.locator("#tag-filter")).to_have_value("")
    assert sections(charts)[:2] == ["Losses", "train"]
    assert keys_of(charts, "Losses") == ["train/loss", "val/loss"]
    expect(Card(charts, "val/loss").root.get_by_role("heading")).to_have_text("val/loss")

    charts.locator("#tag-filter").fill("^net")
    charts.get_by_role("button", name="Keep as group").click()
    expect(name).to_be_focused()
    charts.keyboard.press("Escape")
    assert sections(charts) == ["Losses", "^net", "train"]
    charts.get_by_role("button", name="Move ^net up").click()
    assert sections(charts) == ["^net", "Losses", "train"]
    charts.reload()
    Card(charts, "net/a/w").wait()
    assert sections(charts) == ["^net", "Losses", "train"]
    charts.get_by_role("button", name="Rename ^net").click()
    name.fill("The net, all of it")
    name.press("Enter")
    expect(charts.get_by_role("button", name="Rename The net, all of it")).to_be_focused()
    charts.get_by_role("button", name="Remove the group The net, all of it").click()
    assert sections(charts)[0] == "Losses" and "net/b/c" in sections(charts)


def test_layout_is_sent_as_a_link_and_put_back(
    charts: Page, logs: str, other_context: BrowserContext, new_page: Callable[[BrowserContext], Page]
):
    other = new_page(other_context)
    other_context.grant_permissions(["clipboard-read", "clipboard-write"])
    other.goto(logs + "#pin=val/loss&height=400:train/loss&section=acc,Accuracy&join=net/a/w,net/a/b&closed=net/b")
    Card(other, "val/loss").wait()
    there = sections(other)
    assert there == ["Pinned", "Accuracy", "train", "net", "net/b"]
    popover = settings(other)
    link = copied_link(other, popover)
    charts.goto("about:blank")
    charts.goto(link)
    Card(charts, "val/loss").wait()
    assert sections(charts) == there
    assert box(Card(charts, "train/loss").wait().root)["height"] == 400

    popover.get_by_role("button", name="Reset layout").click()
    expect(other.get_by_role("region", name="Pinned")).to_have_count(0)
    assert sections(other) == ["train", "val", "net/a", "net/b", "net/b/c"]
    expect(popover.get_by_role("button", name="Reset layout")).to_have_attribute("aria-disabled", "true")
    # An untouched view is a view, too: whoever opens the link sees it instead of the last one.
    link = copied_link(other, popover)
    charts.goto("about:blank")
    charts.goto(link)
    Card(charts, "train/loss").wait()
    assert sections(charts) == sections(other)


def test_link_is_shown_where_the_clipboard_is_out_of_reach(charts: Page):
    charts.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    popover = settings(charts)
    popover.get_by_role("button", name="Copy link").click()
    field = popover.get_by_role("textbox", name="Link to this view")
    expect(field).to_be_focused()
    expect(field).to_have_value(charts.url.split("#")[0] + "#x=step")
