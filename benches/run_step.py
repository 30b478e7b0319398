"""What a run costs around a training step of 5 ms on the CPU, beside the bare loop and other training loops.

python benches/run_step.py [--processes 3] [--epochs 9]

A machine's speed changes by more than what is measured, from second to second. So all loops train the same model in one
thread and take turns after ten steps, in an order that is drawn for each round; each step is compared with the bare
loop's of its round. What other threads do for a loop is measured while it trains alone, and added as if every second of
it delayed the training.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from apart import Failure, measured_apart
from greenlet import greenlet
from report import Row, budget, versions, write
from run_step_loops import BARE, BARE_AGAIN, KYMO, KYMO_BAR, LOOPS, Batches, Loop, Training, network, terminal

STEP_SECONDS = 0.005
RATE = 1e-6  # so low that the model stays as it is, and with it what a step takes
STEPS = 100  # of an epoch, where loops take turns: many ends of epochs
WARM_UP = 2  # epochs
LONG_STEPS = 1_000  # of an epoch that costs are told for, and of those that a loop trains alone
LIMIT = 400.0  # seconds that no process may take
BUDGET_PERCENT = 1
OURS = (BARE, BARE_AGAIN, KYMO, KYMO_BAR)  # of which none may fail
_TRIED = (8, 32)  # images of a batch
_TRIES = 60  # steps
TURN = 10  # steps, so that a loop finds its own code in the processor's caches as far as its own step leaves it there
Figures = dict[str, dict[str, Any]]  # by the loop's name


class Turns:
    """Loops in one thread, of which one at a time makes some steps.

    Args:
        loops: Each trains with a model's batches, of which `Turns.of` makes it pause before each.
    """

    def __init__(self, loops: dict[str, Callable[[], None]]) -> None:
        self.told: dict[str, str] = {}
        self.taken: dict[str, list[int]] = {name: [] for name in loops}  # nanoseconds of each step
        self._began = dict.fromkeys(loops, 0)
        self._main = greenlet.getcurrent()
        self._running = {name: greenlet(partial(self._guarded, name, loop)) for name, loop in loops.items()}

    def pause(self, name: str, index: int) -> None:
        """A loop asks for its next batch: its step is over, and after some of them it is the others' turn."""
        self.taken[name].append(time.perf_counter_ns() - self._began[name])
        if index % TURN == 0:
            self._main.switch()
        self._began[name] = time.perf_counter_ns()

    def run(self) -> None:
        """Runs all to their ends."""
        order, chance = list(self._running), random.Random(1)
        while order:
            chance.shuffle(order)
            for name in order:
                self._running[name].switch()
            order = [name for name in order if not self._running[name].dead]

    def _guarded(self, name: str, loop: Callable[[], None]) -> None:
        try:
            loop()
        except Exception as error:  # a peer may fail, and is left out
            if name in OURS:
                raise
            self.told[name] = f"{type(error).__name__}: {error}"[:150]


def size_for_step(seconds: float = STEP_SECONDS) -> int:
    """How many images make a batch whose step takes about so long here: between two sizes time grows evenly."""
    torch.set_num_threads(1)
    took = []
    for size in _TRIED:
        it = trained(network(), Batches(size, 1), 1)
        batch = next(iter(it.loader))
        times = []
        for _ in range(_TRIES):
            start = time.perf_counter()
            it.step(*batch)
            times.append(time.perf_counter() - start)
        took.append(statistics.quantiles(times, n=5)[0])  # where nothing else was in the way
    each = (took[1] - took[0]) / (_TRIED[1] - _TRIED[0])
    return max(1, round(_TRIED[0] + (seconds - took[0]) / each))


def trained(model: torch.nn.Module, batches: Batches, epochs: int) -> Training:
    return Training(model, torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.9), batches.loader(), epochs)


def in_turns(each_loop: dict[str, Loop], size: int, epochs: int, directory: Path) -> tuple[Figures, dict[str, str]]:
    """Nanoseconds of each loop's steps, and of what lies around the ends of its epochs; why a peer has none."""
    data = Batches(size, STEPS)
    one = trained(network(), data, WARM_UP + epochs)  # for all: each loop's step works on the same memory
    loops: dict[str, Callable[[], None]] = {}
    turns: Turns

    def pausing(name: str) -> Batches:
        batches = Batches(0, STEPS)
        batches.batches = data.batches
        batches.before = lambda index: turns.pause(name, index)
        return batches

    for name, loop in each_loop.items():
        loops[name] = partial(loop, one._replace(loader=pausing(name).loader()), directory / name)
    turns = Turns(loops)
    turns.run()
    found: Figures = {}
    for name, taken in turns.taken.items():
        if name in turns.told:
            continue
        of_epochs = [taken[start : start + STEPS] for start in range(WARM_UP * STEPS, len(taken), STEPS)]
        # A loop that fetches ahead has its last two steps in the first of these two.
        ends = [epoch[0] + epoch[1] for epoch in of_epochs]
        found[name] = {"steps": [step for epoch in of_epochs for step in epoch[2:]], "ends": ends}
    return found, turns.told


def alone(loop: Loop, size: int, directory: Path, steps: int = LONG_STEPS) -> float:
    """The CPU time of all threads but the training's in a second, from the middle of an epoch to that of the next."""
    marks = []

    def mark(index: int) -> None:
        if index == steps // 2:
            marks.append((time.perf_counter(), time.process_time() - time.thread_time()))

    loop(trained(network(), Batches(size, steps, mark), 2), directory)
    (began, before), (ended, after) = marks
    return (after - before) / (ended - began)


