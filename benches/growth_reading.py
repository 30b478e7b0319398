"""How the cost of loading a log grows with the number of points: up to ten million, and a hundred million by a flag.

python benches/growth_reading.py [--largest 1e7]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from growth import LIMIT, Rounds, in_turn, sizes
from loaders import (
    FILES,
    TAGS,
    Outcome,
    data_server,
    event_accumulator,
    kymo_with_index,
    kymo_without_index,
    make_logs,
    size_and_warm,
)
from report import Row, versions, write

PATIENCE = 2 * LIMIT
OUR_PATIENCE = 1800.0


def measures(logs: Path, last_step: int, cache: Path) -> dict[str, Callable[[], Outcome]]:
    return {
        "kymo, no index": lambda: kymo_without_index(logs, OUR_PATIENCE),
        "kymo, index": lambda: kymo_with_index(logs, cache, OUR_PATIENCE),
        "data server": lambda: data_server(logs, last_step, "1000", PATIENCE),
        "data server, all": lambda: data_server(logs, last_step, "all", PATIENCE),
        "EventAccumulator": lambda: event_accumulator(logs, PATIENCE),
    }


def row(loader: str, scalars: int, size: int, rounds: Rounds) -> Row:
    return {
        "loader": loader,
        "points": scalars,
        "MB": round(size / 1e6, 1),
        "can be drawn s": rounds.median("seconds", 4),
        "drawn s": rounds.median("drawn", 4),
        "CPU s": rounds.median("cpu", 4),
        "peak MiB": rounds.median("peak", 1),
        "points held": rounds.median("points"),
        "rounds": len(rounds.done),
        "told": rounds.told,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=lambda text: int(float(text)), default=10_000_000, help="such as 1e8")
    arguments = parser.parse_args()
    rows: list[Row] = []
    before: dict[str, Rounds] = {}
    for points in sizes(arguments.largest):
        with tempfile.TemporaryDirectory(prefix="kymo-bench-") as scratch:
            logs, cache = Path(scratch) / "logs", Path(scratch) / "cache"
            last = make_logs(logs, points)
            size = size_and_warm(logs)
            kymo_with_index(logs, cache, OUR_PATIENCE)  # writes the index
            before = in_turn(measures(logs, last, cache), before)
            rows += [row(loader, points, size, rounds) for loader, rounds in before.items()]
    notes = [
        f"{FILES} runs of one file and {len(TAGS)} tags each, one event a scalar; files are in the page cache.",
        "Seconds from the start of the process until every point can be drawn, and until a chart 1000 pixels wide of"
        " each series has been made (of the data server: 1000 points of each have been sent).",
        "CPU and peak memory up to when every point can be drawn. 'data server' samples 1000 points a series, 'all'"
        " keeps every one; neither verifies checksums. kymo and EventAccumulator hold every point and verify.",
        f"Median of the rounds. A peer is not run where a tenth of the points foretells more than {LIMIT:g} s, or"
        " half of the machine's memory.",
        versions("tensorboard", "tensorboard-data-server"),
    ]
    write("growth_reading", rows, notes)


if __name__ == "__main__":
    main()
