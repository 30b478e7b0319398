"""What holds a run back, on its page, and the pages of its pipeline and of its devices."""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from axe import violations
from conftest import Server
from playwright.sync_api import Locator, Page, Route, expect
from training_logs import START, finish

from kymo import SummaryWriter
from kymo.probe.series import description

SECONDS = 100
VALIDATION = range(50, 60)
ON_GPU = {
    "gpu_wait": 1.5,
    "gpu_wait_share": 12.0,
    "gpu_copy": 9.0,
    "gpu_lag": 2.5,
    "gpu_lag_peak": 6.0,
    "copy_bytes": 2e6,
    "copy_rate": 8e9,
    "copy_pinned": 0.0,
    "copy_floats": 100.0,
}


def write_run(directory: Path, wait: float, step: float, more: Mapping[str, float] = MappingProxyType({})) -> None:
    """A training of a hundred seconds that waits for its data, in milliseconds of each step, and validates for ten.

    `more`: what else is told of its pipeline, by name.
    """
    whole = wait + step
    made = {"data_wait": wait, "step": step, "step_time": whole, "copy": 0.0, "logging": 0.0}
    with SummaryWriter(directory) as writer:

        def put(tag: str, value: float) -> None:
            writer.add_scalar(tag, value, number, START + second, summary_description=description(tag))

        number = 0
        for second in range(SECONDS):
            resting = second in VALIDATION
            put("device/gpu0/utilization", 7.0 if resting else 88.0)
            put("host/cpu", 40.0)
            if second == VALIDATION.stop:
                put("pipeline/validation", 1000.0 * len(VALIDATION))
            if resting:
                continue
            number += 25
            for name, time in made.items():
                if name != "step_time":
                    put(f"pipeline/{name}", 100 * time / whole)
                for key, factor in (("p50", 1.0), ("p95", 1.5), ("p99", 2.0)):
                    put(f"pipeline/{name}_{key}", time * factor)
            for name, value in more.items():
                put(f"pipeline/{name}", value)
            put("pipeline/workers", 1.0)
            put("pipeline/batches_ready", 0.2)
            put("pipeline/batch_cpu", 91.0)
            put("pipeline/batch_blocked", 9.0)
            put("pipeline/transform/Rotate", 63.0)
            writer.add_scalar("loss", 1 / number, number, START + second)
    finish(directory)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, serve_module: Callable[..., Server]) -> str:
    log_dir = tmp_path_factory.mktemp("pages")
    write_run(log_dir / "before", wait=30.0, step=10.0)
    write_run(log_dir / "after", wait=2.0, step=10.0)
    write_run(log_dir / "gpu", wait=2.0, step=10.0, more=ON_GPU)
    write_run(log_dir / "lag", wait=2.0, step=10.0, more={"gpu_lag": 2.5})
    with SummaryWriter(log_dir / "plain") as writer:
        writer.add_scalar("loss", 1.0, 1)
    return serve_module(log_dir).url


def told(address: str, run: str) -> Any:
    question = urllib.parse.urlencode({"run": run})
    with urllib.request.urlopen(f"{address}api/findings?{question}", timeout=20) as answer:
        return json.load(answer)


