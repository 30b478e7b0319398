"""Runs in groups: by folder, by expression or all together; as coloured lines, or as means with bands."""

import math
import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from card import Card
from column_answer import answer_to
from conftest import Server
from playwright.sync_api import Locator, Page, expect
from run_row import run_row
from training_logs import START, write_series

from kymo import SummaryWriter

RATES = ("0.1", "0.02")
SEEDS = range(3)
STEPS = 100
GREY = "rgb(134, 139, 146)"


def loss(rate: str, seed: int, step: int) -> float:
    return float(rate) * 10 + (seed**2 + 1) * step / STEPS


def values(rate: str, step: int) -> list[float]:
    return [loss(rate, seed, step) for seed in SEEDS]


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    """The address of a server over two rates with three seeds each, and a run in no folder."""
    log_dir = tmp_path_factory.mktemp("seeds")
    for rate in RATES:
        for seed in SEEDS:
            losses = {step: loss(rate, seed, step) for step in range(STEPS)}
            write_series(log_dir / f"lr-{rate}" / f"seed-{seed}", {"loss": losses, "accuracy": losses})
    write_series(log_dir / "baseline", {"loss": dict.fromkeys(range(STEPS), 0.5)})
    return serve_module(log_dir).url


@pytest.fixture
def charts(page: Page, seeds: str) -> Page:
    page.goto(seeds + "#smoothing=0")
    Card(page, "loss").wait(series=7)
    return page


def choose(page: Page, group: str, band: str | None = None) -> None:
    page.get_by_label("Groups of runs").select_option(group)
    if band is not None:
        page.get_by_label("What groups are drawn as").select_option(band)


def write_expression(page: Page, text: str) -> None:
    page.locator("#group-expression").fill(text)
    page.keyboard.press("Enter")


def colour(place: Locator) -> str:
    return str(place.locator("svg").first.evaluate("mark => mark.style.color"))


def legend(page: Page) -> list[list[str]]:
    rows = page.get_by_role("list", name="Groups").get_by_role("listitem").all()
    return [[cell.inner_text() for cell in one.locator("button:not([aria-haspopup])").all()] for one in rows]


def band_rows(page: Page) -> dict[str, list[str]]:
    rows = page.get_by_role("tooltip").locator(".bands tbody tr").all()
    return {cells[0].strip(): cells[1:] for cells in (one.locator("td").all_text_contents() for one in rows)}


def test_folders_colour_their_runs(charts: Page):
    card = Card(charts, "loss")
    before = card.picture()
    own = {colour(run_row(charts, f"lr-0.1/seed-{seed}")) for seed in SEEDS}
    assert len(own) == 3
    choose(charts, "folder")
    card.wait_for_other_picture(before)
    assert legend(charts) == [["(none)", "1 / 1"], ["lr-0.02", "3 / 3"], ["lr-0.1", "3 / 3"]]
    of_group = {colour(run_row(charts, f"lr-0.1/seed-{seed}")) for seed in SEEDS}
    others = {colour(run_row(charts, run)) for run in ("lr-0.02/seed-0", "baseline")}
    assert len(of_group) == 1
    assert len(of_group | others) == 3
    card.wait(series=7, bands=0)
    choose(charts, "none")
    assert {colour(run_row(charts, f"lr-0.1/seed-{seed}")) for seed in SEEDS} == own


