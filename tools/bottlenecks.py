"""Trains with each bottleneck that is known, and tells what was found of it and how well its gain was foretold.

python tools/bottlenecks.py, on a machine that does nothing else.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "insight"))

from held_back_cases import CASES  # noqa: E402, it is beside the tests

ACCURACY = 0.95  # of what was found first
GAIN_ERROR = 0.25  # of what was gained


def main() -> int:
    table = Table("training", "is", "found first", "at most × faster", "is × faster without it", "error")
    counts = {False: [0, 0], True: [0, 0]}  # right, all; of those that are held out
    errors = []
    confusion: Counter[tuple[str, str]] = Counter()
    for case in CASES:
        with tempfile.TemporaryDirectory() as directory:
            findings = case.findings(Path(directory))
            first = findings[0]
            foretold = gained = error = ""
            if first.gain is not None:
                gain = case.gain(Path(directory))
                errors.append(abs(first.gain / gain - 1))
                foretold, gained, error = f"{first.gain:.2f}", f"{gain:.2f}", f"{100 * (first.gain / gain - 1):+.0f} %"
        count = counts[case.is_held_out]
        count[0] += case.is_right(findings)
        count[1] += 1
        confusion[case.cause, first.cause] += 1
        name = f"{case.name} (held out)" if case.is_held_out else case.name
        table.add_row(name, case.cause, first.cause, foretold, gained, error)
    console = Console(width=160)
    console.print(table)
    console.print(_matrix(confusion))
    (right, tried), (right_of_others, others) = counts[False], counts[True]
    near = sum(error <= GAIN_ERROR for error in errors)
    print(f"{right} of {tried} right, and {right_of_others} of {others} that no rule was written for.")
    print(f"{near} of {len(errors)} gains foretold within {100 * GAIN_ERROR:.0f} %.")
    return int(right < ACCURACY * tried)


def _matrix(confusion: Counter[tuple[str, str]]) -> Table:
    found = sorted({cause for _, cause in confusion})
    table = Table("is \\ found", *found)
    for made in sorted({cause for cause, _ in confusion}):
        table.add_row(made, *(str(confusion[made, cause] or "") for cause in found))
    return table


if __name__ == "__main__":
    sys.exit(main())
