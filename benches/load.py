"""How long a log directory takes until all of it can be drawn: kymo, without and with its index, beside TensorBoard's.

python benches/load.py [--scalars 5000000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from add_scalar import size_of
from apart import Failure
from loaders import (
    BYTES_READ,
    FILES,
    TAGS,
    Figures,
    Outcome,
    data_server,
    event_accumulator,
    in_python,
    kymo_with_index,
    kymo_without_index,
    make_logs,
    size_and_warm,
)
from report import Row, budget, versions, write

SLICE = 50  # EventAccumulator is too slow for more than this part of the data
LIMIT = 120.0  # seconds that no load may take
KYMO, WARM, FIRST = "kymo.open, cold", "kymo.open, index present", "kymo.open, writes the index"
SERVER, SERVER_ALL = "tensorboard-data-server", "tensorboard-data-server, all"
ACCUMULATOR = "EventAccumulator"
KEPT = {
    KYMO: "every point, checksums verified",
    FIRST: "every point, checksums verified",
    WARM: "every point, checksums verified when it was scanned",
    SERVER: "1000 points a series, no checksums",
    SERVER_ALL: "every point, no checksums",
    ACCUMULATOR: "every point, checksums verified",
}


def measured(whole: Path, small: Path, last_step: int, scratch: Path, repeat: int) -> dict[str, list[Any]]:
    """Every loader in turn, so that what disturbs the machine disturbs all."""
    loads: dict[str, list[Any]] = {loader: [] for loader in KEPT}
    for round_ in range(repeat):
        cache = scratch / f"cache{round_}"
        loads[KYMO].append(kymo_without_index(whole, LIMIT))
        loads[FIRST].append(kymo_with_index(whole, cache, LIMIT))
        loads[WARM].append(kymo_with_index(whole, cache, LIMIT))
        loads[SERVER].append(data_server(whole, last_step, "1000", LIMIT))
        loads[SERVER_ALL].append(data_server(whole, last_step, "all", LIMIT))
        loads[ACCUMULATOR].append(event_accumulator(small, LIMIT))
    return loads


def row(loader: str, scalars: int, size: int, loads: Sequence[Outcome]) -> Row:
    done: list[Figures] = [load for load in loads if not isinstance(load, Failure)]
    failed = [load.why for load in loads if isinstance(load, Failure)]
    known = {key: statistics.median(load[key] for load in done) for key in done[0]} if done else {}
    seconds = known.get("seconds")
    at_the_end = " at the end" if loader == FIRST else ""  # the index is written behind what can be drawn
    return {
        "loader": loader,
        "scalars": scalars,
        "MB": round(size / 1e6, 1),
        "seconds": seconds and round(seconds, 3),
        "drawn s": seconds and round(known["drawn"], 3),
        "CPU s": seconds and round(known[f"cpu{at_the_end}"], 3),
        "scalars/s": seconds and round(scalars / seconds),
        "MB/s": seconds and round(size / 1e6 / seconds, 1),
        "peak MiB": seconds and round(known[f"peak{at_the_end}"]),
        "kept": "; ".join([KEPT[loader], *failed[:1]]),
    }


def index_row(loads: dict[str, list[Any]], log_bytes: int, scratch: Path, whole: Path) -> Row:
    """What the index costs, and what a start with it reads: `rchar`, which counts every read but what is mapped."""
    pairs = zip(loads[KYMO], loads[FIRST], strict=True)
    cpu = [first["cpu at the end"] - cold["cpu at the end"] for cold, first in pairs]
    read = {
        name: in_python(BYTES_READ, LIMIT, whole, cache=cache)
        for name, cache in {"cold": scratch / "empty", "warm": scratch / "cache0"}.items()
    }
    return {
        "index of": f"{log_bytes:,} bytes of logs",
        "index bytes": size_of(scratch / "cache0"),
        "writing it, CPU s": round(statistics.median(cpu), 3),
        "bytes read without": read["cold"]["bytes"],
        "bytes read with": read["warm"]["bytes"],
    }


def claims(rows: Sequence[Row]) -> list[Row]:
    seconds = {str(each["loader"]): float(each["seconds"] or 0) for each in rows}
    if not all(seconds[loader] for loader in (KYMO, WARM, SERVER)):
        return []
    return [
        budget("cold load, seconds: kymo / tensorboard-data-server", seconds[KYMO] / seconds[SERVER], 1 / 5),
        budget("warm load, seconds: kymo / tensorboard-data-server", seconds[WARM] / seconds[SERVER], 1 / 20),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scalars", type=int, default=5_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    scalars, part = arguments.scalars, arguments.scalars // SLICE
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as scratch:
        whole, small = Path(scratch) / "whole", Path(scratch) / "small"
        last = make_logs(whole, scalars)
        make_logs(small, part)
        sizes = size_and_warm(whole), size_and_warm(small)
        loads = measured(whole, small, last, Path(scratch), arguments.repeat)
        index = index_row(loads, sizes[0], Path(scratch), whole)
    rows = [
        row(loader, *((part, sizes[1]) if loader == ACCUMULATOR else (scalars, sizes[0])), outcomes)
        for loader, outcomes in loads.items()
    ]
    notes = [
        f"{FILES} runs of one file and {len(TAGS)} tags each, one event a scalar; files are in the page cache.",
        f"Seconds from the start of the process until every point can be drawn, and until a chart of each series is;"
        f" median of {arguments.repeat}, loaders in turn.",
        f"CPU and peak memory up to when every point can be drawn; of '{FIRST}' until the index is on disk too.",
        f"EventAccumulator reads 1/{SLICE} of the data, its own start included.",
        "Bytes read count every read by the process while it opens the logs, and nothing that is mapped into memory.",
        versions("tensorboard", "tensorboard-data-server"),
    ]
    write("load", [*rows, index, *claims(rows)], notes)


if __name__ == "__main__":
    main()
