"""What importing a library and writing one number costs, beyond starting Python.

python benches/import_time.py [--repeat 5]
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time

from report import Row, budget, write

WRITER = "writer = SummaryWriter({directory!r}); writer.add_scalar('train/loss', 0.5, 0); writer.close()"
PROGRAMS = {
    "python": "pass",
    "import kymo": "import kymo",
    "kymo": f"from kymo import SummaryWriter; {WRITER}",
    "numpy": "import numpy",
    "tensorboardX": f"from tensorboardX import SummaryWriter; {WRITER}",
    "trackio": "import trackio; trackio.init(project='bench', embed=False, auto_log_gpu=False, auto_log_cpu=False);"
    " trackio.log({{'loss': 0.5}}); trackio.finish()",
    "torch": f"from torch.utils.tensorboard import SummaryWriter; {WRITER}",
}
DOES = {"python": "starts", "import kymo": "is imported", "numpy": "is imported"}


MUST = ("python", "import kymo", "kymo")  # a peer may fail, and is left out
LIMIT = 60.0  # seconds that no program may take


def milliseconds(name: str) -> float | None:
    """From start to end of one process; None of a peer that fails."""
    program = PROGRAMS[name]
    with tempfile.TemporaryDirectory(prefix="kymo-bench-") as directory:
        environment = os.environ | {"TRACKIO_DIR": directory, "HF_HUB_OFFLINE": "1"}
        command = [sys.executable, "-c", program.format(directory=f"{directory}/run")]
        start = time.perf_counter()
        try:
            subprocess.run(
                command,
                check=True,
                timeout=LIMIT,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except subprocess.SubprocessError:
            if name in MUST:
                raise
            return None
        return (time.perf_counter() - start) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    # Once for what Python compiles and the disk holds.
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS if milliseconds(name) is not None}
    for _ in range(arguments.repeat):
        for name, taken in times.items():
            taken.append(milliseconds(name) or math.nan)
    times = {name: taken for name, taken in times.items() if not any(map(math.isnan, taken))}
    failed = [f"{name} failed." for name in PROGRAMS if name not in times]
    # Round by round, so that a round in which the machine was busy counts as one round.
    beyond = {
        name: statistics.median(each - bare for each, bare in zip(taken, times["python"], strict=True))
        for name, taken in times.items()
    }
    rows: list[Row] = [
        {
            "library": name,
            "does": DOES.get(name, "is imported and writes one number"),
            "median ms": round(statistics.median(taken), 1),
            "fastest ms": round(min(taken), 1),
            "beyond Python ms": round(beyond[name], 1),
        }
        for name, taken in times.items()
    ]
    claim = budget("import kymo and write one float, ms beyond starting Python", beyond["kymo"], 60)
    write(
        "import_time",
        [*rows, claim],
        [f"Whole processes, median of {arguments.repeat}, in turn, after a first round.", *failed],
    )


if __name__ == "__main__":
    main()
