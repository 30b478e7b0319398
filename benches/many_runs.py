"""How long very many small runs take until every tag can be drawn: kymo, TensorBoard's data server, its Python loader.

python benches/many_runs.py [--runs 1000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apart import Failure
from loaders import Figures, Outcome, data_server, event_accumulator, kymo_without_index, make_logs, size_and_warm
from report import Row, budget, versions, write

TAGS = [f"train/metric_{i}" for i in range(20)]
STEPS = 100
SLICE = 50  # EventAccumulator is too slow for more than this part of the runs
LIMIT = 120.0  # seconds that no load may take
FILES_ALLOWED = 99
KYMO, SERVER, ACCUMULATOR = "kymo.open", "tensorboard-data-server", "EventAccumulator"
KEPT = {
    KYMO: "every point, checksums verified",
    SERVER: "1000 points a series, no checksums",
    ACCUMULATOR: "every point, checksums verified",
}


def measured(whole: Path, small: Path, runs: int, repeat: int) -> dict[str, list[Outcome]]:
    """Every loader in turn, so that what disturbs the machine disturbs all."""
    loads: dict[str, list[Outcome]] = {loader: [] for loader in KEPT}
    for _ in range(repeat):
        loads[KYMO].append(kymo_without_index(whole, LIMIT, count_files=True))
        loads[SERVER].append(data_server(whole, STEPS - 1, "1000", LIMIT, runs=runs, tags=len(TAGS), count_files=True))
        loads[ACCUMULATOR].append(event_accumulator(small, LIMIT, count_files=True))
    return loads


def row(loader: str, runs: int, size: int, loads: Sequence[Outcome]) -> Row:
    done: list[Figures] = [load for load in loads if not isinstance(load, Failure)]
    failed = [load.why for load in loads if isinstance(load, Failure)]
    points = runs * len(TAGS) * STEPS
    if any(load["points"] != points for load in done):
        raise RuntimeError(f"{loader} found {[load['points'] for load in done]} points instead of {points}")

    def median(key: str, digits: int | None = None) -> Any:
        return round(statistics.median(load[key] for load in done), digits) if done else None

    return {
        "loader": loader,
        "runs": runs,
        "series": runs * len(TAGS),
        "MB": round(size / 1e6, 1),
        "seconds": median("seconds", 3),
        "drawn s": median("drawn", 3),
        "CPU s": median("cpu", 3),
        "peak MiB": median("peak"),
        "open files": max((load["open files"] for load in done), default=None),
        "kept": "; ".join([KEPT[loader], *failed[:1]]),
    }


def claims(shape: str, kymo: Row, server: Row) -> list[Row]:
    """A peer that failed is no measure."""
    pairs = {"seconds": "seconds", "CPU": "CPU s"}
    made = [
        budget(f"{shape}, {what}: kymo / {SERVER}", float(kymo[key] or 0) / float(server[key]), 0.25)
        for what, key in pairs.items()
        if server[key]
    ]
    return [*made, budget(f"{shape}, files open at once", float(kymo["open files"] or 0), FILES_ALLOWED)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    runs, part = arguments.runs, max(1, arguments.runs // SLICE)
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as scratch:
        whole, small = Path(scratch) / "whole", Path(scratch) / "small"
        for directory, count in ((whole, runs), (small, part)):
            make_logs(directory, count * len(TAGS) * STEPS, count, TAGS)
        sizes = size_and_warm(whole), size_and_warm(small)
        loads = measured(whole, small, runs, arguments.repeat)
    rows = [
        row(loader, *((part, sizes[1]) if loader == ACCUMULATOR else (runs, sizes[0])), outcomes)
        for loader, outcomes in loads.items()
    ]
    notes = [
        f"One file a run, {len(TAGS)} tags of {STEPS} points, one event a scalar; files are in the page cache.",
        "Seconds from the start of the process until every point can be drawn, and until a chart of each series is;"
        f" CPU and memory by the former; median of {arguments.repeat}, in turn.",
        "Open files are counted about a thousand times a second; the highest count of all repetitions is shown.",
        f"EventAccumulator reads 1/{SLICE} of the runs, its own start included.",
        versions("tensorboard", "tensorboard-data-server"),
    ]
    write("many_runs", [*rows, *claims(f"{runs} runs of {len(TAGS)} tags", rows[0], rows[1])], notes)


if __name__ == "__main__":
    main()
