"""What looking into a network costs a training on the CPU: kymo, wandb.watch and torch's histograms in turn.

python benches/watch.py [--only perceptron] [--steps 200]

As in run_step.py, loops train in one thread and take turns after ten steps, in an order that is drawn for each round,
and each step is compared with the bare loops' of its round. Each loop has a network of its own, for what is hooked to
one would slow all. A budget is a share of the time that passes, the turns of others included: so kymo with its default
budget trains in a process of its own, and its looks are compared with the steps around them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from add_scalar import size_of
from report import Row, budget, versions, write
from run_step import Turns, apart
from run_step_loops import BARE, BARE_AGAIN
from watched_networks import NETWORKS, Watched, watched

EVERY = 20  # steps between two looks of those that have a fixed distance
STEPS = {"perceptron": 400, "ResNet-18": 80, "transformer": 200}  # where loops take turns: multiples of EVERY
STEPS_ALONE = {"perceptron": 5_000, "ResNet-18": 200, "transformer": 800}
AROUND = 20  # steps that a look is compared with
BUDGET_PERCENT = 1
KYMO, KYMO_REST = "kymo, its budget of 1 %", "kymo, between looks"
KYMO_ALL, KYMO_TWO = "kymo, all", "kymo, weights and gradients"
OURS = (BARE, BARE_AGAIN, KYMO_REST, KYMO_ALL, KYMO_TWO)  # of which none may fail
WANDB, TORCH = "wandb.watch, weights and gradients", "torch, weights and gradients"
Loop = Callable[[Watched, Path], None]


def bare(it: Watched, _directory: Path) -> None:
    for _ in it.steps():
        it.step()


def with_kymo(
    it: Watched, directory: Path, *, budget: str | float = 1, every: int = EVERY, all_four: bool = True
) -> None:
    import kymo

    with kymo.SummaryWriter(str(directory)) as writer:
        watch = kymo.ModelWatch(
            writer, it.model, it.optimizer, budget=budget, every=every, activations=all_four, updates=all_four
        )
        for step in it.steps():
            watch.begin_step(step)
            it.step()
            watch.end_step()
        watch.close()


def with_wandb(it: Watched, directory: Path) -> None:
    import wandb

    directory.mkdir(parents=True)
    settings = wandb.Settings(silent=True, x_disable_stats=True, console="off")
    with wandb.init(mode="offline", dir=directory, settings=settings) as run:
        run.watch(it.model, log="all", log_freq=EVERY)
        for step in it.steps():
            it.step()
            if step % EVERY == EVERY - 1:
                run.log({"step": step})  # with which it hands on what it has seen


def with_torch(it: Watched, directory: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(directory)) as writer:
        for step in it.steps():
            it.step()
            if step % EVERY == EVERY - 1:
                for name, parameter in it.model.named_parameters():
                    writer.add_histogram(f"weights/{name}", parameter, step)
                    writer.add_histogram(f"gradients/{name}", parameter.grad, step)


LOOPS: dict[str, Loop] = {
    BARE: bare,
    BARE_AGAIN: bare,
    KYMO_REST: partial(with_kymo, every=10**9),  # which looks once, at the beginning
    KYMO_ALL: with_kymo,
    KYMO_TWO: partial(with_kymo, all_four=False),
    WANDB: with_wandb,
    TORCH: with_torch,
}


def in_turns(network: str, steps: int, directory: Path) -> dict[str, Any]:
    """Nanoseconds of each loop's steps, why a peer has none, and the bytes of its log; in a process of its own."""
    torch.set_num_threads(1)
    loops: dict[str, Callable[[], None]] = {}
    turns: Turns

    def counted(name: str) -> Iterator[int]:
        for step in range(steps):
            turns.pause(name, step)
            yield step
        turns.pause(name, steps)

    for name, loop in LOOPS.items():
        loops[name] = partial(loop, watched(network, partial(counted, name)), directory / str(len(loops)))
    turns = Turns(loops)
    turns.run()
    for name in OURS:
        if name in turns.told:
            raise RuntimeError(f"{name}: {turns.told[name]}")
    # The first time that a loop pauses, no step has been made.
    taken = {name: each[1:] for name, each in turns.taken.items() if name not in turns.told}
    bytes_of = {name: size_of(directory / str(index)) for index, name in enumerate(loops)}
    return {"taken": taken, "told": turns.told, "bytes": bytes_of}


def alone(network: str, steps: int, directory: Path) -> dict[str, Any]:
    """The same of kymo with its default budget, with the steps that it has looked at; in a process of its own."""
    import kymo

    torch.set_num_threads(1)
    marks: list[int] = []

    def counted() -> Iterator[int]:
        for step in range(steps):
            marks.append(time.perf_counter_ns())
            yield step
        marks.append(time.perf_counter_ns())

    with_kymo(watched(network, counted), directory, budget="1%", every=1)
    cost = kymo.open(directory)["."]["health/cost"]
    taken = [after - before for before, after in pairwise(marks)]
    looks = [int(step) for step in cost.steps]
    return {"taken": taken, "looks": looks, "share": float(cost.values[-1]), "bytes": size_of(directory)}


