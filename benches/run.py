"""Runs every bench, one after the other; each writes its file into benches/results.

python benches/run.py [NAME ...]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOT_BENCHES = {"run", "report", "readme", "add_scalar_peers", "browser"}


def benches() -> list[str]:
    return sorted(script.stem for script in HERE.glob("*.py") if script.stem not in NOT_BENCHES)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(benches())}")
    names = parser.parse_args().names or benches()
    unknown = set(names) - set(benches())
    if unknown:
        parser.error(f"there is no bench {', '.join(sorted(unknown))}; there are {', '.join(benches())}")
    failed = [name for name in names if subprocess.run([sys.executable, HERE / f"{name}.py"]).returncode != 0]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
