"""The page of a run's histograms, of logs that torch and kymo wrote."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from axe import violations
from conftest import Server
from playwright.sync_api import Locator, Page, expect
from torch.utils.tensorboard import SummaryWriter as TorchWriter

from kymo import SummaryWriter

STEPS = 30


@pytest.fixture(scope="module")
def log_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    log_dir = tmp_path_factory.mktemp("histograms")
    values = np.random.default_rng(0).normal(0, 1, 500)
    for run, spread in (("narrow", 1.0), ("wide", 3.0)):
        with TorchWriter(str(log_dir / run)) as writer:
            for step in range(STEPS):
                for tag in ("weights/first.weight", "weights/last.weight", "gradients/first.weight"):
                    writer.add_histogram(tag, values * spread * (1 + step / STEPS), 10 * step)
    with SummaryWriter(log_dir / "plain") as writer:
        writer.add_scalar("loss", 1.0, 1)
    return log_dir


@pytest.fixture(scope="module")
def address(log_dir: Path, serve_module: Callable[..., Server]) -> str:
    return serve_module(log_dir).url


def card(page: Page, tag: str) -> Locator:
    return page.get_by_role("article", name=tag, exact=True)


def opened(page: Page, address: str, view: str = "") -> Locator:
    page.goto(f"{address}#front=narrow&page=histograms{view}")
    first = card(page, "weights/first.weight")
    expect(first.locator(f"[data-columns='{STEPS}']").first).to_be_visible()
    return first


def drawn(at: Locator) -> int:
    """How many pixels of a canvas are not empty."""
    count: int = at.locator("canvas").first.evaluate(
        """canvas => {
            const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let i = 3; i < data.length; i += 4) if (data[i] > 40) count++;
            return count;
        }"""
    )
    return count


def test_every_histogram_has_a_card_in_each_mode_and_the_mode_is_in_the_address(page: Page, address: str):
    first = opened(page, address)
    expect(page.get_by_role("article")).to_have_count(3)
    expect(page.get_by_role("heading", name=re.compile("^weights"))).to_be_visible()
    seen = {"ridge": drawn(first)}
    for label, mode, legend in (
        ("Overlay", "overlay", "newest"),
        ("Heat", "heat", "densest"),
        ("Bands", "bands", "median"),
    ):
        page.get_by_text(label, exact=True).click()
        page.wait_for_url(f"**hist={mode}*")
        expect(page.locator(f"[data-mode={mode}]")).to_contain_text(legend)
        seen[mode] = drawn(first)
    assert min(seen.values()) > 500, seen
    assert len(set(seen.values())) == 4, seen
    page.mouse.move(5, 5)
    page.keyboard.press("h")
    expect(page.locator("[data-mode=ridge]")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("log counts").check()
    page.get_by_label("symlog values").check()
    page.wait_for_url("**histlog=1&histsymlog=1*")


def test_the_step_that_is_pointed_at_is_told_on_every_card(page: Page, address: str):
    first = opened(page, address, "&hist=heat")
    expect(first).to_contain_text("step 290")
    box = first.get_by_role("slider").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 48 + (box["width"] - 56) / 2, box["y"] + box["height"] / 2)
    for tag in ("weights/first.weight", "gradients/first.weight"):
        expect(card(page, tag)).to_contain_text(re.compile("step 1[345]0"))
    tip = page.get_by_role("tooltip")
    for told in ("step 1", "values 500", "median", "93 %", re.compile(r"bin.* to .* of 500 \(.* %\) *density.* per 1")):
        expect(tip).to_contain_text(told)
    page.mouse.move(5, 5)
    expect(tip).to_have_count(0)
    first.get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    expect(first).to_contain_text("step 280")


def test_dragging_looks_at_a_part_of_the_steps(page: Page, address: str):
    first = opened(page, address, "&hist=bands")
    box = first.get_by_role("slider").bounding_box()
    assert box is not None
    y = box["y"] + 80
    page.mouse.move(box["x"] + 48 + (box["width"] - 56) * 0.25, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 48 + (box["width"] - 56) * 0.5, y, steps=4)
    page.mouse.up()
    page.wait_for_url("**zoom=*histograms*")
    expect(first.locator("[data-columns='7'], [data-columns='8']")).to_have_count(1)
    page.get_by_role("button", name="Show all steps").click()
    expect(first.locator(f"[data-columns='{STEPS}']")).to_have_count(1)


def test_another_run_stands_beside_on_the_same_axes_and_names_are_filtered(page: Page, address: str):
    first = opened(page, address)
    page.get_by_label("Compare with").select_option("wide")
    expect(first.locator(f"[data-columns='{STEPS}']")).to_have_count(2)
    page.get_by_label("Filter histograms by name").fill("last")
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_label("Filter histograms by name").fill("nothing")
    expect(page.get_by_text("No histogram's name matches “nothing”.")).to_be_visible()
    page.get_by_label("Filter histograms by name").fill("^w.*(last|x)")
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_label("Filter histograms by name").fill("(")
    expect(page.get_by_text("Not a regular expression")).to_be_visible()


def test_a_histogram_is_shown_large_and_the_address_says_which(page: Page, address: str):
    first = opened(page, address, "&hist=bands&beside=wide")
    first.get_by_role("slider").first.focus()
    for key in ("Home", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url("**histpin=10*")
    page.reload()
    large = page.get_by_role("region", name="weights/first.weight at step 10")
    expect(large.get_by_role("img", name=re.compile("^weights.* of (narrow|wide) at step 10$"))).to_have_count(2)
    expect(large.get_by_text("values per 1 of the axis")).to_have_count(2)
    assert drawn(large) > 500
    for figures in ("values 500", "mean", "median", "31 %"):
        expect(large).to_contain_text(figures)
    expect(card(page, "gradients/first.weight").get_by_text("step 10 ·")).to_have_count(2)
    assert violations(page) == []
    large.get_by_role("button", name="Close").focus()
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    assert "histpin" not in page.url
    box = first.get_by_role("slider").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 8, box["y"] + 80)
    page.wait_for_url(f"**histpin={10 * (STEPS - 1)}*")
    page.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.get_by_role("img", name=re.compile("^weights.* at step"))).to_have_count(0)


def test_histograms_that_are_logged_meanwhile_come_by_themselves(page: Page, address: str, log_dir: Path):
    first = opened(page, address)
    with SummaryWriter(log_dir / "narrow") as writer:
        writer.add_histogram("weights/first.weight", [1.0, float("nan")], 1000)
    expect(first.locator(f"[data-columns='{STEPS + 1}']")).to_have_count(1)
    expect(first).to_contain_text("1 NaN")
    expect(first).to_contain_text(f"NaN or ±∞ in 1 of {STEPS + 1}")


def test_a_run_without_histograms_says_how_to_log_them(page: Page, address: str):
    page.goto(f"{address}#front=plain")
    expect(page.get_by_role("navigation").get_by_role("button", name="Histograms")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_text("This run has no histograms.")).to_contain_text("run.watch(model, optimizer)")


def test_what_could_not_be_read_says_why_and_is_asked_for_again(page: Page, address: str, complaints: list[str]):
    refusal = {"detail": "The disk does not answer."}
    page.route("**/api/histograms*", lambda route: route.fulfill(status=503, json=refusal))
    page.goto(f"{address}#front=narrow&page=histograms&histfilter=last")
    last = card(page, "weights/last.weight")
    expect(last).to_contain_text("The disk does not answer.")
    page.unroute("**/api/histograms*")
    last.get_by_role("button", name="Try again").click()
    expect(last.locator(f"[data-columns='{STEPS}']")).to_have_count(1)
    assert all("503" in complaint for complaint in complaints)
    complaints.clear()
