"""Runs every bench, one after the other; each writes its file into benches/results.

python benches/run.py [--limit 900] [NAME ...]
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOT_BENCHES = {
    "add_scalar_peers",
    "apart",
    "browser",
    "documents",
    "figures",
    "growth",
    "loaders",
    "plots",
    "report",
    "run",
    "run_step_loops",
    "stored_points",
    "watched_networks",
}


def benches() -> list[str]:
    return sorted(script.stem for script in HERE.glob("*.py") if script.stem not in NOT_BENCHES)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(benches())}")
    parser.add_argument("--limit", type=float, default=900, help="seconds that no bench may take")
    arguments = parser.parse_args()
    names = arguments.names or benches()
    unknown = set(names) - set(benches())
    if unknown:
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(benches())}")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a bench inherits it where interrupts are ignored
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stopped either way, it ends the bench first
    begun = time.monotonic()
    taken = {name: ran(name, arguments.limit) for name in names}
    failed = [name for name, (well, _) in taken.items() if not well]
    for name, (_, seconds) in sorted(taken.items(), key=lambda item: -item[1][1]):
        print(f"{seconds:6.0f} s  {name}")
    print(f"{time.monotonic() - begun:6.0f} s  together")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def ran(name: str, limit: float) -> tuple[bool, float]:
    """Whether the bench ended well in time, and the seconds it took; the next one is run in any case."""
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, HERE / f"{name}.py"])
    try:
        code = process.wait(limit)
    except subprocess.TimeoutExpired:
        code = interrupted(process)
    except KeyboardInterrupt:
        interrupted(process)
        raise
    seconds = time.monotonic() - start
    print(f"{name}: {seconds:.0f} s{'' if code == 0 else f', failed with exit code {code}'}", flush=True)
    return code == 0, seconds


def interrupted(process: subprocess.Popen[bytes]) -> int:
    """Ends a bench so that it can end what it has started, and by force if it does not."""
    process.send_signal(signal.SIGINT)
    try:
        return process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


if __name__ == "__main__":
    sys.exit(main())