def test_groups_keep_their_colours(charts: Page, seeds: str):
    choose(charts, "folder")
    expect(charts.get_by_role("list", name="Groups")).to_be_visible()
    place = run_row(charts, "lr-0.02/seed-1")
    before = colour(place)
    # Other groups come first, and the group is seen again.
    choose(charts, "expression")
    write_expression(charts, r"seed-(\d)")
    expect(charts.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(3)
    charts.goto("about:blank")
    charts.goto(seeds + "#group=folder")
    Card(charts, "loss").wait(series=7)
    assert colour(place) == before


def test_expression_groups_by_what_it_captures(charts: Page):
    choose(charts, "expression")
    write_expression(charts, r"seed-(\d)")
    expect(charts.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(3)
    assert legend(charts) == [["0", "2 / 2"], ["1", "2 / 2"], ["2", "2 / 2"]]
    assert colour(run_row(charts, "lr-0.1/seed-1")) == colour(run_row(charts, "lr-0.02/seed-1"))
    assert colour(run_row(charts, "baseline")) == GREY
    # A half-written expression says what it lacks, and takes nothing away.
    charts.locator("#group-expression").fill("seed-(")
    expect(charts.locator("#group-expression-error")).to_have_text("Not a regular expression: unterminated group")
    charts.keyboard.press("Enter")
    assert len(legend(charts)) == 3
    # Without a capture there is one group of all that match; it is taken once the reader stops to write.
    charts.locator("#group-expression").fill("lr-0.02")
    expect(charts.get_by_role("list", name="Groups").get_by_role("listitem")).to_have_count(1)
    assert legend(charts) == [["lr-0.02", "3 / 3"]]
    charts.reload()
    Card(charts, "loss").wait(series=7)
    assert legend(charts) == [["lr-0.02", "3 / 3"]]


def test_legend_shows_only_one_group_and_hides_it(charts: Page):
    card = Card(charts, "loss")
    choose(charts, "expression")
    write_expression(charts, r"seed-(\d)")
    groups = charts.get_by_role("list", name="Groups").get_by_role("listitem")
    groups.nth(1).get_by_title("Show only this group: 1").click()
    card.wait(series=2)
    assert legend(charts) == [["0", "0 / 2"], ["1", "2 / 2"], ["2", "0 / 2"]]
    groups.nth(2).get_by_text("0 / 2").click()
    card.wait(series=4)
    groups.nth(1).get_by_text("2 / 2").click()
    card.wait(series=2)
    charts.reload()
    card.wait(series=2)
    assert legend(charts) == [["0", "0 / 2"], ["1", "0 / 2"], ["2", "2 / 2"]]


def test_runs_of_the_group_that_come_later_are_shown(tmp_path: Path, serve: Callable[..., Server], page: Page):
    for name in ("a/one", "b/one"):
        write_series(tmp_path / name, {"loss": {0: 1.0, 1: 0.5}})
    page.goto(serve(tmp_path).url)
    Card(page, "loss").wait(series=2)
    choose(page, "folder")
    page.get_by_title("Show only this group: a").click()
    Card(page, "loss").wait(series=1)
    for name in ("a/two", "b/two"):
        write_series(tmp_path / name, {"loss": {0: 1.0, 1: 0.5}})
    Card(page, "loss").wait(series=2)
    expect(page.get_by_test_id("run-counts")).to_have_text("2 of 4 runs shown")


@pytest.mark.parametrize("band", ["minmax", "deviation"])
def test_bands_tell_their_mean_and_spread(charts: Page, band: str):
    card = Card(charts, "loss")
    answer = answer_to(charts, "loss", lambda: choose(charts, "folder", band), route="bands")
    assert {group["name"]: len(group["runs"]) for group in answer.question["groups"]} == {
        "(none)": 1,
        "lr-0.02": 3,
        "lr-0.1": 3,
    }
    card.wait(bands=3, series=0, points=7 * STEPS, newest_step=STEPS - 1)
    expect(card.root.locator(".meta").first).to_have_text("7 runs in 3 bands, 700 points")
    step = 60
    card.hover(step / (STEPS - 1), 0.0)
    expect(charts.get_by_role("tooltip")).to_be_visible()
    rows = band_rows(charts)
    assert set(rows) == {"(none)", "lr-0.02", "lr-0.1"}
    for rate in RATES:
        mean, *spread, runs, at = rows[f"lr-{rate}"]
        expected = values(rate, step)
        assert float(mean) == pytest.approx(statistics.fmean(expected), rel=1e-3)
        if band == "minmax":
            assert [float(one) for one in spread] == pytest.approx([min(expected), max(expected)], rel=1e-3)
        else:
            assert float(spread[0]) == pytest.approx(statistics.pstdev(expected), rel=1e-3)
        assert (runs, at) == ("3", str(step))
    # The pointer is at the top, where the higher group is.
    assert next(iter(rows)) == "lr-0.1"


def test_area_of_a_band_is_filled_between_its_edges(charts: Page):
    card = Card(charts, "loss")
    choose(charts, "folder", "minmax")
    card.wait(bands=3)
    charts.get_by_title("Show only this group: lr-0.1").click()
    card.wait(bands=1)
    # y runs from 1 to 5.95 with a margin; the mean is at 3.6 at the end, the lower edge at 1.99.
    tinted = """card => {
      const canvas = card.querySelector(".u-wrap > canvas");
      const box = canvas.getBoundingClientRect(), plot = card.querySelector(".u-over").getBoundingClientRect();
      const ratio = canvas.width / box.width;
      return [0.3, 0.7, 0.85, 0.99].map(y => {
        const at = [plot.left - box.left + 0.9 * plot.width, plot.top - box.top + y * plot.height];
        const [r, g, b, a] = canvas.getContext("2d").getImageData(at[0] * ratio, at[1] * ratio, 1, 1).data;
        return a > 0 && Math.max(r, g, b) - Math.min(r, g, b) > 8;
      });
    }"""
    assert card.root.evaluate(tinted) == [True, True, False, False]


def test_runs_in_no_group_are_lines_beside_the_bands(charts: Page):
    choose(charts, "expression", "minmax")
    write_expression(charts, "(lr-.*)/")
    card = Card(charts, "loss").wait(bands=2, series=1, points=7 * STEPS)
    expect(card.root.locator(".meta").first).to_have_text("6 runs in 2 bands, 1 more as a line, 700 points")
    card.hover(0.5)
    tooltip = charts.get_by_role("tooltip")
    expect(tooltip.locator("table").nth(1).locator("tbody tr")).to_have_count(1)
    expect(tooltip.locator("table").nth(1)).to_contain_text("baseline")


def test_pointing_at_a_run_draws_its_line_over_the_bands(charts: Page):
    card = Card(charts, "loss")
    choose(charts, "folder", "minmax")
    card.wait(bands=3)
    before = card.cursor_ink()
    answer = answer_to(charts, "loss", run_row(charts, "lr-0.1/seed-2").locator(".name").hover)
    assert answer.question["runs"] == ["lr-0.1/seed-2"]
    card.wait_for_cursor(shown=True)
    assert card.cursor_ink() > before
    charts.mouse.move(800, 5)
    card.wait_for_cursor(shown=False)


def test_bands_are_of_the_smoothed_lines_and_of_what_is_in_view(charts: Page, seeds: str):
    charts.goto(seeds + "#smoothing=running_mean:9&group=folder&band=minmax")
    card = Card(charts, "loss").wait(bands=3)
    before = card.picture()
    answer = answer_to(
        charts,
        "loss",
        lambda: card.drag((0.3, 0.5), (0.6, 0.5)),
        lambda question: question["range"] is not None,
        route="bands",
    )
    assert answer.question["smoothing"] == {"kind": "running_mean", "amount": 9}
    low, high = answer.question["range"]
    assert (low, high) == (pytest.approx(0.3 * (STEPS - 1), abs=1), pytest.approx(0.6 * (STEPS - 1), abs=1))
    x, mean = answer.band_array("lr-0.1", "x"), answer.band_array("lr-0.1", "mean")
    assert x[0] == math.floor(low)
    assert x[-1] == math.ceil(high)
    # A mean over nine points of a straight line is the line.
    np.testing.assert_allclose(mean, [statistics.fmean(values("0.1", int(step))) for step in x], rtol=1e-3)
    card.wait_for_other_picture(before)


def test_bands_grow_as_their_runs_do(tmp_path: Path, serve: Callable[..., Server], page: Page):
    for name in ("a/one", "a/two"):
        write_series(tmp_path / name, {"loss": {0: 1.0, 1: 0.5}})
    page.goto(serve(tmp_path).url + "#group=folder&band=minmax")
    card = Card(page, "loss").wait(bands=1, points=4, newest_step=1)
    with SummaryWriter(tmp_path / "a" / "two") as writer:
        writer.add_scalar("loss", 0.25, 2, START + 10)
        writer.flush()
        card.wait(bands=1, points=5, newest_step=2)


def test_logarithmic_axis_leaves_out_what_is_not_above_zero(tmp_path: Path, serve: Callable[..., Server], page: Page):
    for seed, end in enumerate((-3.0, -1.0)):
        write_series(tmp_path / "a" / f"seed-{seed}", {"loss": {0: 1.0, 1: end}})
    page.goto(serve(tmp_path).url + "#smoothing=0&group=folder&band=minmax&log=1")
    card = Card(page, "loss").wait(bands=1)
    expect(card.root.locator(".meta").nth(1)).to_have_text("1 not above 0")
