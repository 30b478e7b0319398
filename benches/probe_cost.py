"""What it costs to know where the time of a step goes, at steps of 1, 5 and 50 ms on the CPU, beside TraceML.

python benches/probe_cost.py

As in run_step.py, all loops train the same model in one thread and take turns, and what other threads do for a loop is
measured while it trains alone. Nothing is logged but what the probes tell, and nothing is saved.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from apart import end
from report import Row, budget, versions, write
from run_step import Figures, alone, apart, beyond_bare, in_turns, size_for_step
from run_step_loops import BARE, BARE_AGAIN, Loop, Training, bare, terminal

STEPS = {0.001: 9, 0.005: 9, 0.05: 3}  # seconds of a step, and epochs of a hundred of them
ALONE_SECONDS = 8.0
KYMO, TRACEML = "kymo.Run, all probes", "TraceML"
NAMES = (BARE, BARE_AGAIN, KYMO, TRACEML)
BUDGET_PERCENT = 2


def with_kymo(it: Training, directory: Path) -> None:
    """The phases of each step, the model's parts, who makes the batches, and the machine."""
    import kymo

    with kymo.Run(directory, progress=False) as run:
        run.watch(it.model, it.optimizer)
        for _ in range(it.epochs):
            for images, labels in run.batches(it.loader):
                it.step(images, labels)


def with_traceml(it: Training, _directory: Path) -> None:
    """The same of TraceML, whose parts of a step are all on after `init`."""
    import traceml_ai as traceml

    traceml.init(mode="auto", on_missing_aggregator="raise")
    for _ in range(it.epochs):
        for images, labels in it.loader:
            with traceml.trace_step(it.model):
                it.step(images, labels)


LOOPS: dict[str, Loop] = {BARE: bare, BARE_AGAIN: bare, KYMO: with_kymo, TRACEML: with_traceml}


@contextlib.contextmanager
def aggregator() -> Iterator[None]:
    """The process that TraceML sends to: without it, TraceML does nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    os.environ["TRACEML_AGGREGATOR_PORT"] = port
    program = str(Path(sys.executable).with_name("traceml"))
    command = [program, "serve", "--aggregator-port", port, "--aggregator-bind-host", "127.0.0.1"]
    with Path("aggregator.log").open("w", encoding="utf-8") as log:
        serving = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        yield
    finally:
        end(serving)


def measure(size: int, epochs: int, name: str, steps: int, directory: Path) -> Any:
    """Runs in a process of its own: all loops in turns, or one alone."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    os.chdir(directory)  # where TraceML puts its logs
    output, errors = sys.stdout, sys.stderr
    try:
        with terminal(), aggregator():
            if name:
                return {"background": alone(LOOPS[name], size, directory / "alone", steps)}
            found, told = in_turns(LOOPS, size, epochs, directory)
            return {"loops": found, "told": told}
    finally:
        sys.stdout, sys.stderr = output, errors


def rows_of(seconds: float, epochs: int, processes: int) -> list[Row]:
    size = size_for_step(seconds)
    of = partial(apart, __file__, str(size), str(epochs))
    outcomes = [of("", "0") for _ in range(processes)]
    steps = str(round(ALONE_SECONDS / seconds))
    rows: list[Row] = []
    for name in NAMES:
        found: list[Figures] = [outcome["loops"] for outcome in outcomes if name in outcome["loops"]]
        told = next((outcome["told"][name] for outcome in outcomes if name in outcome["told"]), "")
        row: Row = {"loop": name, "step": f"{1000 * seconds:g} ms", "told": told}
        if found:
            step = statistics.median(each for loops in found for each in loops[BARE]["steps"])
            more = statistics.median(each for loops in found for each in beyond_bare(name, loops, "steps"))
            others = 0.0 if name in (BARE, BARE_AGAIN) else of(name, steps)["background"]
            row |= {
                "ms a step": round((step + more) / 1e6, 3) if name != BARE else round(step / 1e6, 3),
                "µs more": round(more / 1e3, 1),
                "% slower in a step": round(100 * more / step, 3),
                "% of other threads": round(100 * others, 3),
                "% slower": round(100 * (more / step + others), 2),
            }
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--one", nargs=5, metavar=("SIZE", "EPOCHS", "NAME", "STEPS", "DIRECTORY"), help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    if arguments.one:
        size, epochs, name, steps, directory = arguments.one
        print(json.dumps(measure(int(size), int(epochs), name, int(steps), Path(directory))))
        return
    rows: list[Row] = []
    for seconds, epochs in STEPS.items():
        rows += rows_of(seconds, epochs, arguments.processes if seconds < max(STEPS) else 1)
    slower = {(str(row["loop"]), str(row["step"])): row.get("% slower") for row in rows}
    made = []
    for step in dict.fromkeys(str(row["step"]) for row in rows):
        ours, theirs = slower[KYMO, step], slower[TRACEML, step]
        assert isinstance(ours, float)
        if step == "5 ms":
            made.append(budget("all probes around a step of 5 ms, % slower than the bare loop", ours, BUDGET_PERCENT))
        if isinstance(theirs, float):
            claim = f"all probes around a step of {step}, % of the step more than TraceML takes"
            made.append(budget(claim, ours - theirs, 0))
    notes = [
        "Each loop trains the same small convolutional network on one thread, with batches of as many images as take"
        " about so long; loops take turns after ten steps, in an order that is drawn.",
        "'in a step': the median of what a step takes longer than the mean of the two bare loops' of the same round;"
        f" '{BARE_AGAIN}' is compared with the other one: so much is noise. 'other threads': their CPU time in a second"
        " of training alone. '% slower': both, as if the training waited for all that other threads do.",
        "TraceML is started by `traceml.init(mode='auto')` beside a `traceml serve`, a process that collects and is not"
        " counted; kymo has no such process.",
        versions("torch", "traceml-ai"),
    ]
    write("probe_cost", [*rows, *made], notes)


if __name__ == "__main__":
    main()
