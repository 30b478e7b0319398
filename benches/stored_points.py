"""What the files of a library hold of the numbers 0, 1, 2 … that one of LOGGERS logged as steps.

python benches/stored_points.py LIBRARY DIRECTORY
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np


def of_event_files(directory: Path) -> Iterable[int]:
    import kymo

    run = kymo.open(directory).get(".")
    return [] if run is None or "train/loss" not in run else run["train/loss"].steps


def of_kohakuboard(directory: Path) -> Iterable[int]:
    from kohakuboard.utils.board_reader import BoardReader

    boards = [file.parent for file in directory.rglob("metadata.json")]
    return BoardReader(boards[0]).get_scalar_data("loss")["steps"] if boards else []


def of_trackio(directory: Path) -> Iterable[int]:
    os.environ |= {"TRACKIO_DIR": str(directory), "HF_HUB_OFFLINE": "1"}
    from trackio import Api
    from trackio.sqlite_storage import SQLiteStorage

    runs = list(Api().runs("bench"))
    values = SQLiteStorage.get_metric_values("bench", runs[0].name, "loss", run_id=runs[0].id) if runs else []
    return [int(each["step"]) for each in values]


READERS: dict[str, Callable[[Path], Iterable[int]]] = {"kohakuboard": of_kohakuboard, "trackio": of_trackio}


def stored(library: str, directory: Path) -> dict[str, int]:
    """The number of points, the newest step (-1 without one), and the first step that is missing."""
    steps = np.unique(np.asarray(READERS.get(library, of_event_files)(directory), dtype=np.int64))
    in_place = steps == np.arange(len(steps))
    return {
        "points": len(steps),
        "newest": int(steps[-1]) if len(steps) else -1,
        "first_missing": len(steps) if in_place.all() else int(np.argmin(in_place)),
    }


if __name__ == "__main__":
    print(json.dumps(stored(sys.argv[1], Path(sys.argv[2]))))