def region(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def row(page: Page, title: str) -> Locator:
    return page.locator(".row").filter(has=page.get_by_text(title, exact=True))


def test_the_run_page_says_what_holds_it_back_and_shows_the_numbers(page: Page, address: str):
    page.goto(f"{address}#front=before&select=none&run=before")
    findings = region(page, "What holds it back")
    first = told(address, "before")["findings"][0]
    item = findings.get_by_role("listitem").first
    expect(item).to_contain_text(first["text"])
    expect(item).to_contain_text(first["advice"].replace("`", ""))
    expect(item).to_contain_text(f"{first['severity'].capitalize()}:")
    assert violations(page) == []
    if first["evidence"]:
        number = first["evidence"][0]
        shown = item.get_by_role("row").filter(has=page.get_by_role("rowheader", name=number["tag"], exact=True))
        expect(shown).to_be_hidden()
        item.locator("summary").click()
        expect(shown).to_contain_text(number["description"])


def test_the_pages_of_a_run_are_in_the_address_and_under_the_keys(page: Page, address: str):
    page.goto(f"{address}#front=before&select=none&run=before")
    expect(page.get_by_role("toolbar")).to_be_visible()
    page.get_by_role("navigation").get_by_role("button", name="Pipeline").click()
    expect(region(page, "Pipeline of before")).to_be_visible()
    expect(page.get_by_role("toolbar")).to_be_hidden()
    assert "page=pipeline" in page.url
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(region(page, "Devices of before")).to_be_visible()
    page.reload()
    expect(region(page, "Devices of before")).to_be_visible()
    page.go_back()
    expect(region(page, "Pipeline of before")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.get_by_role("toolbar")).to_be_visible()


def test_the_pipeline_page_tells_where_the_time_goes_beside_another_run(page: Page, address: str):
    page.goto(f"{address}#front=before&page=pipeline&select=none&run=before")
    before = region(page, "Pipeline of before")
    expect(before.locator("[data-phase]")).to_have_count(2)
    shares = before.get_by_role("list", name="Shares at last").get_by_role("listitem")
    expect(shares.filter(has_text="Waiting for data")).to_contain_text("75")
    expect(before.get_by_role("heading", name="One step")).to_contain_text("median 40")
    expect(before).to_contain_text("by 1 worker")
    expect(row(page, "Batches ready")).to_contain_text("0.2")
    expect(before.get_by_role("listitem").filter(has_text="At work")).to_contain_text("91")
    expect(before.locator(".transforms").get_by_role("listitem")).to_have_text("Rotate 63\u202f%")
    page.get_by_label("Compare with").select_option("after")
    expect(page.get_by_role("status").filter(has_text="The median step of after is 3.3× as fast")).to_be_visible()
    expect(region(page, "Pipeline of after").locator("[data-phase]")).to_have_count(2)
    assert "beside=after" in page.url
    assert violations(page) == []


def test_the_pipeline_page_draws_what_a_gpu_tells_and_nothing_where_none_does(page: Page, address: str):
    page.goto(f"{address}#front=gpu&page=pipeline&select=none&run=gpu")
    drawn = page.get_by_role("group", name="What the GPU tells of the steps")
    told = {
        "GPU idle, no batch": "12\u202f%",
        "Exposed wait for copies": "9\u202f%",
        "GPU behind the host": "2.5\u202fms",
        "Behind at most": "6\u202fms",
        "Copy rate": "8.00\u202fGB/s",
        "Copied in a step": "2.00\u202fMB",
        "From pinned memory": "0\u202f%",
    }
    for title, value in told.items():
        expect(row(page, title).locator("b")).to_have_text(value)
        expect(row(page, title).locator("path.line")).to_have_attribute("d", re.compile(r"^M"))
    expect(row(page, "Wide floats, copied")).to_be_hidden()
    drawn.get_by_text("2 more of the GPU").click()
    expect(row(page, "Wide floats, copied").locator("b")).to_have_text("100\u202f%")
    assert violations(page) == []
    # Of what one run tells and another does not, there is no empty chart.
    page.goto(f"{address}#front=lag&page=pipeline&select=none&run=lag")
    expect(region(page, "Pipeline of lag").locator("[data-phase]")).to_have_count(2)
    expect(drawn.locator(".row")).to_have_count(1)
    expect(drawn.locator("details")).to_have_count(0)
    page.goto(f"{address}#front=before&page=pipeline&select=none&run=before")
    expect(region(page, "Pipeline of before").locator("[data-phase]")).to_have_count(2)
    expect(drawn).to_have_count(0)


def test_the_devices_share_one_time_with_what_the_training_does(page: Page, address: str):
    page.goto(f"{address}#front=before&page=devices&select=none&run=before")
    expect(row(page, "Validation")).to_contain_text("1×, 10 s")
    expect(row(page, "Utilization")).to_contain_text("88")
    assert violations(page) == []
    # Halfway through the time lies the validation.
    time = page.get_by_role("slider", name="Time of before")
    time.focus()
    time.press("Home")
    for _ in range(55):
        time.press("ArrowRight")
    expect(row(page, "Validation")).to_contain_text("yes")
    expect(row(page, "Utilization")).to_contain_text("7")
    expect(row(page, "Waiting for data")).to_contain_text("—")
    plot = row(page, "Utilization").locator("svg")
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 20, steps=4)
    page.mouse.up()
    page.mouse.move(0, 0)
    expect(row(page, "Validation")).to_contain_text("none")
    page.get_by_role("button", name="Show all").click()
    expect(row(page, "Validation")).to_contain_text("1×")


def test_code_in_an_advice_is_set_as_code(page: Page, address: str):
    def answer(route: Route) -> None:
        body = json.loads(route.fetch().text())
        body["findings"][0]["advice"] = "Set `num_workers=4`, or `pin_memory`."
        route.fulfill(json=body)

    page.route("**/api/findings?*", answer)
    page.goto(f"{address}#front=before&select=none&run=before")
    item = region(page, "What holds it back").get_by_role("listitem").first
    expect(item.locator("code")).to_have_text(["num_workers=4", "pin_memory"])
    expect(item).to_contain_text("Set num_workers=4, or pin_memory.")
    page.unroute_all(behavior="ignoreErrors")


def test_a_plain_log_is_told_quietly_what_there_would_be(page: Page, address: str):
    page.goto(f"{address}#front=plain&select=none&run=plain")
    expect(page.get_by_role("region", name="Run page")).to_contain_text("Best")
    expect(region(page, "What holds it back")).to_have_count(0)
    page.get_by_role("button", name="Pipeline").click()
    expect(region(page, "Pipeline of plain")).to_contain_text("does not tell where the time of its steps goes")
    page.get_by_role("button", name="Devices").click()
    expect(region(page, "Devices of plain")).to_contain_text("does not tell what its machine does")


def test_the_sensors_charts_are_folded_until_they_are_asked_for(page: Page, address: str):
    page.goto(f"{address}#front=&select=none&run=before")
    heading = page.get_by_role("button", name="pipeline, ")
    expect(heading).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("button", name="device, 1 chart")).to_have_attribute("aria-expanded", "false")
    expect(page.locator('article[data-tag="loss"]')).to_be_visible()
    heading.click()
    expect(heading).to_have_attribute("aria-expanded", "true")
    assert "opened=pipeline" in page.url
    page.reload()
    expect(heading).to_have_attribute("aria-expanded", "true")
    heading.click()
    expect(heading).to_have_attribute("aria-expanded", "false")
    assert "opened" not in page.url
    page.locator("#tag-filter").fill("cpu")
    expect(page.locator('article[data-tag="host/cpu"]')).to_be_visible()
