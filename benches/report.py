"""What every bench says of itself: the machine, the commit, and its rows, as a table and as a file."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
Cell = str | int | float | bool | None
Row = Mapping[str, Cell]
# A file or a pipe has no width of its own; tables are wider than the 80 columns taken for it.
_CONSOLE = Console(width=None if sys.stdout.isatty() else 140)
_LOAD_AT_START = os.getloadavg()[0]


def machine() -> dict[str, Cell]:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "os": platform.platform(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load_at_start": round(_LOAD_AT_START, 2),
    }


def versions(*distributions: str) -> str:
    """What was measured beside kymo, in words."""
    return ", ".join(f"{name} {metadata.version(name)}" for name in distributions) + "."


def commit() -> str:
    """The commit that is measured, with `+` where the tree differs from it."""
    revision = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ":!benches/results")
    return f"{revision}+" if changed else revision


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(HERE), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def write(name: str, rows: Sequence[Row], notes: Sequence[str] = (), results: Path = HERE / "results") -> Path:
    """Prints the rows and writes `<name>.json`: {machine, commit, date, notes, rows}."""
    for _, alike in groupby(rows, key=tuple):
        print_table(name, list(alike))
    for note in notes:
        _CONSOLE.print(note, style="dim", highlight=False)
    results.mkdir(parents=True, exist_ok=True)
    path = results / f"{name}.json"
    content = {
        "machine": machine(),
        "commit": commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "notes": list(notes),
        "rows": [dict(row) for row in rows],
    }
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return path


def print_table(title: str, rows: Sequence[Row]) -> None:
    """Rows of the same keys, one column for each."""
    table = Table(title=title)
    for key in rows[0]:
        table.add_column(key, justify="left" if any(isinstance(row[key], str) for row in rows) else "right")
    for row in rows:
        table.add_row(*(_shown(cell) for cell in row.values()))
    _CONSOLE.print(table)


def _shown(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else value


def budget(claim: str, value: float, at_most: float) -> Row:
    """A row that holds a figure against what was promised."""
    return {"claim": claim, "value": round(value, 6), "budget": at_most, "kept": value <= at_most}
