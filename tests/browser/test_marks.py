"""What is no plain point of a line: values that are not finite, restarts, points that a restart wrote again."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from card import Card
from column_answer import answer_to
from conftest import Server
from playwright.sync_api import Page, expect
from training_logs import START, write_series

STEPS = 201
NAN, UP, DOWN = 50, 100, 150


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    log_dir = tmp_path_factory.mktemp("marked")
    clean = {step: 1.0 + 0.001 * step for step in range(STEPS)}
    broken = {**clean, NAN: math.nan, UP: math.inf, DOWN: -math.inf}
    write_series(log_dir / "run", {"clean": clean, "broken": broken})
    return serve_module(log_dir).url


def mark_ink(card: Card, step: int, top: float, bottom: float) -> int:
    at = step / (STEPS - 1)
    return card.ink(at - 0.01, top, at + 0.01, bottom)


def test_values_that_are_not_finite_are_marked_where_they_are(page: Page, marked: str):
    page.goto(marked)
    clean, broken = Card(page, "clean").wait(points=STEPS), Card(page, "broken").wait(points=STEPS)
    floor, ceiling = (0.93, 1.0), (0.0, 0.05)
    for step, edge in ((NAN, floor), (UP, ceiling), (DOWN, floor)):
        assert mark_ink(broken, step, *edge) > 0, f"nothing is drawn at step {step}"
        assert mark_ink(clean, step, *edge) == 0
    assert mark_ink(broken, NAN, *ceiling) == mark_ink(broken, UP, *floor) == mark_ink(broken, DOWN, *ceiling) == 0


def test_bands_are_marked_where_any_of_their_runs_is_broken_or_started_again(
    tmp_path: Path, serve: Callable[..., Server], page: Page
):
    # All below the top and above the floor, where marks and flags are.
    calm = {step: 2.0 + step % 2 for step in range(STEPS)}
    scale = {"scale": {0: 0.0, STEPS - 1: 5.0}}
    for name, change in (("a", {NAN: math.nan}), ("b", {UP: math.inf}), ("c", {})):
        write_series(tmp_path / name, {"loss": {**calm, **change}, **scale})
    again = 170
    write_series(tmp_path / "c", {"loss": {step: calm[step] for step in range(again, STEPS)}}, START + 10_000)
    page.goto(serve(tmp_path).url + "#smoothing=0&group=all&band=minmax&join=loss,scale")
    card = Card(page, "loss").wait(bands=2)
    floor, ceiling = (0.94, 1.0), (0.0, 0.03)
    assert mark_ink(card, NAN, *floor) > 0 and mark_ink(card, UP, *ceiling) > 0 and mark_ink(card, again, *ceiling) > 0
    for quiet in (NAN, DOWN):
        assert mark_ink(card, quiet, *ceiling) == 0
    for quiet in (UP, DOWN, again):
        assert mark_ink(card, quiet, *floor) == 0


def test_tooltip_names_values_that_are_not_finite(page: Page, marked: str):
    page.goto(marked + "#smoothing=0")
    card = Card(page, "broken").wait(points=STEPS)
    value = page.get_by_role("tooltip").locator("tbody td").nth(1)
    for step, name in ((NAN, "NaN"), (UP, "+∞"), (DOWN, "\u2212∞")):
        card.hover(step / (STEPS - 1))
        expect(value).to_have_text(name)
    card.hover((NAN + 1) / (STEPS - 1))
    expect(value).to_have_text("1.051")


def test_restart_is_marked_and_what_it_wrote_again_is_hidden_until_asked_for(
    tmp_path: Path, serve: Callable[..., Server], page: Page
):
    first, again, last = 100, 60, 200
    write_series(tmp_path / "run", {"loss": dict.fromkeys(range(first), 2.0)})
    write_series(tmp_path / "run", {"loss": dict.fromkeys(range(again, last), 1.0)}, START + 10_000)
    page.goto(serve(tmp_path).url)
    card = Card(page, "loss").wait(newest_step=last - 1)
    flag = again / (last - 1)
    assert card.ink(flag - 0.005, 0.2, flag + 0.005, 0.3) > 0
    assert card.ink(flag + 0.1, 0.2, flag + 0.2, 0.3) == 0

    before = card.picture()
    page.get_by_role("button", name="Chart settings").click()
    box = page.get_by_label("Show superseded points")
    shown = answer_to(page, "loss", box.check, lambda question: question["superseded"])
    assert shown.series("run")["restarts"] == [again]
    steps, values = shown.array("run", "x"), shown.array("run", "value")
    assert np.count_nonzero(steps == again) == 2 and set(values[steps == again]) == {1.0, 2.0}
    card.wait_for_other_picture(before)
    hidden = answer_to(page, "loss", box.uncheck, lambda question: not question["superseded"])
    np.testing.assert_array_equal(hidden.array("run", "x"), np.arange(last))
    assert set(hidden.array("run", "value")[again:]) == {1.0}


@pytest.mark.parametrize("trim", ["1", "2", "5"])
def test_scale_leaves_out_outliers_when_asked(tmp_path: Path, serve: Callable[..., Server], page: Page, trim: str):
    write_series(tmp_path / "run", {"loss": {step: 1e6 if step == 3 else 1 + step / 200 for step in range(200)}})
    page.goto(serve(tmp_path).url + "#smoothing=0")
    card = Card(page, "loss").wait(points=200)
    # One spike: all else is a line on the floor.
    assert card.ink(0.1, 0.05, 1.0, 0.9) == 0
    before = card.picture()
    page.get_by_role("button", name="Chart settings").click()
    page.get_by_label("Scale y to").select_option(trim)
    card.wait_for_other_picture(before)
    assert card.ink(0.1, 0.05, 1.0, 0.9) > 100