def measure(size: int, epochs: int, directory: Path) -> dict[str, Any]:
    """Runs in a process of its own: all loops in turns, or without epochs each alone."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    output, errors = sys.stdout, sys.stderr
    try:
        with terminal():
            if epochs:
                found, told = in_turns(LOOPS, size, epochs, directory)
                return {"loops": found, "told": told}
            return {name: attempted(name, size, directory) for name in LOOPS if name != BARE_AGAIN}
    finally:
        sys.stdout, sys.stderr = output, errors  # bars put others in their place, and back in another order


def attempted(name: str, size: int, directory: Path) -> float | None:
    """As `alone`; None of a peer that fails."""
    try:
        return alone(LOOPS[name], size, directory / name)
    except Exception:
        if name in OURS:
            raise
        return None


def apart(script: str, *arguments: str) -> dict[str, Any]:
    """What a script measures in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="kymo-bench-", ignore_cleanup_errors=True) as directory:
        command = [sys.executable, script, "--one", *arguments, directory]
        outcome = measured_apart(command, LIMIT, {"TERM": "xterm-256color", "PYTHONWARNINGS": "ignore"}, must=True)
    assert not isinstance(outcome, Failure)
    return outcome


def beyond_bare(name: str, loops: Figures, what: str) -> list[float]:
    """Nanoseconds that a loop took longer than the bare loops of the same round; of the second one, than the first."""
    bare, again = loops[BARE][what], loops[BARE_AGAIN][what]
    against = bare if name == BARE_AGAIN else [(one + other) / 2 for one, other in zip(bare, again, strict=True)]
    return [own - other for own, other in zip(loops[name][what], against, strict=False)]


def row(name: str, outcomes: list[dict[str, Any]], background: float | None) -> Row:
    found: list[Figures] = [outcome["loops"] for outcome in outcomes if name in outcome["loops"]]
    told = next((outcome["told"][name] for outcome in outcomes if name in outcome["told"]), "")
    median = statistics.median
    keys = ("ms a step", "% slower in a step", "its error", "ms at an epoch's end", "% of other threads", "% slower")
    if not found:
        return {"loop": name, "steps": 0, **dict.fromkeys(keys), "told": told}
    step = median(each for loops in found for each in loops[BARE]["steps"])
    steps = [each for loops in found for each in beyond_bare(name, loops, "steps")]
    ends = median(each for loops in found for each in beyond_bare(name, loops, "ends"))
    ends -= 2 * median(steps)
    low, _, high = statistics.quantiles(steps, n=4)
    error = 1.25 * (high - low) / 1.35 / len(steps) ** 0.5  # of a median, by how far apart the quarters are
    slower = median(steps) / step + ends / step / LONG_STEPS + (background or 0)
    return {
        "loop": name,
        "steps": len(steps),
        "ms a step": round(median(each for loops in found for each in loops[name]["steps"]) / 1e6, 3),
        "% slower in a step": round(100 * median(steps) / step, 3),
        "its error": round(100 * error / step, 3),
        "ms at an epoch's end": round(ends / 1e6, 2),
        "% of other threads": None if background is None else round(100 * background, 3),
        "% slower": round(100 * slower, 2),
        "told": told,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=9, help="of each process that count")
    parser.add_argument("--size", type=int, help="images of a batch; by default, as many as take 5 ms")
    parser.add_argument("--one", nargs=3, metavar=("SIZE", "EPOCHS", "DIRECTORY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        size, epochs, directory = arguments.one
        print(json.dumps(measure(int(size), int(epochs), Path(directory))))
        return
    size = arguments.size or size_for_step()
    outcomes = [apart(__file__, str(size), str(arguments.epochs)) for _ in range(arguments.processes)]
    background = apart(__file__, str(size), "0")
    rows = [row(name, outcomes, background.get(name)) for name in LOOPS]
    made = [
        budget(
            f"{each['loop']} around a training step of 5 ms, % slower than the bare loop at most",
            float(each["% slower"] or 0),
            BUDGET_PERCENT,
        )
        for each in rows
        if each["loop"] in (KYMO, KYMO_BAR)
    ]
    notes = [
        f"{arguments.processes} processes, in each of which every loop trains the same small convolutional network for"
        f" {arguments.epochs} epochs of {STEPS} steps of {size} images on one thread, and {WARM_UP} to warm up. Loops"
        f" take turns after {TURN} steps, in an order that is drawn.",
        "'in a step': the median of what a step takes longer than the mean of the two bare loops' of the same round,"
        f" with its standard error; '{BARE_AGAIN}' is compared with the other one: so much is noise.",
        "'epoch's end': from the last step of an epoch to the first of the next. 'other threads': their CPU time in a"
        f" second of training alone. '% slower': all three, with {LONG_STEPS:,} steps an epoch, as if the training"
        " waited for all that other threads do.",
        "Opening and closing are not in it. Every step's loss is logged, and a checkpoint saved after each epoch;"
        " kymo.Run saves the best model and all that resuming needs. The bare loop does neither.",
        versions("torch", "lightning", "pytorch-ignite"),
    ]
    write("run_step", [*rows, *made], notes)


if __name__ == "__main__":
    main()
