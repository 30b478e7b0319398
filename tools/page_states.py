"""The states of the page that docs/guides/dashboard.md shows, and how each of them comes about."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from playwright.sync_api import Page, Route


def write_sweep(log_dir: Path, runs: int) -> None:
    """Short trainings that differ in their rate of learning and in their noise."""
    from kymo import SummaryWriter

    chance = random.Random(0)
    for number in range(runs):
        rate, noise = chance.uniform(0.5, 2.0), chance.uniform(0.02, 0.1)
        with SummaryWriter(str(log_dir / f"sweep-{number % 4}" / f"seed-{number:04}")) as writer:
            for step in range(100):
                rest = math.exp(-rate * step / 25)
                writer.add_scalar("train/loss", rest + chance.gauss(0, noise) * (0.2 + rest), step)
                writer.add_scalar("val/accuracy", 1 - 0.9 * rest + chance.gauss(0, noise / 4), step)


def nothing(_: Page) -> None:
    pass


@dataclass(frozen=True)
class State:
    """One state: which logs are looked at in which view, and what is done around it.

    Attributes:
        cases: The trainings that the logs must hold, as `disk` or `disk-mended`: in `cases`, those of `kymo demo
            --bottleneck`; in `sick`, those of `kymo demo --sick`.
        ready: What stands on the page once it is reached.
    """

    name: str
    logs: str = "digits"
    view: str = ""
    cases: tuple[str, ...] = ()
    before: Callable[[Page], None] = nothing
    ready: str = "[data-points]"
    ends_server: bool = False
    after: Callable[[Page], None] = nothing


def columns_never_come(page: Page) -> None:
    page.route("**/api/columns", lambda _: None)


def list_is_refused(page: Page) -> None:
    page.route("**/api/runs", lambda route: route.fulfill(status=503, json={"detail": "The disk does not answer."}))


def list_is_being_read(page: Page) -> None:
    """The server's own answer, as it is before the first run of a large log has been read."""

    def answer(route: Route) -> None:
        body = json.loads(route.fetch().text())
        loading = {"bytes_done": 6_200_000_000, "bytes_total": 13_100_000_000, "files_done": 0, "files_total": 240}
        route.fulfill(json=body | {"loading": loading, "runs": [], "latest": [], "total": 0})

    page.route("**/api/runs*", answer)


def channel_is_lost(page: Page) -> None:
    page.locator(".state.offline").wait_for()


def sheet_is_opened(page: Page) -> None:
    page.locator("#runs").focus()
    page.keyboard.press("End")
    page.keyboard.press("e")
    page.locator("dialog").wait_for()


def stop_is_asked(page: Page) -> None:
    page.get_by_role("button", name="Stop …").click()
    page.get_by_role("dialog").wait_for()


def held_back(bottleneck: str) -> State:
    """The verdict on one of the demo's bottlenecks."""
    return State(
        f"run-pipeline-{bottleneck}",
        logs="cases",
        cases=(bottleneck,),
        view=f"#front={bottleneck}&page=pipeline",
        ready=".column[data-ready=true] .bar",
    )


def looked_into(case: str) -> tuple[State, State]:
    """The layers of one of the demo's networks, and the histograms of what they gave."""
    view = f"#front={case}&page="
    return (
        State(
            f"run-health-{case}",
            logs="sick",
            cases=(case,),
            view=f"{view}health",
            ready=".health[data-ready=true] svg",
        ),
        State(
            f"run-histograms-{case}",
            logs="sick",
            cases=(case,),
            view=f"{view}histograms&histfilter=act",
            ready="[data-columns] canvas",
        ),
    )


STATES = (
    State("empty", logs="empty", ready="h2"),
    State("reading", before=list_is_being_read, ready="h2"),
    State("waiting", before=columns_never_come, ready="article"),
    State("error", before=list_is_refused, ready="[role=alert]"),
    State("disconnected", ends_server=True, after=channel_is_lost),
    State("one-run", logs="one"),
    State("thousand-runs", logs="sweep", view="#select=all"),
    State("groups", view="#group=folder&band=minmax"),
    State("table", view="#table=val/accuracy&marks=400,1200"),
    State("layout", view="#side=tags&pin=val/accuracy&validation=joined"),
    State("sheet", after=sheet_is_opened, ready=".value"),
    State("run-page", logs="run", ready=".front[data-state=running] .prospect"),
    *(held_back(bottleneck) for bottleneck in ("workers", "disk", "augment", "transfer", "none")),
    State(
        "run-beside",
        logs="cases",
        cases=("workers", "workers-mended"),
        view="#front=workers&page=pipeline&beside=workers-mended",
        ready=".column[data-ready=true] + .column[data-ready=true] .bar",
    ),
    State(
        "run-devices",
        logs="cases",
        cases=("workers",),
        view="#front=workers&page=devices",
        ready=".devices[data-ready=true] .line",
    ),
    State("run-health", logs="inside", view="#front=sigmoid&page=health", ready=".health[data-ready=true] svg"),
    State(
        "run-histograms",
        logs="inside",
        view="#front=relu&page=histograms&histfilter=act",
        ready="[data-columns] canvas",
    ),
    State(
        "run-histograms-beside",
        logs="inside",
        view="#front=relu&page=histograms&hist=heat&beside=tanh&histpin=201:activations/1&histfilter=^activations/[13]",
        ready="[role=img] canvas",
    ),
    *chain.from_iterable(map(looked_into, ("vanishing", "vanishing-mended", "dead", "diverging"))),
    State("run-stop", logs="run", ready=".front[data-state=running] .prospect", after=stop_is_asked),
)
