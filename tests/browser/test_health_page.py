"""The page of a network's health: its layers in order, how they do, and what is wrong with them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe import violations
from conftest import Server
from playwright.sync_api import Page, expect

from kymo import SummaryWriter
from kymo.probe.model.health_series import health_description
from kymo.probe.model.network_layers import network_summary

LAYERS = ("first", "relu", "last")


def layer(name: str, kind: str, size: int) -> dict[str, object]:
    weight = {"name": f"{name}.weight", "shape": [size, 4], "count": 4 * size, "trainable": True}
    own = [weight] if kind == "Linear" else []
    return {"name": name, "type": kind, "activation": "", "output_shape": [size], "parameters": own, "calls": 1}


def write_run(directory: Path, dead: float) -> None:
    with SummaryWriter(directory) as writer:
        kinds = (("first", "Linear", 8), ("relu", "ReLU", 8), ("last", "Linear", 2))
        writer.file_writer.add_summary(network_summary([layer(*each) for each in kinds]), 0)
        for step in range(20):
            numbers = {
                "first.weight/grad_norm": 0.5,
                "last.weight/grad_norm": 0.25 + step / 100,
                "first.weight/update_ratio": 1e-3,
                "relu/dead_units": dead,
                "relu/activation_std": 1.0,
                "grad_norm": 0.6,
                "cost": 0.75,
            }
            for name, value in numbers.items():
                tag = f"health/{name}"
                writer.add_scalar(tag, value, step, 1e9 + step, summary_description=health_description(tag))
            writer.add_histogram("weights/first.weight", [0.5, 1.0], step)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    log_dir = tmp_path_factory.mktemp("health")
    write_run(log_dir / "sick", dead=75.0)
    write_run(log_dir / "well", dead=0.0)
    with SummaryWriter(log_dir / "plain") as writer:
        writer.add_scalar("loss", 1.0, 1)
    return serve_module(log_dir).url


def test_layers_stand_in_order_with_their_numbers_and_their_findings(page: Page, address: str):
    page.goto(f"{address}#front=sick&page=health")
    rows = page.get_by_role("table").get_by_role("rowheader")
    expect(rows).to_have_count(3)
    for at, name in enumerate(LAYERS):
        expect(rows.nth(at)).to_contain_text(name)
    cells = page.get_by_role("row").filter(has=page.get_by_role("button", name="relu"))
    expect(cells).to_contain_text("75 %")
    expect(cells).to_contain_text("Warning")
    expect(page.get_by_role("row").filter(has=page.get_by_role("button", name="last"))).to_contain_text("0.44")
    finding = page.get_by_role("list", name="What keeps it from learning").get_by_role("listitem")
    expect(finding).to_contain_text("75 % of the units of layer relu")
    finding.get_by_text("why it matters").click()
    expect(finding).to_contain_text("can never come back")
    expect(page.get_by_text("0.750 % of the time")).to_be_visible()
    assert violations(page) == []


def test_a_healthy_network_is_said_to_be_one(page: Page, address: str):
    page.goto(f"{address}#front=well&page=health")
    expect(page.get_by_text("Nothing keeps the network from learning.")).to_be_visible()


def test_one_cursor_goes_over_all_layers(page: Page, address: str):
    page.goto(f"{address}#front=well&page=health")
    last = page.get_by_role("row").filter(has=page.get_by_role("button", name="last"))
    expect(last).to_contain_text("0.44")
    strip = page.get_by_role("row").filter(has=page.get_by_role("button", name="first")).locator("svg").first
    box = strip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 1, box["y"] + 10)
    expect(last).to_contain_text("0.25")


def test_a_layer_opens_its_histograms(page: Page, address: str):
    page.goto(f"{address}#front=well&page=health")
    page.get_by_role("button", name="first").click()
    page.wait_for_url("**page=histograms*")
    expect(page.get_by_role("article", name="weights/first.weight")).to_be_visible()


def test_a_run_that_was_not_watched_says_how_to_watch_it(page: Page, address: str):
    page.goto(f"{address}#front=plain&page=health")
    expect(page.get_by_text("This run does not tell what goes on inside its network.")).to_be_visible()
