"""The page of one run: how it is doing, and steering it, over trainings in processes of their own."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from axe import violations
from card import Card
from conftest import Server
from playwright.sync_api import Locator, Page, expect
from run_row import run_row
from training_logs import finish, write_series
from waiting import until

SCRIPT = Path(__file__).with_name("steered_training.py")

Train = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def train() -> Iterator[Train]:
    """Starts a training; the test's end ends it."""
    started: list[subprocess.Popen[bytes]] = []

    def start(directory: Path, *options: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, str(SCRIPT), str(directory), *options]
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def said(directory: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((directory / "run.json").read_text())
    return content


def front(page: Page, state: str) -> Locator:
    found = page.get_by_role("region", name="Run page")
    expect(found).to_have_attribute("data-state", state)
    return found


def part(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def ask(page: Page, what: str, do: str | None = None) -> None:
    """Asks for something, and says yes to the question whether to."""
    page.get_by_role("button", name=f"{what} …", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=do or what, exact=True).click()


def answered(page: Page, text: str) -> None:
    expect(page.locator(".told")).to_contain_text(text)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "mlp"


@pytest.fixture
def going_on(directory: Path, train: Train, serve: Callable[..., Server], page: Page) -> Page:
    """The page of a run that goes on, opened as the only one there is."""
    train(directory)
    until(lambda: (directory / "bestmodel.pth").exists(), seconds=60)
    page.goto(serve(directory.parent).url)
    front(page, "running")
    return page


def test_the_only_run_opens_with_how_it_is_doing(going_on: Page):
    page = going_on
    expect(page.get_by_role("heading", name="mlp")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Progress")).to_have_attribute(
        "aria-valuetext", re.compile(r"^epoch \d")
    )
    expect(page.get_by_role("region", name="Run page")).to_contain_text(
        re.compile(r"Time left\s*\d.*ends about \d\d:\d\d")
    )
    expect(part(page, "Best")).to_contain_text(re.compile(r"[\d.]+ val/loss\s*epoch \d+, step \d+"))
    expect(part(page, "Stops when")).to_contain_text(re.compile(r"of 10 min"))
    expect(part(page, "Stops when")).to_contain_text(re.compile(r"patience \d+ of 5000 checks"))
    expect(part(page, "Checkpoints")).to_contain_text("bestmodel.pth")
    expect(part(page, "Timeline")).to_contain_text("Training begins.")
    expect(part(page, "Made with")).to_contain_text("width")
    expect(part(page, "Made with")).to_contain_text(torch.__version__)
    expect(page.locator(".sparks button")).to_have_count(2)
    Card(page, "train/loss").wait(series=2)  # that of batches, and their means
    assert violations(page) == []


def test_progress_is_live(going_on: Page):
    bar = going_on.get_by_role("progressbar", name="Progress")
    before = bar.get_attribute("aria-valuetext")
    assert before is not None
    expect(bar).not_to_have_attribute("aria-valuetext", before)


def test_a_run_is_stopped_from_the_page_and_resumed(going_on: Page, directory: Path, train: Train):
    page = going_on
    page.get_by_role("button", name="Stop …").click()
    question = page.get_by_role("dialog", name="Stop mlp?")
    expect(question).to_contain_text("without its validation")
    assert violations(page) == []
    question.get_by_text("After this epoch").click()
    expect(question).to_contain_text("with its validation")
    question.get_by_role("button", name="Stop after this epoch").click()
    stopped = front(page, "stopped")
    expect(stopped).to_contain_text("asked to stop after the epoch.")
    expect(part(page, "Timeline")).to_contain_text("asked to stop after the epoch.")
    expect(part(page, "Checkpoints")).to_contain_text("resume=True")
    expect(page.get_by_role("button", name="Stop …")).to_have_count(0)
    record = said(directory)
    assert (record["status"], record["batch"]) == ("stop_file", 0)
    assert not (directory / "STOP").exists()
    train(directory, "--resume")
    front(page, "running")
    expect(part(page, "Timeline")).to_contain_text(
        f"Training goes on after epoch {record['epoch']}, step {record['step']}."
    )


def test_a_stop_asked_from_elsewhere_is_seen_on_the_page(going_on: Page, directory: Path):
    (directory / "STOP").touch()
    stopped = front(going_on, "stopped")
    expect(stopped).to_contain_text("asked to stop after the batch.")


def test_a_run_is_steered_and_answers(going_on: Page, directory: Path):
    page = going_on
    ask(page, "Save")
    answered(page, "last.pth is saved at step")
    ask(page, "Pause")
    front(page, "paused")
    answered(page, "Training is paused after step")
    step = said(directory)["step"]
    ask(page, "Validate")
    answered(page, f"Validation at step {step}: val/loss")
    page.get_by_role("button", name="Change …").click()
    question = page.get_by_role("dialog", name="Change mlp?")
    question.get_by_label("What").select_option("lr")
    expect(question).to_contain_text("0.01")
    question.get_by_role("textbox", name="To").fill("0.002")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(question).to_have_count(0)
    answered(page, "The learning rate is 0.002")
    ask(page, "Go on")
    front(page, "running")
    timeline = part(page, "Timeline")
    for text in ("asked to pause", "asked to validate", "asked to set lr 0.002", "asked to resume"):
        expect(timeline).to_contain_text(text)
    assert said(directory)["offers"]["settings"]["lr"] == "0.002"


def test_what_a_run_refuses_is_told(going_on: Page):
    page = going_on
    page.get_by_role("button", name="Change …").click()
    question = page.get_by_role("dialog", name="Change mlp?")
    question.get_by_label("What").select_option("epochs")
    question.get_by_role("textbox", name="To").fill("many")
    question.get_by_role("button", name="Change", exact=True).click()
    answered(page, "refused: 'many' is no number of epochs: give an integer.")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".told")).to_have_count(0)


