"""Everyone can use the page: axe finds nothing in any state, the keyboard reaches all of it, and motion can be off."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe import violations
from card import Card
from conftest import Server
from playwright.sync_api import Page, Route, expect
from training_logs import write_grid, write_series

from kymo import SummaryWriter

State = Callable[[Page, str], Any]

# What the browser itself logs of the answers that a test makes fail.
FAILED_ANSWER = re.compile(r"Failed to load resource: the server responded with a status of (422|503) .*")


def charts(page: Page, url: str) -> None:
    page.goto(url)
    Card(page, "train/loss").wait(series=5)
    # The text is fetched when its card comes near.
    page.locator("main").evaluate("main => main.scrollTo(0, 1e6)")
    expect(page.locator(".slot.text article")).to_be_visible()
    page.locator("main").evaluate("main => main.scrollTo(0, 0)")


def pointed_at(page: Page, url: str) -> None:
    page.goto(url)
    card = Card(page, "train/loss").wait(series=5)
    card.drag((0.2, 0.5), (0.6, 0.5))
    expect(card.root.get_by_role("button", name="Reset zoom")).to_be_visible()
    card.hover(0.5)
    expect(page.get_by_role("tooltip")).to_be_visible()


def settings(page: Page, url: str) -> None:
    page.goto(url)
    Card(page, "train/loss").wait(series=5)
    page.get_by_role("button", name="Chart settings").click()
    expect(page.get_by_role("group", name="Chart settings")).to_be_visible()


def help_open(page: Page, url: str) -> None:
    page.goto(url)
    Card(page, "train/loss").wait(series=5)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def filters_without_a_match(page: Page, url: str) -> None:
    page.goto(url + "#tags=nothing-like-it&runs=(")
    expect(page.locator("#run-filter")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#tag-filter")).to_have_value("nothing-like-it")


def hidden_runs(page: Page, url: str) -> None:
    page.goto(url + "#select=none")
    expect(page.get_by_test_id("run-counts")).to_have_text("0 of 5 runs shown")


def without_an_epoch(page: Page, url: str) -> None:
    page.goto(url + "#x=epoch&log=1&outliers=0&size=small")
    expect(Card(page, "offset").root.locator(".note")).to_be_visible()


def waiting_for_the_list(page: Page, url: str) -> None:
    page.route("**/api/runs*", lambda _route: None)
    page.goto(url)
    expect(page.locator("header")).to_be_visible()


def waiting_for_a_chart(page: Page, url: str) -> None:
    page.route("**/api/columns", lambda _route: None)
    page.goto(url)
    expect(Card(page, "train/loss").root).to_have_attribute("data-state", "loading")


def refuse(page: Page, address: str, status: int) -> None:
    def answer(route: Route) -> None:
        route.fulfill(status=status, json={"detail": "Not for the moment: ask again."})

    page.route(address, answer)


def failed_list(page: Page, url: str) -> None:
    refuse(page, "**/api/runs*", 503)
    page.goto(url)
    expect(page.get_by_role("alert")).to_contain_text("Not for the moment")


def failed_chart(page: Page, url: str) -> None:
    refuse(page, "**/api/columns", 422)
    page.goto(url)
    expect(Card(page, "train/loss").root.locator(".note")).to_contain_text("Not for the moment")


def disconnected(page: Page, url: str) -> None:
    page.route_web_socket("**/api/live", lambda socket: socket.close())
    page.goto(url)
    Card(page, "train/loss").wait(series=5)
    expect(page.locator("header .state")).to_have_text(re.compile("reconnecting|offline"))


def layout(page: Page, url: str) -> None:
    page.goto(url + "#side=tags&validation=joined&pin=train/accuracy&section=offset")
    Card(page, "train/loss").wait(series=9)
    expect(page.get_by_role("tree", name="Tags")).to_be_visible()


def grouped(page: Page, url: str) -> None:
    page.goto(url + "#group=folder&band=minmax")
    card = Card(page, "train/loss").wait()
    card.hover(0.5)
    expect(page.get_by_role("tooltip")).to_be_visible()


def compared(page: Page, url: str) -> None:
    page.goto(url + "#marks=20,120&table=train/loss")
    expect(Card(page, "train/loss").wait(series=5).root.get_by_role("table")).to_be_visible()


def card_menu(page: Page, url: str) -> None:
    page.goto(url)
    card = Card(page, "train/loss").wait(series=5)
    card.root.get_by_role("button", name="Menu of").click()
    expect(card.root.get_by_role("menuitem", name="Axes")).to_be_visible()


def axes_form(page: Page, url: str) -> None:
    card_menu(page, url)
    page.get_by_role("menuitem", name="Axes").click()
    expect(page.get_by_label("Logarithmic x").first).to_be_visible()


def listed(page: Page, url: str) -> None:
    page.goto(url)
    Card(page, "train/loss").wait(series=5)
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.locator("#runs")).to_be_focused()
    page.keyboard.press("End")


def run_sheet(page: Page, url: str) -> None:
    listed(page, url)
    page.keyboard.press("e")
    expect(page.get_by_role("dialog").get_by_role("region", name="Files")).to_be_visible()


def trash_sheet(page: Page, url: str) -> None:
    listed(page, url)
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.get_by_role("dialog", name="Trash", exact=True)).to_be_visible()


def trash_question(page: Page, url: str) -> None:
    listed(page, url)
    page.keyboard.press("Delete")
    expect(page.get_by_role("dialog", name="to the trash?")).to_be_visible()


def colours(page: Page, url: str) -> None:
    listed(page, url)
    page.keyboard.press("c")
    expect(page.get_by_role("dialog").first).to_be_visible()


STATES: list[State] = [
    charts,
    layout,
    grouped,
    compared,
    card_menu,
    axes_form,
    run_sheet,
    trash_sheet,
    trash_question,
    colours,
    pointed_at,
    settings,
    help_open,
    filters_without_a_match,
    hidden_runs,
    without_an_epoch,
    waiting_for_the_list,
    waiting_for_a_chart,
    failed_list,
    failed_chart,
    disconnected,
]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    """The address of a server over logs with scalars, non-finite points and a text."""
    log_dir = tmp_path_factory.mktemp("everything")
    write_grid(log_dir)
    with SummaryWriter(log_dir / "noted") as writer:
        writer.add_text(
            "notes", "# Notes\n\n[A link](https://example.org), `code` and\n\n| a | table |\n| - | - |\n| 1 | 2 |"
        )
        for step in range(50):
            writer.add_scalar("train/loss", float("nan") if step == 20 else 1.0, step)
    return serve_module(log_dir).url


@pytest.fixture
def plain_page(page: Page, complaints: list[str]) -> Iterator[Page]:
    """One that may complain of the answers that a state makes fail, and of nothing else."""
    yield page
    # The page asks again by itself, and an answer may be on its way.
    page.unroute_all()
    page.evaluate("0")
    complaints[:] = [complaint for complaint in complaints if not FAILED_ANSWER.match(complaint)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(plain_page: Page, everything: str, state: State, theme: Any):
    plain_page.emulate_media(color_scheme=theme)
    state(plain_page, everything)
    assert violations(plain_page) == []


@pytest.mark.parametrize("state", [charts, settings, help_open])
def test_axe_finds_nothing_on_a_narrow_screen(plain_page: Page, everything: str, state: State):
    plain_page.set_viewport_size({"width": 900, "height": 800})
    state(plain_page, everything)
    assert violations(plain_page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_the_warnings(tmp_path: Path, serve: Callable[..., Server], page: Page, theme: Any):
    write_grid(tmp_path)
    (file,) = (tmp_path / "baseline").glob("*tfevents*")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    page.emulate_media(color_scheme=theme)
    page.goto(serve(tmp_path).url)
    page.get_by_role("button", name="1 warning", exact=True).click()
    expect(page.get_by_role("dialog", name="Damage in the logs").get_by_role("region", name="baseline")).to_be_visible()
    assert violations(page) == []


def test_axe_finds_nothing_where_nothing_is_logged(tmp_path: Path, serve: Callable[..., Server], page: Page):
    page.goto(serve(tmp_path).url)
    expect(page.get_by_role("heading", name="No runs yet")).to_be_visible()
    assert violations(page) == []


def test_axe_finds_nothing_in_a_long_list(tmp_path: Path, serve: Callable[..., Server], page: Page):
    for number in range(120):
        write_series(tmp_path / f"run-{number:03}", {"loss": {0: 1.0}})
    page.goto(serve(tmp_path).url)
    Card(page, "loss").wait(series=20)
    expect(page.get_by_role("button", name="Show all", exact=True)).to_be_visible()
    assert violations(page) == []


# Every element that the keyboard should come to, in the order of the page; of radio buttons, the one that is checked.
MARK_STOPS = """() => {
  const candidates = [...document.querySelectorAll("a[href], button, input, select, textarea, [tabindex]")];
  const stops = candidates.filter(one =>
    one.tabIndex >= 0 && !one.disabled && one.checkVisibility() && !(one.type === "radio" && !one.checked)
  );
  stops.forEach((one, place) => (one.dataset.stop = String(place)));
  return stops.length;
}"""

# Where the focus is, and whether it shows there: an unseen radio button's label shows it, or what is drawn behind.
FOCUSED = """() => {
  const focused = document.activeElement;
  const shows = focused.classList.contains("unseen") ? focused.nextElementSibling : focused;
  const isRinged = [null, "::after"].some(part => {
    const { outlineStyle, outlineWidth } = getComputedStyle(shows, part);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  });
  const box = shows.getBoundingClientRect();
  const inSight = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const stop = focused.dataset.stop;
  return [stop === undefined ? null : Number(stop), isRinged && inSight, shows.outerHTML.slice(0, 120)];
}"""


def test_tab_comes_to_everything_in_order_and_shows_where_it_is(page: Page, everything: str):
    page.set_viewport_size({"width": 1600, "height": 4000})
    charts(page, everything)
    count = page.evaluate(MARK_STOPS)
    assert count > 40
    page.keyboard.press("Tab")
    seen = []
    for _ in range(count):
        place, visible, html = page.evaluate(FOCUSED)
        assert visible, html
        seen.append(place)
        page.keyboard.press("Tab")
    assert seen == list(range(count))


def test_dialogs_take_the_focus_and_give_it_back(page: Page, everything: str):
    charts(page, everything)
    focused = page.locator(":focus")
    opener = page.get_by_role("button", name="Help")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog.locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(focused).to_have_accessible_name("Help")
    gear = page.get_by_role("button", name="Chart settings")
    gear.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("group", name="Chart settings").locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("group", name="Chart settings")).to_have_count(0)
    expect(gear).to_be_focused()


@pytest.mark.parametrize(("preference", "moves"), [("no-preference", True), ("reduce", False)])
def test_motion_is_as_the_reader_prefers(plain_page: Page, everything: str, preference: Any, moves: bool):
    plain_page.emulate_media(reduced_motion=preference)
    disconnected(plain_page, everything)
    found = plain_page.evaluate("document.getAnimations().filter(one => one.playState === 'running').length")
    assert (found > 0) == moves
