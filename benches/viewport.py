"""How long a viewport takes: each pixel's extremes of one long series, and of many; beside tsdownsample's M4.

python benches/viewport.py [--points 10000000]
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from report import Row, budget, write
from tsdownsample import M4Downsampler

from kymo import _core

PIXELS = 1000
ROUNDS = 3
ZOOMS = 12  # ranges a round
SMOOTHINGS = {
    "exponential 0.9": {"smoothing": "exponential", "amount": 0.9},
    "time_exponential 30 s": {"smoothing": "time_exponential", "amount": 30.0},
    "running_mean 1001": {"smoothing": "running_mean", "amount": 1001.0},
    "gaussian 10": {"smoothing": "gaussian", "amount": 10.0},
    "gaussian 1000": {"smoothing": "gaussian", "amount": 1000.0},
}


class Timing(NamedTuple):
    wall: float
    cpu: float  # what a busy machine adds to the wall time is not in it


Ranges = list[tuple[float, float]]
Floats = NDArray[np.float64]


def made_series(random: np.random.Generator, points: int) -> dict[str, NDArray[Any]]:
    return {
        "steps": np.arange(points),
        "wall_times": 1.7e9 + np.cumsum(random.exponential(0.01, size=points)),
        "values": (random.normal(size=points) + 3 * np.exp(-np.arange(points) / points * 5)).astype(np.float32),
    }


def ranges(random: np.random.Generator, points: int) -> Ranges:
    """The whole series, and zooms of every size to a thousandth."""
    chosen: Ranges = [(-math.inf, math.inf)]
    for _ in range(ZOOMS - 1):
        width = points * 10.0 ** random.uniform(-3, 0)
        low = random.uniform(0, points - width)
        chosen.append((low, low + width))
    return chosen


def milliseconds(function: Callable[[], object]) -> Timing:
    cpu, start = time.process_time(), time.perf_counter()
    function()
    return Timing((time.perf_counter() - start) * 1e3, (time.process_time() - cpu) * 1e3)


def kymo_times(plotter: _core.Plotter, in_view: Ranges, **query: Any) -> Iterator[Timing]:
    for low, high in in_view:
        yield milliseconds(lambda low=low, high=high: plotter.viewport(low=low, high=high, pixels=PIXELS, **query))


def peer_times(columns: dict[str, NDArray[Any]], in_view: Ranges) -> Iterator[Timing]:
    m4 = M4Downsampler()

    def choose(low: float, high: float) -> object:
        first, last = np.searchsorted(columns["steps"], [low, high])
        x, y = columns["steps"][first:last], columns["values"][first:last]
        kept = m4.downsample(x, y, n_out=4 * PIXELS) if len(x) > 4 * PIXELS else slice(None)
        return x[kept], y[kept]

    for low, high in in_view:
        yield milliseconds(lambda low=low, high=high: choose(low, high))


def row(what: str, times: list[Timing], first: Timing | None = None) -> Row:
    wall, cpu = np.array(times).T
    return {
        "query": what,
        "p50 ms": round(float(np.percentile(wall, 50)), 3),
        "p95 ms": round(float(np.percentile(wall, 95)), 3),
        "worst ms": round(float(wall.max()), 3),
        "cpu p50 ms": round(float(np.percentile(cpu, 50)), 3),
        "cpu p95 ms": round(float(np.percentile(cpu, 95)), 3),
        "first ms": None if first is None else round(first.wall, 1),
    }


def one_long_series(random: np.random.Generator, points: int) -> list[Row]:
    columns = made_series(random, points)
    plotter = _core.Plotter()
    plotter.append(**columns)
    in_view = [ranges(random, points) for _ in range(ROUNDS)]
    first: dict[str, Timing] = {"raw": milliseconds(lambda: plotter.viewport(pixels=PIXELS))}
    times: dict[str, list[Timing]] = {"raw": [], "tsdownsample": []}
    for zooms in in_view:  # in turn, so that what disturbs the machine disturbs both
        times["raw"] += kymo_times(plotter, zooms)
        times["tsdownsample"] += peer_times(columns, zooms)
    for name, smoothing in SMOOTHINGS.items():
        first[name] = milliseconds(lambda smoothing=smoothing: plotter.viewport(pixels=PIXELS, **smoothing))
        times[name] = [each for zooms in in_view for each in kymo_times(plotter, zooms, **smoothing)]
    grown = {name: column[: points // 10_000] for name, column in columns.items()}
    plotter.append(**(grown | {"steps": grown["steps"] + points, "wall_times": grown["wall_times"] + 1e6}))
    first["grown by 1/10 000, gaussian 1000"] = milliseconds(
        lambda: plotter.viewport(pixels=PIXELS, **SMOOTHINGS["gaussian 1000"])
    )
    rows = [row(f"kymo, {points:,} points, {name}", times[name], first.pop(name)) for name in times if name in first]
    rows += [row(f"kymo, {points:,} points, {name}", [taken]) for name, taken in first.items()]
    return [*rows, row(f"tsdownsample M4, {points:,} points, raw", times["tsdownsample"])]


def many_series(random: np.random.Generator, count: int, points: int) -> list[Row]:
    every = [made_series(random, points) for _ in range(count)]
    plotters = [_core.Plotter() for _ in every]
    for plotter, columns in zip(plotters, every, strict=True):
        plotter.append(**columns)
    whole = [(-math.inf, math.inf)]

    def all_of_kymo(**query: Any) -> Timing:
        return milliseconds(lambda: [list(kymo_times(plotter, whole, **query)) for plotter in plotters])

    def all_of_peer() -> Timing:
        return milliseconds(lambda: [list(peer_times(columns, whole)) for columns in every])

    smoothing = SMOOTHINGS["exponential 0.9"]
    first = {"raw": all_of_kymo(), "smoothed": all_of_kymo(**smoothing)}
    times: dict[str, list[Timing]] = {"raw": [], "smoothed": [], "peer": []}
    for _ in range(2 * ROUNDS):
        times["raw"].append(all_of_kymo())
        times["peer"].append(all_of_peer())
        times["smoothed"].append(all_of_kymo(**smoothing))
    what = f"{count} series of {points:,} points together"
    return [
        row(f"kymo, {what}, raw", times["raw"], first["raw"]),
        row(f"kymo, {what}, exponential 0.9", times["smoothed"], first["smoothed"]),
        row(f"tsdownsample M4, {what}, raw", times["peer"]),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000_000, help="points of the long series")
    arguments = parser.parse_args()
    random = np.random.default_rng(1)
    long = one_long_series(random, arguments.points)
    many = many_series(random, 200, 100_000)
    smoothed = [float(each["p95 ms"] or 0) for each in long[1 : 1 + len(SMOOTHINGS)]]
    claims = [
        budget("viewport of a 10 M-point series, p95 ms", float(long[0]["p95 ms"] or 0), 10),
        budget("the same, smoothed: the slowest kind, p95 ms", max(smoothed), 20),
        budget("200 series of 100 000 points together, p95 ms", float(many[0]["p95 ms"] or 0), 150),
    ]
    write(
        "viewport",
        [*long, *many, *claims],
        [
            f"{PIXELS} pixels; the whole series and {ZOOMS - 1} random zooms, {ROUNDS} rounds. The first query makes"
            " what the following ones use.",
            "tsdownsample chooses the extremes of the raw line alone; kymo also copies out x, wall time and step,"
            " and with smoothing chooses and returns both lines.",
        ],
    )


if __name__ == "__main__":
    main()
