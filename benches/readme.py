"""Writes the README's figures from the results: each budget, what was measured, and whether it was kept."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BEGIN = "<!-- figures: written by benches/readme.py from benches/results, checked by a test -->\n"
END = "<!-- end of figures -->\n"


def figures(results: Path) -> str:
    """The table of all claims, with the machine and the commits they were measured on."""
    documents = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))}
    lines = ["| what | measured | budget | |", "| --- | ---: | ---: | --- |"]
    lines += [line for name, document in documents.items() for line in _rows(name, document)]
    machines = {(each["machine"]["cpu"], each["machine"]["cores"]) for each in documents.values()}
    commits = {each["commit"][:9].rstrip("+") for each in documents.values()}
    told = "; ".join(f"{cpu}, {cores} cores" for cpu, cores in sorted(machines))
    return "\n".join([*lines, "", f"Measured on {told}; commit {', '.join(sorted(commits))}."]) + "\n"


def _rows(name: str, document: dict[str, Any]) -> Iterator[str]:
    for row in document["rows"]:
        if "claim" in row:
            ratio = " / " in row["claim"]
            kept = "kept" if row["kept"] else "**missed**"
            what = f"[{row['claim']}](benches/results/{name}.json)"
            yield f"| {what} | {_shown(row['value'], ratio)} | {_shown(row['budget'], ratio)} | {kept} |"


def _shown(value: float, ratio: bool) -> str:
    if ratio and 0 < value < 1:
        inverse = 1 / value
        return f"1/{inverse:.0f}" if inverse >= 9.5 or inverse == round(inverse) else f"1/{inverse:.1f}"
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def rewritten(readme: str, table: str) -> str:
    before, rest = readme.split(BEGIN)
    return before + BEGIN + table + END + rest.split(END)[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the README would change")
    check = parser.parse_args().check
    path = ROOT / "README.md"
    readme = path.read_text(encoding="utf-8")
    after = rewritten(readme, figures(ROOT / "benches" / "results"))
    if not check:
        path.write_text(after, encoding="utf-8")
    elif after != readme:
        print("The README's figures are not those of benches/results: run `python benches/readme.py`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