def beyond(taken: dict[str, list[int]], name: str) -> list[float]:
    """Nanoseconds that each step took longer than the bare loops' of its round; of the second one, than the first."""
    bare, again = taken[BARE], taken[BARE_AGAIN]
    against = bare if name == BARE_AGAIN else [(one + other) / 2 for one, other in zip(bare, again, strict=True)]
    return [own - other for own, other in zip(taken[name], against, strict=True)]


def of_a_cycle(more: Sequence[float]) -> float:
    """What `EVERY` steps take longer: each place's median over all cycles but the first, whichever one is looked at."""
    later = more[EVERY:]
    return sum(statistics.median(later[place::EVERY]) for place in range(EVERY))


def of_looks(taken: Sequence[int], looks: Sequence[int]) -> list[float]:
    """What each look takes longer than the median of the steps around it that are none."""
    chosen = set(looks)
    return [
        taken[look]
        - statistics.median(
            taken[step]
            for step in range(max(0, look - AROUND), min(len(taken), look + AROUND + 1))
            if step not in chosen
        )
        for look in looks
    ]


def rows_of(network: str, turns: dict[str, Any], by_itself: dict[str, Any]) -> list[Row]:
    rows = [row(network, name, turns) for name in LOOPS]
    more, taken = of_looks(by_itself["taken"], by_itself["looks"]), by_itself["taken"]
    rest = of_a_cycle(beyond(turns["taken"], KYMO_REST)) / EVERY / statistics.median(turns["taken"][BARE])
    rows.insert(
        2,
        {
            "network": network,
            "loop": KYMO,
            "steps": len(taken),
            "looks": len(more),
            "ms a step": round(statistics.median(taken) / 1e6, 3),
            "ms a look": round(statistics.median(more) / 1e6, 3),
            "% slower": round(100 * (sum(more) / (sum(taken) - sum(more)) + rest), 3),
            "% as told": round(by_itself["share"], 3),
            "bytes a look": round(by_itself["bytes"] / len(more)),
            "told": "",
        },
    )
    return rows


def row(network: str, name: str, turns: dict[str, Any]) -> Row:
    made: dict[str, Any] = {"network": network, "loop": name}
    made |= dict.fromkeys(("steps", "looks", "ms a step", "ms a look", "% slower", "% as told", "bytes a look"))
    made["told"] = turns["told"].get(name, "")
    if name not in turns["taken"]:
        return made
    taken = turns["taken"][name]
    made |= {"steps": len(taken), "looks": 0, "ms a step": round(statistics.median(taken) / 1e6, 3)}
    cycle = of_a_cycle(beyond(turns["taken"], name))
    if name != BARE:
        made["% slower"] = round(100 * cycle / EVERY / statistics.median(turns["taken"][BARE]), 3)
    if name not in (BARE, BARE_AGAIN, KYMO_REST):
        looks = len(taken) // EVERY
        made |= {"looks": looks, "ms a look": round(cycle / 1e6, 3)}
        made["bytes a look"] = round(turns["bytes"][name] / looks)
    return made


def claims(rows: Sequence[Row]) -> list[Row]:
    return [
        budget(
            f"watching a {each['network']} with the default budget, % slower than the bare loop",
            float(each["% slower"] or 0),
            BUDGET_PERCENT,
        )
        for each in rows
        if each["loop"] == KYMO
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=list(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--steps", type=int, help=f"a multiple of {EVERY}, three times that at least")
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results")
    parser.add_argument("--one", nargs=4, metavar=("HOW", "NETWORK", "STEPS", "DIRECTORY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        how, network, count, directory = arguments.one
        measure = alone if how == "alone" else in_turns
        print(json.dumps(measure(network, int(count), Path(directory) / "log")))
        return
    if arguments.steps is not None and (arguments.steps % EVERY or arguments.steps < 3 * EVERY):
        parser.error(f"--steps {arguments.steps}: pass a multiple of {EVERY}, {3 * EVERY} at least")
    rows: list[Row] = []
    for network in arguments.only:
        turns = apart(__file__, "turns", network, str(arguments.steps or STEPS[network]))
        rows += rows_of(network, turns, apart(__file__, "alone", network, str(arguments.steps or STEPS_ALONE[network])))
    notes = [
        f"On one thread. Loops take turns after ten steps and look at one step of {EVERY}; 'ms a look' is what {EVERY}"
        " steps take longer than the mean of the two bare loops' of the same rounds, by the median of each place in a"
        f" cycle, without the first cycle. '% slower' of '{BARE_AGAIN}' is compared with the other one: so much is"
        " noise.",
        f"'{KYMO}' trains in a process of its own: what its looks take longer than the steps around them, the first one"
        f" included, and what '{KYMO_REST}' takes. 'as told': `health/cost`.",
        "Gradients and weights of every parameter are counted by all; 'kymo, all' counts updates and activations, too,"
        " and all of kymo's log norms and shares beside. What other threads and processes do (of wandb, one) is not"
        " counted.",
        versions("torch", "tensorboard", *(("wandb",) if find_spec("wandb") else ())),
    ]
    write("watch", [*rows, *claims(rows)], notes, arguments.results)


if __name__ == "__main__":
    main()
