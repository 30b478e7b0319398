"""Trains with each bottleneck that is known, and tells what was found of it and how well its gain was foretold.

python tools/bottlenecks.py, on a machine that does nothing else.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "insight"))

from held_back_cases import CASES  # noqa: E402, it is beside the tests

ACCURACY = 0.95  # of what was found first


def main() -> int:
    table = Table("training", "is", "found first", "at most × faster", "as it was made")
    right = 0
    for case in CASES:
        with tempfile.TemporaryDirectory() as directory:
            first = case.findings(Path(directory))[0]
        right += first.cause == case.cause
        foretold, made = ("" if gain is None else f"{gain:.2f}" for gain in (first.gain, case.gain))
        table.add_row(case.name, case.cause, first.cause, foretold, made)
    Console(width=140).print(table)
    print(f"{right} of {len(CASES)} right.")
    return int(right < ACCURACY * len(CASES))


if __name__ == "__main__":
    sys.exit(main())