def test_events_are_marks_on_the_charts(going_on: Page):
    page = going_on
    ask(page, "Pause")
    front(page, "paused")
    card = Card(page, "train/loss").wait(series=2)
    card.hover(0.99)
    expect(page.get_by_role("tooltip")).to_contain_text("◆ a request")
    tile = page.locator(".tile", has_text="train/loss")
    expect(tile.locator("svg line.control")).to_have_count(1)


def test_a_read_only_viewer_offers_nothing(directory: Path, train: Train, serve: Callable[..., Server], page: Page):
    train(directory)
    until(lambda: (directory / "last.pth").exists(), seconds=60)
    page.goto(serve(directory.parent, "--read-only").url)
    front(page, "running")
    expect(part(page, "Timeline")).to_contain_text("Training begins.")
    for name in ("Stop …", "Pause …", "Save …", "Change …", "Validate …"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


def test_a_crash_and_an_exception_are_told_apart(
    directory: Path, train: Train, serve: Callable[..., Server], page: Page
):
    train(directory, "--fail").wait(timeout=60)
    page.goto(serve(directory.parent).url)
    expect(front(page, "failed")).to_contain_text("RuntimeError: the loader's disk is gone")
    record = said(directory)
    record |= {"status": "running", "heartbeat": record["heartbeat"] - 3600}
    (directory / "run.json").write_text(json.dumps(record))
    expect(front(page, "crashed")).to_contain_text("it was killed, or its machine or its disk is gone")


def test_a_run_among_many_has_a_page_with_an_address(
    directory: Path, train: Train, serve: Callable[..., Server], page: Page
):
    train(directory, "--epochs", "2").wait(timeout=60)
    write_series(directory.parent / "other", {"train/loss": dict.fromkeys(range(10), 1.0)})
    finish(directory.parent / "other")
    page.goto(serve(directory.parent).url)
    Card(page, "train/loss").wait(series=3)
    expect(page.get_by_role("region", name="Run page")).to_have_count(0)
    page.locator("#runs").focus()
    page.keyboard.press("Home")
    page.keyboard.press("o")
    front(page, "finished")
    Card(page, "train/loss").wait(series=2)
    assert "front=mlp" in page.url
    page.reload()
    front(page, "finished")
    page.get_by_role("button", name="Close the run page").click()
    expect(page.get_by_role("region", name="Run page")).to_have_count(0)
    page.go_back()
    front(page, "finished")
    # Another writer's run has nothing to say beside its charts.
    row = run_row(page, "other")
    row.hover()
    expect(row.get_by_role("button", name="open")).to_have_count(0)
