"""Trains small networks, healthy and broken on purpose, and tells what the diagnosis makes of each.

python tools/health.py [--seeds N]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests" / "insight" / "health"))

from sick_networks import HEALTHY, SICK, Network  # noqa: E402, it is beside the tests

ACCURACY = 0.95


def causes_of(network: Network, seed: int) -> tuple[bool, list[str]]:
    with tempfile.TemporaryDirectory() as directory, contextlib.redirect_stdout(io.StringIO()):
        findings = network.findings(Path(directory), seed)
    return network.is_right(findings), [finding.cause for finding in findings]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="of each healthy network; each broken one has three")
    seeds: int = parser.parse_args().seeds
    right: Counter[bool] = Counter()  # of those that are held out, and of the others
    tried: Counter[bool] = Counter()
    alarms = trainings = 0
    table = Table("network", "is", "right", "found")
    for network in (*HEALTHY, *SICK):
        found: Counter[str] = Counter()
        count = seeds if not network.cause else min(seeds, 3)
        good = 0
        for seed in range(count):
            is_right, causes = causes_of(network, seed)
            good += is_right
            found.update(causes or ["nothing"])
        if network.cause:
            right[network.is_held_out] += good
            tried[network.is_held_out] += count
        else:
            alarms, trainings = alarms + count - good, trainings + count
        told = ", ".join(f"{cause} {times}×" for cause, times in found.most_common())
        name = f"{network.name} (held out)" if network.is_held_out else network.name
        table.add_row(name, network.cause or "healthy", f"{good} of {count}", told)
    Console(width=160).print(table)
    print(f"{right[False]} of {tried[False]} right, and {right[True]} of {tried[True]} that no rule was written for.")
    print(f"{alarms} false alarms in {trainings} trainings of healthy networks.")
    return int(right[False] < ACCURACY * tried[False] or alarms > 0)


if __name__ == "__main__":
    sys.exit(main())
